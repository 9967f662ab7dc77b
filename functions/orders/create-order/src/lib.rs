//! Placing an order: prices, stock and the order in one transaction.

mod place;

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use kit::{Caller, Context, IdempotencyKey, Input, Json, Problem};
use orders_model::{Idempotency, NewOrder, OrderView};

use self::place::Placed;

kit::component!(create_order);

/// Places an order and takes its stock. It is priced from the catalogue, and is to be paid within half an hour.
#[utoipa::path(post, path = "/api/orders", tag = "orders", operation_id = "createOrder",
    params(("Idempotency-Key" = String, Header, description = "Names this attempt: 8 to 64 visible ASCII characters. \
        The same key and body give the same order.")),
    request_body = NewOrder,
    security((), ("bearer" = [])),
    responses(
        (status = 201, description = "The order. A guest's has its `accessToken`.", body = OrderView),
        (status = 200, description = "The order that was placed under this key before.", body = OrderView),
        (status = 400, description = "No JSON, or no key.", body = kit::ProblemBody),
        (status = 401, description = "The access token is not valid.", body = kit::ProblemBody),
        (status = 409, description = "`out_of_stock`, each short item named; or `key_reused` with another body.",
            body = kit::ProblemBody),
        (status = 413, description = "The body is too large.", body = kit::ProblemBody),
        (status = 415, description = "The body is not JSON.", body = kit::ProblemBody),
        (status = 422, description = "Some fields are not valid, or a variant is not sold.", body = kit::ProblemBody),
        (status = 503, description = "The shop can't take orders now; the same key may be used again.",
            body = kit::ProblemBody),
    ))]
pub async fn create_order(
    context: Context,
    caller: Caller,
    key: IdempotencyKey,
    Input(order): Input<NewOrder>,
) -> Result<Response, Problem> {
    let placement = order.parse(caller.claims())?;
    // A guest has no name to keep keys apart by; what keeps a stranger out is that a key is not to be guessed,
    // and that only the very same body is answered with the order.
    let scope = caller.claims().map_or_else(|| "guest".to_owned(), |claims| format!("user:{}", claims.sub));
    let idempotency = Idempotency { key: key.scoped(&scope), fingerprint: kit::fingerprint(&order)? };

    let bridge = context.bridge().await?;
    let secret = kit::secret("order_secret").await?;
    let (status, order) = match place::place(&bridge, placement, idempotency).await? {
        Placed::Now(order) => (StatusCode::CREATED, order),
        Placed::Before(order) => (StatusCode::OK, order),
    };
    let location = format!("/api/orders/{}", order.id);
    Ok((status, [(header::LOCATION, location)], Json(OrderView::with_token(*order, &secret))).into_response())
}
