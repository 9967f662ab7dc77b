use catalogue_model::{PRODUCTS, stock};
use kit::{Bridge, BridgeError, Context, Level, Moment, Problem, Transaction, path};
use orders_model::{ORDERS, Order, OrderExpired, changes};
use protocol::{Conflict, Direction, Expect, Query, SortKey};

const BATCH: u32 = 50;
/// What is left after so many batches waits for the next tick.
const MOST_BATCHES: usize = 20;

/// Cancels every order whose time to pay ran out and gives its stock back, each in a transaction of its own: one that
/// fails does not stop the others, but makes the event come again.
pub(super) async fn expire(context: &Context) -> Result<(), Problem> {
    let bridge = context.bridge().await?;
    let now = Moment::now();
    let (mut failed, mut after) = (0_usize, None);
    for _ in 0..MOST_BATCHES {
        let page = Query {
            sort: vec![SortKey { path: path("expiresAt"), direction: Direction::Ascending }],
            limit: BATCH,
            after,
            ..ORDERS.query(changes::overdue(now))
        };
        let found = bridge.query::<Order>(page).await?;
        for order in &found.documents {
            if let Err(error) = expire_one(&bridge, order, now).await {
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
    if failed == 0 { Ok(()) } else { Err(Problem::unavailable(format!("{failed} orders did not expire"))) }
}

async fn expire_one(bridge: &Bridge, order: &Order, now: Moment) -> Result<(), BridgeError> {
    let (filter, update) =
        changes::expire(order.id, now).map_err(|problem| BridgeError::Fault(problem.code().into()))?;
    let cancellation = Transaction::new().update(ORDERS, filter, update, Expect::Exactly(1));
    let transaction = order.lines.iter().fold(cancellation, |transaction, line| {
        let (filter, update) = stock::give_back(line.variant_id, line.quantity.get());
        // A variant that is no longer sold has no stock to give back to.
        transaction.update(PRODUCTS, filter, update, Expect::Any)
    });
    let transaction = transaction.emit("order.expired", order.id.to_string(), &OrderExpired::from(order));
    match bridge.transact(transaction).await {
        // Paid, or being paid, meanwhile.
        Ok(_) | Err(BridgeError::Conflict(Conflict::Unmet { operation: 0, .. })) => Ok(()),
        Err(error) => Err(error),
    }
}
