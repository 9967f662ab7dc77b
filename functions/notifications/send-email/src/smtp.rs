use lettre::transport::smtp::SmtpTransport;
use lettre::{Message, Transport as _};

/// The mail server.
pub(super) struct Server(SmtpTransport);

/// What became of a mail. Nothing here repeats what the server said, which may name the recipient.
pub(super) enum Outcome {
    Accepted,
    /// The server may accept it later.
    TryLater(String),
    /// The server will never accept it; its reply code.
    Refused(String),
}

impl Server {
    pub(super) fn new(host: &str, port: u16) -> Self {
        // WASI accepts no time limit for connections: the bridge's limit on the delivery bounds them.
        Self(SmtpTransport::builder_dangerous(host).port(port).timeout(None).build())
    }

    pub(super) fn send(&self, mail: &Message) -> Outcome {
        match self.0.send(mail) {
            Ok(_) => Outcome::Accepted,
            Err(error) => match error.status() {
                Some(code) if error.is_permanent() => Outcome::Refused(code.to_string()),
                Some(code) => Outcome::TryLater(format!("the mail server answered {code}")),
                None if error.is_response() => {
                    Outcome::TryLater("the mail server's answer is not SMTP".into())
                }
                None if error.is_client() => {
                    Outcome::TryLater("the mail server can't accept this mail".into())
                }
                None => Outcome::TryLater("the mail server can't be reached".into()),
            },
        }
    }
}
