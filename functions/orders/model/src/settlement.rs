use contracts::ids::PaymentId;
use contracts::orders::OrderStatus;
use values::Money;

use crate::{ChangedBy, Order};

/// What a payment that succeeded means for its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The order has it already: nothing is left to do.
    Known,
    Confirm,
    /// The order had expired: confirm it if its goods are still in stock.
    Revive,
    /// The order can't use it: refund it.
    GiveBack,
    /// The amount is not what the order costs: a bug.
    WrongAmount,
}

impl Order {
    /// What this payment means for the order in its current state.
    pub fn settlement(&self, payment: PaymentId, amount: Money) -> Settlement {
        if self.payment_id == Some(payment) || self.refunds_due.iter().any(|due| due.payment_id == payment) {
            return Settlement::Known;
        }
        if amount != self.total {
            return Settlement::WrongAmount;
        }
        match self.status {
            OrderStatus::Received => Settlement::Confirm,
            OrderStatus::Cancelled if self.payment_id.is_none() && self.has_expired() => Settlement::Revive,
            _ => Settlement::GiveBack,
        }
    }

    fn has_expired(&self) -> bool {
        self.status_history.last().is_some_and(|change| change.by == ChangedBy::Expiry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::order;
    use crate::{RefundDue, StatusChange};
    use strum::VariantArray as _;
    use values::{Currency, Moment};

    fn in_status(status: OrderStatus, by: ChangedBy) -> Order {
        let mut order = order();
        order.status = status;
        order.status_history.push(StatusChange { status, at: Moment::from_millis(0), by });
        order
    }

    #[test]
    fn a_payment_confirms_an_order_once() {
        let mut order = order();
        let payment = PaymentId::new();
        assert_eq!(order.settlement(payment, order.total), Settlement::Confirm);
        order.status = OrderStatus::Confirmed;
        order.payment_id = Some(payment);
        assert_eq!(order.settlement(payment, order.total), Settlement::Known);
    }

    #[test]
    fn a_second_payment_is_given_back_once() {
        let mut order = in_status(OrderStatus::Confirmed, ChangedBy::Payment);
        order.payment_id = Some(PaymentId::new());
        let second = PaymentId::new();
        assert_eq!(order.settlement(second, order.total), Settlement::GiveBack);
        let amount = order.total;
        order.refunds_due.push(RefundDue { payment_id: second, amount, at: Moment::from_millis(0) });
        assert_eq!(order.settlement(second, order.total), Settlement::Known);
    }

    #[test]
    fn a_late_payment_revives_only_what_expired() {
        let expired = in_status(OrderStatus::Cancelled, ChangedBy::Expiry);
        assert_eq!(expired.settlement(PaymentId::new(), expired.total), Settlement::Revive);
        let called_off = in_status(OrderStatus::Cancelled, ChangedBy::Buyer);
        assert_eq!(called_off.settlement(PaymentId::new(), called_off.total), Settlement::GiveBack);
    }

    #[test]
    fn another_amount_never_settles_an_order() {
        for status in OrderStatus::VARIANTS {
            let order = in_status(*status, ChangedBy::Expiry);
            let other = order.total.plus(Money::new(-1, Currency::Eur).unwrap()).unwrap();
            assert_eq!(order.settlement(PaymentId::new(), other), Settlement::WrongAmount);
        }
    }

    #[test]
    fn what_a_payment_confirms_may_be_confirmed() {
        for status in OrderStatus::VARIANTS {
            let order = in_status(*status, ChangedBy::Expiry);
            if let Settlement::Confirm | Settlement::Revive = order.settlement(PaymentId::new(), order.total)
            {
                assert!(status.may_become(OrderStatus::Confirmed), "{status:?}");
            }
        }
    }
}
