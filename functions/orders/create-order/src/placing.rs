use contracts::catalogue::{OFFERED, stock};
use contracts::orders::OrderNumber;
use kit::{Attempt, Bridge};
use orders_model::{NotPlaced, ORDERS, Order, Placement, price};
use protocol::{Expect, Query, Transaction};
use values::{Fault, Idempotency, Moment, Obstacle};

use super::Emit as _;

/// A valid order that is to be priced and placed.
pub(super) struct Placing<'a> {
    pub(super) bridge: &'a Bridge,
    pub(super) placement: Placement,
    pub(super) idempotency: Idempotency,
}

impl Attempt for Placing<'_> {
    type Document = Order;
    type Refusal = NotPlaced;

    async fn prepare(&self) -> Result<(Transaction, Order), Obstacle<NotPlaced>> {
        let products = self.bridge.query(self.products()).await?.documents;
        let offer = price(&self.placement.items, &products)?;
        let number = OrderNumber::random().map_err(Fault::from)?;
        let takes: Vec<_> = offer
            .lines()
            .iter()
            .map(|line| stock::take(line.variant_id, line.unit_price, line.quantity.get()))
            .collect();
        let order =
            Order::place(self.placement.clone(), offer, number, self.idempotency.clone(), Moment::now());
        // The order comes first, so that a repeated request conflicts with its key, not with the stock it took.
        let transaction = takes
            .into_iter()
            .fold(Transaction::new().insert(ORDERS, &order), |transaction, (filter, update)| {
                transaction.update(OFFERED, filter, update, Expect::Exactly(1))
            })
            .emit(&order.created());
        Ok((transaction, order))
    }
}

impl Placing<'_> {
    fn products(&self) -> Query {
        const MOST_PRODUCTS: u32 = 50;
        let variants = self.placement.items.iter().map(|item| item.variant);
        Query { limit: MOST_PRODUCTS, ..OFFERED.query(stock::holding(variants)) }
    }
}
