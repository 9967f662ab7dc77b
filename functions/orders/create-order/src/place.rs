use catalogue_model::{PRODUCTS, stock};
use kit::{Bridge, BridgeError, Moment, Problem, Transaction, path};
use orders_model::{Idempotency, ORDERS, Offer, Order, OrderCreated, OrderNumber, Placement, price};
use protocol::{Conflict, Expect, Filter, Query};

/// An order, and when it was placed.
pub(super) enum Placed {
    /// By this request.
    Now(Box<Order>),
    /// By an earlier request under the same key.
    Before(Box<Order>),
}

/// How often prices and stock may move between reading and taking before the buyer is asked to try again.
const ATTEMPTS: usize = 3;

/// Places an order, or finds the one that was placed under this key.
///
/// What is refused is refused only once no order is found under the key: the stock an order took must not hide it from
/// the buyer who asks again.
pub(super) async fn place(
    bridge: &Bridge,
    placement: Placement,
    idempotency: Idempotency,
) -> Result<Placed, Problem> {
    for _ in 0..ATTEMPTS {
        let products = bridge.query(products(&placement)).await?.documents;
        let offer = match price(&placement.items, &products) {
            Ok(offer) => offer,
            Err(refusal) => {
                return match placed_before(bridge, &idempotency).await? {
                    Some(placed) => Ok(placed),
                    None => Err(refusal.into()),
                };
            }
        };
        let takes = takes(&offer);
        let number = OrderNumber::random()?;
        let order = Order::place(placement.clone(), offer, number, idempotency.clone(), Moment::now());
        // The order comes first, so that a repeated request meets its key before it meets the stock it took.
        let transaction = takes
            .into_iter()
            .fold(Transaction::new().insert(ORDERS, &order), |transaction, (filter, update)| {
                transaction.update(PRODUCTS, filter, update, Expect::Exactly(1))
            });
        let transaction =
            transaction.emit("order.created", order.id.to_string(), &OrderCreated::from(&order));
        match bridge.transact(transaction).await {
            Ok(_) => return Ok(Placed::Now(Box::new(order))),
            Err(BridgeError::Conflict(Conflict::Duplicate { .. })) => {
                if let Some(placed) = placed_before(bridge, &idempotency).await? {
                    return Ok(placed);
                }
            }
            Err(BridgeError::Conflict(Conflict::Unmet { .. })) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::unavailable("prices or stock moved at every attempt"))
}

fn products(placement: &Placement) -> Query {
    const MOST_PRODUCTS: u32 = 50;
    let variants = placement.items.iter().map(|item| item.variant);
    Query { limit: MOST_PRODUCTS, ..PRODUCTS.query(stock::holding(variants)) }
}

fn takes(offer: &Offer) -> Vec<(Filter, protocol::Update)> {
    let take =
        |line: &orders_model::OrderLine| stock::take(line.variant_id, line.unit_price, line.quantity.get());
    offer.lines().iter().map(take).collect()
}

/// The order that was placed under this key; 409 if it was another.
async fn placed_before(bridge: &Bridge, idempotency: &Idempotency) -> Result<Option<Placed>, Problem> {
    let by_key = Filter::Eq(path("idempotency.key"), idempotency.key.as_str().into());
    match bridge.find(ORDERS, by_key).await? {
        Some(order) if order.idempotency.fingerprint == idempotency.fingerprint => {
            Ok(Some(Placed::Before(Box::new(order))))
        }
        Some(_) => Err(Problem::conflict("key_reused", "This Idempotency-Key belongs to another order.")),
        None => Ok(None),
    }
}
