//! What is said of an order to other domains.

use contracts::ids::VariantId;
use contracts::orders::{Contact, Due, DueLine, OrderCreated, OrderExpired, StockChange};

use crate::{Order, OrderLine};

impl Order {
    pub fn created(&self) -> OrderCreated {
        OrderCreated {
            version: self.version,
            order_id: self.id,
            number: self.number.clone(),
            user_id: self.buyer.user_id,
            total: self.total,
            lines: self.stock().collect(),
        }
    }

    pub fn expired(&self) -> OrderExpired {
        OrderExpired {
            order_id: self.id,
            version: self.next_version(),
            number: self.number.clone(),
            lines: self.stock().collect(),
        }
    }

    pub fn due(&self) -> Due {
        let line = |line: &OrderLine| DueLine {
            name: line.name.clone(),
            variant_name: line.variant_name.clone(),
            quantity: line.quantity,
            unit_price: line.unit_price,
            line_total: line.line_total,
        };
        Due {
            order_id: self.id,
            number: self.number.clone(),
            buyer: Contact { name: self.buyer.name.clone(), email: self.buyer.email.clone() },
            locale: self.locale,
            lines: self.lines.iter().map(line).collect(),
            total: self.total,
        }
    }

    /// The variants that the order took stock of, and how many of each.
    pub fn quantities(&self) -> impl Iterator<Item = (VariantId, u32)> {
        self.lines.iter().map(|line| (line.variant_id, line.quantity.get()))
    }

    fn stock(&self) -> impl Iterator<Item = StockChange> {
        self.lines.iter().map(|line| StockChange { variant_id: line.variant_id, quantity: line.quantity })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::order;

    #[test]
    fn events_carry_nobodys_name_or_address() {
        let order = order();
        for event in [
            serde_json::to_string(&order.created()).unwrap(),
            serde_json::to_string(&order.expired()).unwrap(),
        ] {
            for personal in [order.buyer.email.as_str(), &order.buyer.name, "rue des Lilas"] {
                assert!(!event.contains(personal), "{event}");
            }
        }
    }
}
