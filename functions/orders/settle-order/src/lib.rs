//! What happens to an order by itself: amounts due, payments, expiry.
//!
//! Nothing here is served to the outside: other functions show `orders_token`, the bridge this component's own token.

mod due;
mod expire;
mod settle;

use axum::extract::FromRequestParts;
use http::StatusCode;
use http::request::Parts;
use kit::{Context, Event, FieldError, Input, Json, Parameter, Problem};
use orders_model::{Asker, Due, OrderId, Paid, PaymentSucceeded};
use serde::de::IgnoredAny;

kit::component!(may_see, amount_due, paid, payment_succeeded, expiry_due);

/// Another function of the shop; nobody else gets past.
pub struct Neighbour;

impl<S: Sync> FromRequestParts<S> for Neighbour {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        kit::function_token(&parts.headers, "orders_token").await.map(|()| Self)
    }
}

/// 204 if the asker may see the order, 404 if not.
#[utoipa::path(post, path = "/internal/orders/{id}/access", tag = "orders")]
pub async fn may_see(
    context: Context,
    _: Neighbour,
    Parameter(id): Parameter<OrderId>,
    Input(asker): Input<Asker>,
) -> Result<StatusCode, Problem> {
    due::opened(&context.bridge().await?, id, &asker).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is to be paid, while the order can be. It keeps its stock for the payment, see [`orders_model::Order::kept_for_payment`].
/// 404 if the asker may not pay it, 409 `already_paid` or `order_not_payable`.
#[utoipa::path(post, path = "/internal/orders/{id}/due", tag = "orders")]
pub async fn amount_due(
    context: Context,
    _: Neighbour,
    Parameter(id): Parameter<OrderId>,
    Input(asker): Input<Asker>,
) -> Result<Json<Due>, Problem> {
    due::due(&context.bridge().await?, id, &asker).await.map(Json)
}

/// A payment succeeded: the order is settled by it, once. 404 without such an order, 409 if the amount is another.
#[utoipa::path(post, path = "/internal/orders/{id}/payment", tag = "orders")]
pub async fn paid(
    context: Context,
    _: Neighbour,
    Parameter(id): Parameter<OrderId>,
    Input(paid): Input<Paid>,
) -> Result<StatusCode, Problem> {
    settle::settle(&context, id, paid).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A payment succeeded: the order is settled by it if it was not already.
#[utoipa::path(post, path = "/events/settle-order", tag = "orders")]
pub async fn payment_succeeded(
    context: Context,
    Event(event): Event<PaymentSucceeded>,
) -> Result<StatusCode, Problem> {
    let PaymentSucceeded { payment_id, order_id, total } = event.data;
    match settle::settle(&context, order_id, Paid { payment_id, amount: total }).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        // Trying again won't help: the event is parked for somebody to look at.
        Err(problem) if problem.status().is_client_error() => {
            Err(Problem::invalid(vec![FieldError::invalid("event.data", problem.code())]))
        }
        Err(problem) => Err(problem),
    }
}

/// It is time to cancel orders whose time to pay ran out.
#[utoipa::path(post, path = "/events/expire-orders", tag = "orders")]
pub async fn expiry_due(context: Context, _: Event<IgnoredAny>) -> Result<StatusCode, Problem> {
    expire::expire(&context).await?;
    Ok(StatusCode::NO_CONTENT)
}
