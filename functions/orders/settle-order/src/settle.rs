use catalogue_model::{PRODUCTS, stock};
use kit::{Bridge, BridgeError, Context, Level, Moment, Problem, Transaction};
use orders_model::{
    ORDERS, Order, OrderId, OrderStatus, OrderStatusChanged, Paid, RefundDue, Settlement, changes,
};
use protocol::{Conflict, Expect, Filter};

/// How often the order may change between reading and writing before the caller is asked to try again.
const ATTEMPTS: usize = 5;

/// Does what a payment means for its order, once however often it is told.
pub(super) async fn settle(context: &Context, id: OrderId, paid: Paid) -> Result<(), Problem> {
    let bridge = context.bridge().await?;
    for _ in 0..ATTEMPTS {
        let order = bridge.find(ORDERS, Filter::id(id)).await?.ok_or_else(|| Problem::not_found("order"))?;
        let written = match order.settlement(paid.payment_id, paid.amount) {
            Settlement::Known => return Ok(()),
            Settlement::WrongAmount => {
                log(context, "a payment's amount is not its order's", id, paid);
                return Err(Problem::conflict("wrong_amount", "This is not what the order costs."));
            }
            Settlement::Confirm => write(&bridge, confirmation(&order, paid)?).await?,
            Settlement::Revive => match write(&bridge, revival(&order, paid)?).await? {
                Written::GoodsGone => owe(context, &bridge, &order, paid).await?,
                written => written,
            },
            Settlement::GiveBack => owe(context, &bridge, &order, paid).await?,
        };
        if written == Written::Yes {
            return Ok(());
        }
    }
    Err(Problem::unavailable("an order changed at every attempt"))
}

#[derive(PartialEq, Eq)]
enum Written {
    Yes,
    /// The order changed meanwhile: what the payment means must be asked again.
    OrderChanged,
    /// Stock that was to be taken is not there.
    GoodsGone,
}

/// Commits a transaction whose first operation is on the order, and all others on stock.
async fn write(bridge: &Bridge, transaction: Transaction) -> Result<Written, Problem> {
    match bridge.transact(transaction).await {
        Ok(_) => Ok(Written::Yes),
        Err(BridgeError::Conflict(Conflict::Unmet { operation: 0, .. })) => Ok(Written::OrderChanged),
        Err(BridgeError::Conflict(Conflict::Unmet { .. })) => Ok(Written::GoodsGone),
        Err(error) => Err(error.into()),
    }
}

fn confirmation(order: &Order, paid: Paid) -> Result<Transaction, Problem> {
    let now = Moment::now();
    let (filter, update) = changes::confirm(order.id, order.status, paid.payment_id, now)?;
    let event = OrderStatusChanged {
        order_id: order.id,
        number: order.number.clone(),
        from: order.status,
        to: OrderStatus::Confirmed,
        at: now,
    };
    Ok(Transaction::new().update(ORDERS, filter, update, Expect::Exactly(1)).emit(
        "order.status_changed",
        order.id.to_string(),
        &event,
    ))
}

/// Takes the stock of an expired order once more and confirms it.
fn revival(order: &Order, paid: Paid) -> Result<Transaction, Problem> {
    Ok(order.lines.iter().fold(confirmation(order, paid)?, |transaction, line| {
        let (filter, update) = stock::take_again(line.variant_id, line.quantity.get());
        transaction.update(PRODUCTS, filter, update, Expect::Exactly(1))
    }))
}

/// Notes that the payment's money must go back.
async fn owe(context: &Context, bridge: &Bridge, order: &Order, paid: Paid) -> Result<Written, Problem> {
    let due = RefundDue { payment_id: paid.payment_id, amount: paid.amount, at: Moment::now() };
    let (filter, update) = changes::owe_refund(order, &due)?;
    let written =
        write(bridge, Transaction::new().update(ORDERS, filter, update, Expect::Exactly(1))).await?;
    if written == Written::Yes {
        log(context, "a payment must be given back", order.id, paid);
    }
    Ok(written)
}

fn log(context: &Context, message: &str, order: OrderId, paid: Paid) {
    let (order, payment) = (order.to_string(), paid.payment_id.to_string());
    let amount = paid.amount.to_string();
    context.log(Level::Error, message, &[("orderId", &order), ("paymentId", &payment), ("amount", &amount)]);
}
