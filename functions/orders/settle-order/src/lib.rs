//! What happens to an order by itself: amounts due, payments, expiry.
//!
//! Nothing here is served to the outside: other functions show this component's `service_token`, the bridge its own token.

mod due;
mod expire;
mod settle;

use contracts::ids::OrderId;
use contracts::orders::{Asker, Due, ExpiryDue, NotPayable, OrderExpired, OrderStatusChanged, Paid};
use contracts::payments::PaymentSucceeded;
use kit::{Bridge, Context, Event, Input, Json, Neighbour, NoContent, Parameter};
use orders_model::{NoSuchOrder, NotSettled};
use values::{FieldCode, FieldFault, Invalid, Problem, Secret, Status};

kit::component!(
    may_see, amount_due, paid, payment_succeeded, expiry_due;
    variables = { order_secret: Secret };
    emits = [OrderStatusChanged, OrderExpired]
);

/// Whether the asker may see the order.
#[kit::endpoint(POST "/internal/orders/{id}/access")]
pub async fn may_see(
    _: Neighbour,
    bridge: Bridge,
    variables: &'static Variables,
    Parameter(id): Parameter<OrderId>,
    Input(asker): Input<Asker>,
) -> Result<NoContent, Problem<NoSuchOrder>> {
    let order = due::opened(&bridge, variables, id, &asker).await?;
    order.map(|_| NoContent).ok_or_else(|| NoSuchOrder::NotFound.into())
}

/// What is due for an order that the asker may pay. The order then keeps its stock long enough for the payment.
#[kit::endpoint(POST "/internal/orders/{id}/due")]
pub async fn amount_due(
    _: Neighbour,
    bridge: Bridge,
    variables: &'static Variables,
    Parameter(id): Parameter<OrderId>,
    Input(asker): Input<Asker>,
) -> Result<Json<Due>, Problem<NotPayable>> {
    due::due(&bridge, variables, id, &asker).await.map(Json)
}

/// A payment succeeded: it settles the order, once.
#[kit::endpoint(POST "/internal/orders/{id}/payment")]
pub async fn paid(
    _: Neighbour,
    context: Context,
    bridge: Bridge,
    Parameter(id): Parameter<OrderId>,
    Input(paid): Input<Paid>,
) -> Result<NoContent, Problem<NotSettled>> {
    settle::settle(context, &bridge, id, paid).await?;
    Ok(NoContent)
}

/// A payment succeeded: it settles the order, unless it did already.
#[kit::endpoint(POST "/events/settle-order")]
pub async fn payment_succeeded(
    context: Context,
    bridge: Bridge,
    Event(event): Event<PaymentSucceeded>,
) -> Result<NoContent, Problem> {
    let PaymentSucceeded { payment_id, order_id, total, .. } = event.data;
    match settle::settle(context, &bridge, order_id, Paid { payment_id, amount: total }).await {
        Ok(()) => Ok(NoContent),
        // Trying again would not help: the bridge parks the event for somebody to look at.
        Err(problem) if problem.status() < Status::Internal => {
            let fault = FieldFault::with_message(FieldCode::Format, problem.code().to_owned());
            Err(Invalid::field("event.data", fault).into())
        }
        Err(problem) => Err(problem.erase()),
    }
}

/// Cancels the unpaid orders whose time is up.
#[kit::endpoint(POST "/events/expire-orders")]
pub async fn expiry_due(context: Context, bridge: Bridge, _: Event<ExpiryDue>) -> Result<NoContent, Problem> {
    expire::expire(context, &bridge).await?;
    Ok(NoContent)
}
