//! Mails that follow from events, once per event.
//!
//! An event's mail is claimed before it is sent and marked afterwards, so that concurrent or repeated deliveries of one event
//! send one mail. One window remains: if the server accepts a mail and marking it fails, it is sent again under the same
//! Message-ID.

mod claim;
mod smtp;

use contracts::payments::PaymentSucceeded;
use kit::{Bridge, Context, Event, Level, NoContent};
use notifications_model::{MailError, Receipt, Sender};
use values::{Fault, FieldCode, FieldFault, Invalid, Problem};

use self::claim::Claim;
use self::smtp::{Outcome, Server};

kit::component!(
    payment_succeeded;
    variables = { smtp_host: String, smtp_port: u16, mail_from: Sender, shop_url: String }
);

/// A payment succeeded: its buyer gets a receipt.
#[kit::endpoint(POST "/events/send-email")]
pub async fn payment_succeeded(
    context: Context,
    bridge: Bridge,
    variables: &'static Variables,
    Event(event): Event<PaymentSucceeded>,
) -> Result<NoContent, Problem> {
    let receipt = Receipt::new(&event.data, &variables.shop_url);
    let buyer = &event.data.buyer;
    let mail =
        variables.mail_from.mail(&event.id, &buyer.name, &buyer.email, receipt).map_err(
            |error| match error {
                MailError::Recipient => unusable("event.data.buyer.email", &error),
                MailError::Parts => unusable("event.data", &error),
            },
        )?;
    let Some(claim) = Claim::take(&bridge, &event.id, event.kind.as_str()).await? else {
        return Ok(NoContent);
    };
    match Server::new(&variables.smtp_host, variables.smtp_port).send(&mail) {
        Outcome::Accepted => {
            claim.mark_sent(context).await;
            Ok(NoContent)
        }
        Outcome::TryLater(reason) => {
            claim.release(context).await;
            Err(Fault::Unavailable(reason).into())
        }
        Outcome::Refused(code) => {
            claim.release(context).await;
            let fields = [("eventId", event.id.as_str()), ("code", code.as_str())];
            context.log(Level::Error, "the mail server refused a mail for good", &fields);
            Err(unusable("event.data.buyer.email", &"the mail server refused it for good").into())
        }
    }
}

/// Trying again would not help: the bridge parks the event.
fn unusable(field: &str, reason: &dyn std::fmt::Display) -> Invalid {
    Invalid::field(field, FieldFault::with_message(FieldCode::Format, reason.to_string()))
}
