use contracts::ids::OrderId;
use contracts::orders::{Asker, Due, NotPayable, OrderStatus};
use kit::{Bridge, BridgeError};
use orders_model::{ORDERS, Order, changes};
use protocol::{Conflict, Expect, Filter, Transaction};
use values::{Fault, Moment, Problem};

use super::Variables;

/// The order, if the asker may see it.
pub(super) async fn opened(
    bridge: &Bridge,
    variables: &Variables,
    id: OrderId,
    asker: &Asker,
) -> Result<Option<Order>, BridgeError> {
    let order = bridge.find(ORDERS, Filter::id(id)).await?;
    Ok(order.filter(|order| order.opens_to(asker, &variables.order_secret)))
}

/// What is due. The order keeps its stock until the payment is over, so that it can't expire meanwhile.
pub(super) async fn due(
    bridge: &Bridge,
    variables: &Variables,
    id: OrderId,
    asker: &Asker,
) -> Result<Due, Problem<NotPayable>> {
    let order = opened(bridge, variables, id, asker).await?.ok_or(NotPayable::NoSuchOrder)?;
    require_payable(order.status)?;
    let now = Moment::now();
    if let Some(until) = order.kept_for_payment(now) {
        let (filter, update) = changes::extend(id, until, now);
        let extension = Transaction::new().update(ORDERS, filter, update, Expect::Exactly(1));
        match bridge.transact(extension).await {
            Ok(_) => {}
            Err(BridgeError::Conflict(Conflict::Unmet { .. })) => {
                let order = opened(bridge, variables, id, asker).await?.ok_or(NotPayable::NoSuchOrder)?;
                require_payable(order.status)?;
                return Err(Fault::unavailable("the order changed twice while it was looked at").into());
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(order.due())
}

fn require_payable(status: OrderStatus) -> Result<(), NotPayable> {
    match status {
        OrderStatus::Received => Ok(()),
        status if status.is_paid() => Err(NotPayable::AlreadyPaid),
        _ => Err(NotPayable::OrderNotPayable),
    }
}
