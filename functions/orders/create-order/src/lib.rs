//! Placing an order: prices, stock and the order in one transaction.

mod placing;

use contracts::orders::OrderCreated;
use kit::{Bridge, Caller, CreatedOrExisting, IdempotencyKey, Input, Once};
use orders_model::{NewOrder, NotPlaced, ORDERS, OrderView};
use values::{Problem, Secret, fingerprint};

use self::placing::Placing;

kit::component!(create_order; variables = { order_secret: Secret }; emits = [OrderCreated]);

/// Places an order and reserves its stock for 30 minutes.
///
/// Prices come from the catalogue.
#[kit::endpoint(POST "/api/orders")]
pub async fn create_order(
    bridge: Bridge,
    variables: &'static Variables,
    caller: Caller,
    key: IdempotencyKey,
    Input(order): Input<NewOrder>,
) -> Result<CreatedOrExisting<OrderView>, Problem<NotPlaced>> {
    let placement = order.parse(caller.claims())?;
    let idempotency = key.with_body(&caller.scope(), fingerprint(&order));
    let once = Once::by_key(ORDERS, &idempotency);

    let placed = once.run(&bridge, &Placing { bridge: &bridge, placement, idempotency }).await?;
    let (created, order) = (placed.is_new(), placed.into_inner());
    let location = format!("/api/orders/{}", order.id);
    Ok(CreatedOrExisting::new(created, location, OrderView::with_token(order, &variables.order_secret)))
}
