use kit::{Bridge, BridgeError, Moment, Problem, Transaction};
use orders_model::{Asker, Due, ORDERS, Order, OrderId, OrderStatus, changes};
use protocol::{Conflict, Expect, Filter};

/// The order, if whoever asks may see it.
pub(super) async fn opened(bridge: &Bridge, id: OrderId, asker: &Asker) -> Result<Order, Problem> {
    let secret = kit::secret("order_secret").await?;
    match bridge.find(ORDERS, Filter::id(id)).await? {
        Some(order) if order.opens_to(asker, &secret) => Ok(order),
        _ => Err(Problem::not_found("order")),
    }
}

/// What is to be paid. The order's stock is kept until the payment is over, so that it can't expire meanwhile.
pub(super) async fn due(bridge: &Bridge, id: OrderId, asker: &Asker) -> Result<Due, Problem> {
    let order = opened(bridge, id, asker).await?;
    payable(order.status)?;
    let now = Moment::now();
    if let Some(until) = order.kept_for_payment(now) {
        let (filter, update) = changes::extend(id, until, now);
        let extension = Transaction::new().update(ORDERS, filter, update, Expect::Exactly(1));
        match bridge.transact(extension).await {
            Ok(_) => {}
            Err(BridgeError::Conflict(Conflict::Unmet { .. })) => {
                payable(opened(bridge, id, asker).await?.status)?;
                return Err(Problem::unavailable("an order was received again while it was paid"));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Due::from(&order))
}

fn payable(status: OrderStatus) -> Result<(), Problem> {
    match status {
        OrderStatus::Received => Ok(()),
        status if status.is_paid() => Err(Problem::conflict("already_paid", "The order is paid.")),
        status => Err(Problem::conflict("order_not_payable", format!("The order is {}.", status.as_str()))),
    }
}
