use protocol::{Collection, Conflict};
use values::{Allowance, Tally};

use crate::bridge::{Bridge, BridgeError};
use crate::host::Compiled;

/// Counts one more use, if the quota allows it; `false` if nothing was left. However many callers count at once, no more
/// than the quota are told `true`.
pub fn spend<'a>(
    allowance: &'a Allowance,
    bridge: &'a Bridge,
    tallies: Collection<Tally>,
) -> Compiled<'a, Result<bool, BridgeError>> {
    Box::pin(async move {
        // A second round, because the tally may be cleared between the two.
        for _ in 0..2 {
            match bridge.transact(allowance.spend_first(tallies)).await {
                Err(BridgeError::Conflict(Conflict::Duplicate { .. })) => {}
                other => return other.map(|_| true),
            }
            match bridge.transact(allowance.spend_another(tallies)).await {
                Err(BridgeError::Conflict(Conflict::Unmet { .. })) => {}
                other => return other.map(|_| true),
            }
        }
        Ok(false)
    })
}
