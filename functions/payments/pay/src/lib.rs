//! Paying an order.
//!
//! The payment is recorded before its provider is asked, and asked under its own id, so whatever breaks off in between is
//! finished by the same request sent again. A payment whose client never comes back stays pending and keeps its order
//! from being paid in another way.

mod attempt;
mod orders;
mod provider;

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use kit::{Caller, Context, FieldError, IdempotencyKey, Input, Json, Moment, Parameter, Problem};
use orders_model::Asker;
use payments_model::{
    FailureCode, Idempotency, NewPayment, PAYMENTS, Payment, PaymentId, PaymentStatus, PaymentView,
};
use protocol::Filter;

use self::attempt::Attempt;
use self::orders::Orders;
use self::provider::Configured;

kit::component!(pay, payment_by_id);

/// Pays what is due for an order.
#[utoipa::path(post, path = "/api/payments", tag = "payments", operation_id = "createPayment",
    params(
        ("Idempotency-Key" = String, Header, description = "Names this attempt: 8 to 64 visible ASCII characters. \
            The same key, order and card are charged once."),
        ("X-Order-Token" = Option<String>, Header, description = "The `accessToken` of a guest's order."),
    ),
    request_body = NewPayment,
    security((), ("bearer" = [])),
    responses(
        (status = 201, description = "The payment, which succeeded.", body = PaymentView),
        (status = 400, description = "No JSON, or no key.", body = kit::ProblemBody),
        (status = 401, description = "The access token is not valid.", body = kit::ProblemBody),
        (status = 402, description = "`payment_declined`: the field says why. The order may be paid under a new key.",
            body = kit::ProblemBody),
        (status = 404, description = "There is no such order, or it is not the caller's.", body = kit::ProblemBody),
        (status = 409, description = "`already_paid`, `order_not_payable`, `payment_in_progress` under another key, or \
            `key_reused` with another card.", body = kit::ProblemBody),
        (status = 413, description = "The body is too large.", body = kit::ProblemBody),
        (status = 415, description = "The body is not JSON.", body = kit::ProblemBody),
        (status = 422, description = "Some fields are not valid.", body = kit::ProblemBody),
        (status = 502, description = "`provider_unavailable`: try again with the same key.", body = kit::ProblemBody),
        (status = 503, description = "The shop can't take payments now; try again with the same key.",
            body = kit::ProblemBody),
        (status = 504, description = "`provider_unavailable`: try again with the same key.", body = kit::ProblemBody),
    ))]
pub async fn pay(
    context: Context,
    caller: Caller,
    headers: HeaderMap,
    key: IdempotencyKey,
    Input(wanted): Input<NewPayment>,
) -> Result<Response, Problem> {
    let card = wanted.card.parse(Moment::now())?;
    let order = wanted.order_id;
    let secret = kit::secret("payment_secret").await?;
    let idempotency = Idempotency {
        key: key.scoped(&format!("order:{order}")),
        fingerprint: card.fingerprint(&secret, order),
    };
    let attempt = Attempt {
        provider: Configured::by_name(&kit::variable("payment_provider").await?)?,
        orders: Orders::of(&context).await?,
        bridge: context.bridge().await?,
        context: &context,
        card: &card,
    };
    answer(attempt.run(order, &Asker::of(&caller, &headers), idempotency).await?)
}

/// A payment, for whoever may see its order.
#[utoipa::path(get, path = "/api/payments/{id}", tag = "payments", operation_id = "getPayment",
    params(
        ("id" = PaymentId, Path, description = "The payment's id."),
        ("X-Order-Token" = Option<String>, Header, description = "The `accessToken` of a guest's order."),
    ),
    security((), ("bearer" = [])),
    responses(
        (status = 200, description = "The payment.", body = PaymentView),
        (status = 401, description = "The access token is not valid.", body = kit::ProblemBody),
        (status = 404, description = "There is no such payment, or it is not the caller's.", body = kit::ProblemBody),
        (status = 422, description = "The id is none.", body = kit::ProblemBody),
        (status = 503, description = "Payments can't be read now.", body = kit::ProblemBody),
    ))]
pub async fn payment_by_id(
    context: Context,
    caller: Caller,
    headers: HeaderMap,
    Parameter(id): Parameter<PaymentId>,
) -> Result<Json<PaymentView>, Problem> {
    let payment = context.bridge().await?.find(PAYMENTS, Filter::id(id)).await?;
    let payment = payment.ok_or_else(|| Problem::not_found("payment"))?;
    if Orders::of(&context).await?.opens(payment.order_id, &Asker::of(&caller, &headers)).await? {
        Ok(Json(payment.into()))
    } else {
        Err(Problem::not_found("payment"))
    }
}

fn answer(payment: Payment) -> Result<Response, Problem> {
    match payment.status {
        PaymentStatus::Succeeded | PaymentStatus::Refunded => {
            let location = format!("/api/payments/{}", payment.id);
            let body = Json(PaymentView::from(payment));
            Ok((StatusCode::CREATED, [(header::LOCATION, location)], body).into_response())
        }
        PaymentStatus::Failed => {
            let why = payment.failure.unwrap_or(FailureCode::CardDeclined);
            let field =
                FieldError { field: "card".into(), code: why.as_str(), message: why.message().into() };
            Err(Problem::new(StatusCode::PAYMENT_REQUIRED, "payment_declined", why.message())
                .with_fields(vec![field]))
        }
        PaymentStatus::Pending => Err(Problem::internal("a payment that was charged is pending")),
    }
}
