use contracts::catalogue::{OFFERED, stock};
use contracts::ids::OrderId;
use contracts::orders::{OrderStatus, OrderStatusChanged, Paid};
use kit::{Bridge, BridgeError, Context, Level};
use orders_model::{NotSettled, ORDERS, Order, RefundDue, Settlement, changes};
use protocol::{Conflict, Expect, Filter, Transaction, Unencodable};
use values::{Fault, Moment, Problem};

use super::Emit as _;

/// How often the order may change between reading and writing before the caller is asked to try again.
const ATTEMPTS: usize = 5;

/// Does what a payment means for its order, once however often it is told.
pub(super) async fn settle(
    context: Context,
    bridge: &Bridge,
    id: OrderId,
    paid: Paid,
) -> Result<(), Problem<NotSettled>> {
    for _ in 0..ATTEMPTS {
        let order = bridge.find(ORDERS, Filter::id(id)).await?.ok_or(NotSettled::NotFound)?;
        let written = match order.settlement(paid.payment_id, paid.amount) {
            Settlement::Known => return Ok(()),
            Settlement::WrongAmount => {
                log(context, "a payment's amount is not its order's", id, paid);
                return Err(NotSettled::WrongAmount.into());
            }
            Settlement::Confirm => write(bridge, confirmation(&order, paid)?).await?,
            Settlement::Revive => match write(bridge, revival(&order, paid)?).await? {
                Written::GoodsGone => owe(context, bridge, &order, paid).await?,
                written => written,
            },
            Settlement::GiveBack => owe(context, bridge, &order, paid).await?,
        };
        if written == Written::Yes {
            return Ok(());
        }
    }
    Err(Fault::unavailable("the order changed at every attempt").into())
}

#[derive(PartialEq, Eq)]
enum Written {
    Yes,
    /// The order changed meanwhile, and with it what the payment means.
    OrderChanged,
    /// The stock is gone.
    GoodsGone,
}

/// Commits a transaction whose first operation is on the order and all others on stock.
async fn write(bridge: &Bridge, transaction: Transaction) -> Result<Written, BridgeError> {
    match bridge.transact(transaction).await {
        Ok(_) => Ok(Written::Yes),
        Err(BridgeError::Conflict(Conflict::Unmet { operation: 0, .. })) => Ok(Written::OrderChanged),
        Err(BridgeError::Conflict(Conflict::Unmet { .. })) => Ok(Written::GoodsGone),
        Err(error) => Err(error),
    }
}

fn confirmation(order: &Order, paid: Paid) -> Result<Transaction, Unencodable> {
    let now = Moment::now();
    let (filter, update) = changes::confirm(order, paid.payment_id, now)?;
    let event = OrderStatusChanged {
        order_id: order.id,
        version: order.next_version(),
        number: order.number.clone(),
        from: order.status,
        to: OrderStatus::Confirmed,
        at: now,
    };
    Ok(Transaction::new().update(ORDERS, filter, update, Expect::Exactly(1)).emit(&event))
}

/// Takes the stock of an expired order again and confirms the order.
fn revival(order: &Order, paid: Paid) -> Result<Transaction, Unencodable> {
    Ok(order.quantities().fold(confirmation(order, paid)?, |transaction, (variant, quantity)| {
        let (filter, update) = stock::take_again(variant, quantity);
        transaction.update(OFFERED, filter, update, Expect::Exactly(1))
    }))
}

/// Notes that the payment must be refunded.
async fn owe(context: Context, bridge: &Bridge, order: &Order, paid: Paid) -> Result<Written, BridgeError> {
    let due = RefundDue { payment_id: paid.payment_id, amount: paid.amount, at: Moment::now() };
    let (filter, update) = changes::owe_refund(order, &due)?;
    let written =
        write(bridge, Transaction::new().update(ORDERS, filter, update, Expect::Exactly(1))).await?;
    if written == Written::Yes {
        log(context, "a payment must be refunded", order.id, paid);
    }
    Ok(written)
}

fn log(context: Context, message: &str, order: OrderId, paid: Paid) {
    let (order, payment) = (order.to_string(), paid.payment_id.to_string());
    let amount = paid.amount.to_string();
    context.log(Level::Error, message, &[("orderId", &order), ("paymentId", &payment), ("amount", &amount)]);
}
