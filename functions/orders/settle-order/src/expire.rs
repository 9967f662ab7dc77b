use contracts::catalogue::{OFFERED, stock};
use kit::{Bridge, BridgeError, Context, Level};
use orders_model::{ORDERS, Order, changes};
use protocol::{Conflict, Direction, Expect, Query, Readable, SortKey, Transaction, path};
use values::{Fault, Moment};

use super::Emit as _;

const BATCH: u32 = 50;
/// What is left after these batches waits for the next event.
const MOST_BATCHES: usize = 20;

/// Cancels every unpaid order whose time is up and gives its stock back, each in its own transaction: one that fails does not
/// stop the others, but makes the event come again.
pub(super) async fn expire(context: Context, bridge: &Bridge) -> Result<(), Fault> {
    let now = Moment::now();
    let (mut failed, mut after) = (0_usize, None);
    for _ in 0..MOST_BATCHES {
        let page = Query {
            sort: vec![SortKey { path: path("expiresAt"), direction: Direction::Ascending }],
            limit: BATCH,
            after,
            ..ORDERS.query(changes::overdue(now))
        };
        let found = bridge.query::<Readable<Order>>(page).await?;
        let (orders, unreadable) = bridge.readable(found.documents);
        failed += unreadable;
        for order in &orders {
            if let Err(error) = expire_one(bridge, order, now).await {
                failed += 1;
                let (id, reason) = (order.id.to_string(), error.to_string());
                context.log(
                    Level::Error,
                    "an order did not expire",
                    &[("orderId", &id), ("reason", &reason)],
                );
            }
        }
        after = found.next;
        if after.is_none() {
            break;
        }
    }
    if failed == 0 { Ok(()) } else { Err(Fault::unavailable(format!("{failed} orders did not expire"))) }
}

async fn expire_one(bridge: &Bridge, order: &Order, now: Moment) -> Result<(), BridgeError> {
    let (filter, update) = changes::expire(order, now)?;
    let cancellation = Transaction::new().update(ORDERS, filter, update, Expect::Exactly(1));
    let transaction = order.quantities().fold(cancellation, |transaction, (variant, quantity)| {
        let (filter, update) = stock::give_back(variant, quantity);
        // A variant that is no longer sold has no stock to give back to.
        transaction.update(OFFERED, filter, update, Expect::Any)
    });
    match bridge.transact(transaction.emit(&order.expired())).await {
        // The order was paid meanwhile, or is being paid; or changed, and is looked at again with the next tick.
        Ok(_) | Err(BridgeError::Conflict(Conflict::Unmet { operation: 0, .. })) => Ok(()),
        Err(error) => Err(error),
    }
}
