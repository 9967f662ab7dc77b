//! An order that nobody pays for gives back what it holds.

use serde_json::{Value, json};
use shop_tests::{Answer, Backend, Client, Order, Shop, a_key, on_both};

on_both!(
    an_order_that_nobody_paid_in_time_gives_its_stock_back_once,
    an_order_that_can_not_be_read_stops_no_other_from_expiring_or_being_listed,
);

/// The bridge, asked and speaking as a function does.
struct Neighbour {
    bridge: Client,
    functions: Client,
}

impl Neighbour {
    fn of(shop: &mut Shop) -> Self {
        let bridge = shop.bridge();
        let token = bridge.token_of("settle-order");
        Self {
            bridge: Client::of(&bridge.url).with_token(token),
            functions: Client::of(&bridge.functions_url).with_token(token),
        }
    }

    /// Sets the end of its time to pay to a moment long ago.
    async fn make_overdue(&self, order: &Order) {
        self.set(order, "expiresAt", json!({ "$date": "2020-01-01T00:00:00Z" })).await;
    }

    /// Sets a field of an order.
    async fn set(&self, order: &Order, field: &str, value: Value) {
        let update = json!({
            "collection": "orders",
            "filter": { "eq": ["_id", order.id] },
            "update": [{ "set": [field, value] }],
            "expect": { "exactly": 1 },
        });
        self.bridge.post("/v1/transact", &json!({ "operations": [{ "update": update }] })).await.expect(200);
    }

    /// Says what the schedule says every half minute.
    async fn say_that_expiry_is_due(&self) -> Answer {
        let event = json!({
            "specversion": "1.0", "id": a_key(), "source": "test", "type": "order.expiry_due", "subject": "expire-orders",
            "time": "2026-01-01T00:00:00Z", "datacontenttype": "application/json", "data": {}
        });
        self.functions.post("/events/expire-orders", &event).await
    }

    async fn expired_so_far(&self) -> Value {
        self.bridge.get("/figures").await.expect(200).json()["events"]["order.expired"]["committed"].clone()
    }
}

async fn an_order_that_nobody_paid_in_time_gives_its_stock_back_once(backend: Backend) {
    let mut shop = Shop::with(backend).bridge_apart().start().await;
    let (product, variant) = shop.visitor().variants_with(10).await.remove(0);
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let (product, variant) = (text(&product["id"]), text(&variant["id"]));
    let guest = shop.visitor();
    let stock = guest.stock_of(&product, &variant).await;
    let (late, in_time) = (guest.order(&[(&variant, 2)]).await, guest.order(&[(&variant, 3)]).await);
    assert_eq!(guest.stock_of(&product, &variant).await, stock - 5);

    let neighbour = Neighbour::of(&mut shop);
    neighbour.make_overdue(&late).await;
    neighbour.say_that_expiry_is_due().await.expect(204);
    neighbour.say_that_expiry_is_due().await.expect(204);

    assert_eq!(guest.stock_of(&product, &variant).await, stock - 3);
    assert_eq!(neighbour.expired_so_far().await, 1);
    let refused = guest.try_pay(&a_key(), &late, "4242424242424242").await.expect(409);
    assert_eq!(refused.code(), "order_not_payable");
    guest.pay(&in_time).await;
}

async fn an_order_that_can_not_be_read_stops_no_other_from_expiring_or_being_listed(backend: Backend) {
    let mut shop = Shop::with(backend).bridge_apart().start().await;
    let (product, variant) = shop.visitor().variants_with(10).await.remove(0);
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let (product, variant) = (text(&product["id"]), text(&variant["id"]));
    let mut buyer = shop.visitor();
    buyer.register("ada@example.com").await.expect(201);
    let stock = buyer.stock_of(&product, &variant).await;
    let (spoiled, late) = (buyer.order(&[(&variant, 2)]).await, buyer.order(&[(&variant, 3)]).await);

    let neighbour = Neighbour::of(&mut shop);
    neighbour.make_overdue(&spoiled).await;
    neighbour.set(&spoiled, "lines", json!("Ada's")).await;
    neighbour.make_overdue(&late).await;

    let mine = buyer.get("/api/orders/mine").await.expect(200).json();
    let listed: Vec<&str> =
        mine["items"].as_array().expect("a list").iter().filter_map(|order| order["id"].as_str()).collect();
    assert_eq!(listed, [late.id.as_str()]);

    // The event comes again, because something is left to do.
    neighbour.say_that_expiry_is_due().await.expect(503);
    assert_eq!(buyer.stock_of(&product, &variant).await, stock - 2);
    let log = shop.log();
    assert!(log.contains("a document can't be read") && log.contains(&spoiled.id), "{log}");
    assert!(!log.contains("Ada's"), "the document is not repeated");
}
