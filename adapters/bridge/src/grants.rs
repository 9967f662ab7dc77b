//! Which function may do what, and how often each grant is used: a grant that never is should be removed.

use std::collections::BTreeMap;

use application::{Declarations, Grant, Name};
use prometheus_client::metrics::counter::Counter;

use crate::metrics::{GrantLabels, Metrics};

/// The grants of each function, each with its counter.
pub(crate) struct GrantBook(BTreeMap<Name, BTreeMap<Grant, Counter>>);

impl GrantBook {
    pub(crate) fn new(declarations: &Declarations, metrics: &Metrics) -> Self {
        let counted = |function: &Name, grant: Grant| {
            let labels = GrantLabels { function: function.to_string(), grant: grant.to_string() };
            (grant, metrics.grant_uses.get_or_create_owned(&labels))
        };
        let book = declarations.granted().map(|(function, grants)| {
            let counters = grants.iter().map(|grant| counted(function, grant)).collect();
            (function.clone(), counters)
        });
        Self(book.collect())
    }

    /// Checks whether a function has a grant and, if so, counts the use.
    pub(crate) fn allow(&self, function: &str, grant: &Grant) -> bool {
        let Some(counter) = self.0.get(function).and_then(|grants| grants.get(grant)) else { return false };
        if counter.inc() == 0 {
            tracing::debug!(function, %grant, "a grant was used for the first time");
        }
        true
    }
}
