use http::StatusCode;
use kit::{Bridge, BridgeError, Context, Level, Moment, Problem, Transaction, path};
use orders_model::{Asker, Due, OrderId, Paid};
use payments_model::{
    Card, Charge, Charged, Idempotency, PAYMENTS, Payment, PaymentFailed, PaymentId, PaymentStatus,
    PaymentSucceeded, Provider, ProviderError, changes,
};
use protocol::{Conflict, Expect, Filter, Update};

use super::orders::{Orders, Payable};
use super::provider::Configured;

/// One request to pay an order.
pub(super) struct Attempt<'a> {
    pub(super) context: &'a Context,
    pub(super) bridge: Bridge,
    pub(super) orders: Orders,
    pub(super) provider: Configured,
    pub(super) card: &'a Card,
}

/// A payment that is there once a request has begun it.
enum Begun {
    /// By this request.
    Now(Payment),
    /// By an earlier or another request under the same key.
    Before(Payment),
}

/// How often a payment in the way may fail between meeting it and reading it.
const ATTEMPTS: usize = 3;

impl Attempt<'_> {
    /// The payment as it ended, whichever request under this key ended it.
    pub(super) async fn run(
        &self,
        order: OrderId,
        asker: &Asker,
        idempotency: Idempotency,
    ) -> Result<Payment, Problem> {
        let begun = match self.orders.due(order, asker).await? {
            Payable::Due(due) => self.begin(*due, idempotency).await?,
            // A payment once begun is brought to its end whatever became of its order: its money may be taken already,
            // and settling finds the order's goods again or notes that the money must go back.
            Payable::No(problem) => Begun::Before(self.under_key(&idempotency).await?.ok_or(problem)?),
        };
        let payment = match begun {
            Begun::Before(payment) if payment.status != PaymentStatus::Pending => return Ok(payment),
            Begun::Now(payment) => payment,
            Begun::Before(mut payment) => {
                let (filter, update) = changes::ask_again(payment.id, Moment::now());
                if !self.change(Transaction::new(), filter, update).await? {
                    return self.read(payment.id).await;
                }
                payment.attempts += 1;
                payment
            }
        };
        self.charge(payment).await
    }

    async fn begin(&self, due: Due, idempotency: Idempotency) -> Result<Begun, Problem> {
        let payment = Payment::begin(due, self.card, idempotency, self.provider.name(), Moment::now());
        for _ in 0..ATTEMPTS {
            match self.bridge.transact(Transaction::new().insert(PAYMENTS, &payment)).await {
                Ok(_) => return Ok(Begun::Now(payment)),
                Err(BridgeError::Conflict(Conflict::Duplicate { .. })) => {}
                Err(error) => return Err(error.into()),
            }
            // A repeated request is in the way of itself twice, by its key and by its order; which one the store names
            // is its own affair.
            if let Some(before) = self.under_key(&payment.idempotency).await? {
                return Ok(Begun::Before(before));
            }
            let active = Filter::Eq(path("activeOrderId"), payment.order_id.into());
            match self.bridge.find(PAYMENTS, active).await?.map(|other| other.status) {
                Some(PaymentStatus::Pending) => {
                    return Err(Problem::conflict(
                        "payment_in_progress",
                        "A payment of this order was begun and is not over. Repeat it with its own key.",
                    ));
                }
                Some(_) => return Err(Problem::conflict("already_paid", "The order is paid already.")),
                None => {}
            }
        }
        Err(Problem::unavailable("payments of one order failed at every attempt"))
    }

    /// The payment that was begun under this key; 409 if it was of another card.
    async fn under_key(&self, idempotency: &Idempotency) -> Result<Option<Payment>, Problem> {
        let by_key = Filter::Eq(path("idempotency.key"), idempotency.key.as_str().into());
        match self.bridge.find(PAYMENTS, by_key).await? {
            Some(payment) if payment.idempotency.fingerprint != idempotency.fingerprint => {
                Err(Problem::conflict("key_reused", "This Idempotency-Key belongs to another payment."))
            }
            found => Ok(found),
        }
    }

    /// Charges a pending payment with the provider it was begun with.
    async fn charge(&self, mut payment: Payment) -> Result<Payment, Problem> {
        let provider = Configured::by_name(&payment.provider)?;
        let charge = Charge {
            payment: payment.id,
            amount: payment.amount,
            card: self.card,
            attempt: payment.attempts,
        };
        let charged = provider.charge(charge).await.map_err(|error| self.unknown(&payment, error))?;
        let (now, subject) = (Moment::now(), payment.order_id.to_string());
        let ended = match charged {
            Charged::Succeeded { reference } => {
                let (filter, update) = changes::succeed(payment.id, &reference, now);
                let event = PaymentSucceeded::from(&payment);
                payment.status = PaymentStatus::Succeeded;
                payment.provider_reference = Some(reference);
                let transaction = Transaction::new().emit("payment.succeeded", subject, &event);
                self.change(transaction, filter, update).await?
            }
            Charged::Declined(code) => {
                let (filter, update) = changes::fail(payment.id, code, now)?;
                let event = PaymentFailed { payment_id: payment.id, order_id: payment.order_id, code };
                payment.status = PaymentStatus::Failed;
                payment.failure = Some(code);
                let transaction = Transaction::new().emit("payment.failed", subject, &event);
                self.change(transaction, filter, update).await?
            }
        };
        if !ended {
            return self.read(payment.id).await;
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
    ) -> Result<bool, Problem> {
        match self.bridge.transact(transaction.update(PAYMENTS, filter, update, Expect::Exactly(1))).await {
            Ok(_) => Ok(true),
            Err(BridgeError::Conflict(Conflict::Unmet { .. })) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn read(&self, id: PaymentId) -> Result<Payment, Problem> {
        let payment = self.bridge.find(PAYMENTS, Filter::id(id)).await?;
        payment.ok_or_else(|| Problem::internal("a payment is gone"))
    }

    /// The buyer need not wait for this to succeed: the event settles the order all the same.
    async fn tell_orders(&self, payment: &Payment) {
        let paid = Paid { payment_id: payment.id, amount: payment.amount };
        if let Err(problem) = self.orders.paid(payment.order_id, &paid).await {
            let id = payment.id.to_string();
            let fields = [("paymentId", id.as_str()), ("code", problem.code())];
            self.context.log(
                Level::Warn,
                "orders was not told of a payment; the event will settle it",
                &fields,
            );
        }
    }

    fn unknown(&self, payment: &Payment, error: ProviderError) -> Problem {
        let (id, reason) = (payment.id.to_string(), error.to_string());
        let fields = [("paymentId", id.as_str()), ("reason", &reason), ("provider", &payment.provider)];
        self.context.log(Level::Warn, "a payment stays pending", &fields);
        let status = match error {
            ProviderError::Failed => StatusCode::BAD_GATEWAY,
            ProviderError::TimedOut => StatusCode::GATEWAY_TIMEOUT,
        };
        Problem::new(
            status,
            "provider_unavailable",
            "Whether the payment went through is not known yet. Please try again; you will not be charged twice.",
        )
    }
}
