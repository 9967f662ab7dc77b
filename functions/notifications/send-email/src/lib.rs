//! Mails that follow from events, once per event.
//!
//! An event's mail is claimed before it is sent and marked after, so that deliveries of one event at once or again send
//! one mail. The window left is a mail that the server took while its mark was lost: it is sent again under the same
//! Message-ID.

mod claim;
mod smtp;

use http::StatusCode;
use kit::{Context, Event, FieldError, Level, Problem};
use notifications_model::{MailError, Receipt, Sender};
use payments_model::PaymentSucceeded;

use self::claim::Claim;
use self::smtp::{Outcome, Server};

kit::component!(payment_succeeded);

/// A payment succeeded: its buyer gets a receipt. 503 asks for the event again, 422 says that it is of no use.
#[utoipa::path(post, path = "/events/send-email", tag = "notifications")]
pub async fn payment_succeeded(
    context: Context,
    Event(event): Event<PaymentSucceeded>,
) -> Result<StatusCode, Problem> {
    let sender: Sender = kit::variable("mail_from")
        .await?
        .parse()
        .map_err(|error| Problem::internal(format!("variable mail_from: {error}")))?;
    let receipt = Receipt::of(&event.data, &kit::variable("shop_url").await?);
    let buyer = &event.data.buyer;
    let mail = sender.mail(&event.id, &buyer.name, &buyer.email, receipt).map_err(|error| match error {
        MailError::Recipient => of_no_use("event.data.buyer.email", error),
        MailError::Parts => of_no_use("event.data", error),
    })?;
    let server = Server::configured().await?;

    let bridge = context.bridge().await?;
    let Some(claim) = Claim::take(&bridge, &event.id, event.kind.as_str()).await? else {
        return Ok(StatusCode::NO_CONTENT);
    };
    match server.send(&mail) {
        Outcome::Taken => {
            claim.mark_sent(&context).await;
            Ok(StatusCode::NO_CONTENT)
        }
        Outcome::NotNow(reason) => {
            claim.release(&context).await;
            Err(Problem::unavailable(reason))
        }
        Outcome::Never(code) => {
            claim.release(&context).await;
            let fields = [("eventId", event.id.as_str()), ("code", code.as_str())];
            context.log(Level::Error, "the mail server refused a mail for good", &fields);
            Err(of_no_use("event.data.buyer.email", "the mail server refused it for good"))
        }
    }
}

fn of_no_use(field: &str, why: impl std::fmt::Display) -> Problem {
    Problem::invalid(vec![FieldError::invalid(field, why)])
}
