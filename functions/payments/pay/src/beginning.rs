use contracts::ids::OrderId;
use contracts::orders::{Asker, NotPayable};
use kit::Bridge;
use payments_model::{Card, NotPaid, PAYMENTS, Payment, PaymentStatus, Provider as _};
use protocol::{Filter, Transaction, path};
use values::{Idempotency, Moment, Obstacle, Problem};

use super::orders::Orders;
use super::provider::Configured;

/// A payment that is to begin.
///
/// Once begun, it is brought to its end whatever becomes of its order: the money may be taken already, and settling then finds
/// the order's goods again or notes that the payment must be refunded.
pub(super) struct Beginning<'a> {
    pub(super) bridge: &'a Bridge,
    pub(super) orders: &'a Orders,
    pub(super) provider: Configured,
    pub(super) idempotency: Idempotency,
    pub(super) card: &'a Card,
    pub(super) order: OrderId,
    pub(super) asker: Asker,
}

impl kit::Attempt for Beginning<'_> {
    type Document = Payment;
    type Refusal = NotPaid;

    async fn prepare(&self) -> Result<(Transaction, Payment), Obstacle<NotPaid>> {
        let due = self.orders.due(self.order, &self.asker).await.map_err(Obstacle::erase)?;
        let name = self.provider.name();
        let payment = Payment::begin(due, self.card, self.idempotency.clone(), name, Moment::now());
        Ok((Transaction::new().insert(PAYMENTS, &payment), payment))
    }

    async fn check_rival(&self) -> Result<(), Problem<NotPaid>> {
        let active = Filter::Eq(path("activeOrderId"), self.order.into());
        match self.bridge.find(PAYMENTS, active).await?.map(|rival| rival.status) {
            Some(PaymentStatus::Pending) => Err(NotPaid::PaymentInProgress.into()),
            Some(_) => Err(NotPaid::from(NotPayable::AlreadyPaid).into()),
            None => Ok(()),
        }
    }
}
