//! Paying an order.
//!
//! The payment is stored before its provider is asked, and asked under its own id, so the same request, sent again, finishes
//! whatever was interrupted. A payment whose client never returns stays pending and keeps its order from being paid in
//! another way.

mod attempt;
mod beginning;
mod orders;
mod provider;

use contracts::ids::PaymentId;
use contracts::payments::{PaymentFailed, PaymentSucceeded};
use kit::{Bridge, Context, Created, IdempotencyKey, Input, Json, OrderAsker, Parameter};
use payments_model::{NewPayment, NoSuchPayment, NotPaid, PAYMENTS, PaymentView};
use protocol::Filter;
use values::{Moment, Problem, Secret};

use self::attempt::Attempt;
use self::beginning::Beginning;
use self::orders::Orders;
use self::provider::Configured;

kit::component!(
    create_payment, get_payment;
    variables = {
        orders_url: String,
        orders_token: Secret,
        payment_provider: Configured,
        payment_secret: Secret,
    };
    emits = [PaymentSucceeded, PaymentFailed]
);

/// Pays what is due for an order.
///
/// The same key, order and card are charged once.
#[kit::endpoint(POST "/api/payments")]
pub async fn create_payment(
    context: Context,
    bridge: Bridge,
    variables: &'static Variables,
    OrderAsker(asker): OrderAsker,
    key: IdempotencyKey,
    Input(wanted): Input<NewPayment>,
) -> Result<Created<PaymentView>, Problem<NotPaid>> {
    let card = wanted.card.parse(Moment::now())?;
    let order = wanted.order_id;
    let fingerprint = card.fingerprint(&variables.payment_secret, order);
    let beginning = Beginning {
        bridge: &bridge,
        orders: &Orders::new(context, variables),
        provider: variables.payment_provider,
        idempotency: key.with_body(&format!("order:{order}"), fingerprint),
        card: &card,
        order,
        asker,
    };
    let payment = Attempt { context, beginning }.run().await?;
    let location = format!("/api/payments/{}", payment.id);
    Ok(Created::new(location, payment.into()))
}

/// A payment, for whoever may see its order.
#[kit::endpoint(GET "/api/payments/{id}")]
pub async fn get_payment(
    context: Context,
    bridge: Bridge,
    variables: &'static Variables,
    OrderAsker(asker): OrderAsker,
    Parameter(id): Parameter<PaymentId>,
) -> Result<Json<PaymentView>, Problem<NoSuchPayment>> {
    let payment = bridge.find(PAYMENTS, Filter::id(id)).await?.ok_or(NoSuchPayment::NotFound)?;
    if Orders::new(context, variables).may_see(payment.order_id, &asker).await? {
        Ok(Json(payment.into()))
    } else {
        Err(NoSuchPayment::NotFound.into())
    }
}
