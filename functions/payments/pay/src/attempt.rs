use contracts::ids::PaymentId;
use contracts::orders::Paid;
use contracts::payments::PaymentFailed;
use kit::{BridgeError, Context, Level, Once, Outcome};
use payments_model::{
    Charge, Charged, NotPaid, PAYMENTS, Payment, PaymentStatus, Provider as _, ProviderError, changes,
};
use protocol::{Conflict, Expect, Filter, Transaction, Update};
use values::{Fault, Moment, Problem};

use super::Emit as _;
use super::beginning::Beginning;
use super::provider::Configured;

/// One request to pay an order.
pub(super) struct Attempt<'a> {
    pub(super) context: Context,
    pub(super) beginning: Beginning<'a>,
}

impl Attempt<'_> {
    /// The payment, if it succeeded, whichever request under this key ended it.
    pub(super) async fn run(&self) -> Result<Payment, Problem<NotPaid>> {
        let once = Once::by_key(PAYMENTS, &self.beginning.idempotency);
        let payment = match once.run(self.beginning.bridge, &self.beginning).await? {
            Outcome::Now(payment) => self.charge(payment).await?,
            Outcome::Before(payment) if payment.status == PaymentStatus::Pending => {
                self.charge_again(payment).await?
            }
            Outcome::Before(payment) => payment,
        };
        match (payment.status, payment.failure) {
            (PaymentStatus::Succeeded | PaymentStatus::Refunded, _) => Ok(payment),
            (PaymentStatus::Failed, Some(why)) => Err(NotPaid::PaymentDeclined(why).into()),
            (PaymentStatus::Failed | PaymentStatus::Pending, _) => {
                Err(Fault::internal("a payment was charged and has no result").into())
            }
        }
    }

    async fn charge_again(&self, mut payment: Payment) -> Result<Payment, Problem<NotPaid>> {
        let (filter, update) = changes::ask_again(payment.id, Moment::now());
        if !self.change(Transaction::new(), filter, update).await? {
            return Ok(self.read(payment.id).await?);
        }
        payment.attempts += 1;
        self.charge(payment).await
    }

    /// Charges a pending payment with the provider that it began with.
    async fn charge(&self, mut payment: Payment) -> Result<Payment, Problem<NotPaid>> {
        let provider = Configured::from_name(&payment.provider).map_err(Fault::internal)?;
        let charge = Charge {
            payment: payment.id,
            amount: payment.amount,
            card: self.beginning.card,
            attempt: payment.attempts,
        };
        let charged = provider.charge(charge).await.inspect_err(|error| self.log_pending(&payment, *error));
        let now = Moment::now();
        let ended = match charged.map_err(NotPaid::from)? {
            Charged::Succeeded { reference } => {
                let (filter, update) = changes::succeed(payment.id, &reference, now);
                payment.status = PaymentStatus::Succeeded;
                payment.provider_reference = Some(reference);
                self.change(Transaction::new().emit(&payment.succeeded()), filter, update).await?
            }
            Charged::Declined(code) => {
                let (filter, update) = changes::fail(payment.id, code, now)?;
                payment.status = PaymentStatus::Failed;
                payment.failure = Some(code);
                let event = PaymentFailed { payment_id: payment.id, order_id: payment.order_id, code };
                self.change(Transaction::new().emit(&event), filter, update).await?
            }
        };
        if !ended {
            return Ok(self.read(payment.id).await?);
        }
        payment.updated_at = now;
        if payment.status == PaymentStatus::Succeeded {
            self.tell_orders(&payment).await;
        }
        Ok(payment)
    }

    /// Changes a pending payment; `false` if another request under the same key ended it first.
    async fn change(
        &self,
        transaction: Transaction,
        filter: Filter,
        update: Update,
    ) -> Result<bool, BridgeError> {
        let transaction = transaction.update(PAYMENTS, filter, update, Expect::Exactly(1));
        match self.beginning.bridge.transact(transaction).await {
            Ok(_) => Ok(true),
            Err(BridgeError::Conflict(Conflict::Unmet { .. })) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn read(&self, id: PaymentId) -> Result<Payment, Fault> {
        let payment = self.beginning.bridge.find(PAYMENTS, Filter::id(id)).await?;
        payment.ok_or_else(|| Fault::internal("a payment is gone"))
    }

    /// The buyer need not wait for this to succeed: the event settles the order as well.
    async fn tell_orders(&self, payment: &Payment) {
        let paid = Paid { payment_id: payment.id, amount: payment.amount };
        if let Err(fault) = self.beginning.orders.tell_paid(payment.order_id, &paid).await {
            let (id, reason) = (payment.id.to_string(), fault.to_string());
            let message = "the orders service was not told of a payment; the event will settle the order";
            self.context.log(Level::Warn, message, &[("paymentId", &id), ("reason", &reason)]);
        }
    }

    fn log_pending(&self, payment: &Payment, error: ProviderError) {
        let (id, reason) = (payment.id.to_string(), error.to_string());
        let fields = [("paymentId", id.as_str()), ("reason", &reason), ("provider", &payment.provider)];
        self.context.log(Level::Warn, "a payment stays pending", &fields);
    }
}
