use kit::Problem;
use lettre::transport::smtp::SmtpTransport;
use lettre::{Message, Transport as _};

/// The mail server that the variables `smtp_host` and `smtp_port` name.
pub(super) struct Server(SmtpTransport);

/// What became of a mail. Nothing here repeats what the server said, which may name the recipient.
pub(super) enum Outcome {
    /// The server took it.
    Taken,
    /// It may be taken when it is tried again.
    NotNow(String),
    /// It will never be taken; the server's reply code.
    Never(String),
}

impl Server {
    pub(super) async fn configured() -> Result<Self, Problem> {
        let host = kit::variable("smtp_host").await?;
        let port: u16 = kit::variable("smtp_port")
            .await?
            .parse()
            .map_err(|error| Problem::internal(format!("variable smtp_port: {error}")))?;
        // A connection with a time limit is an invalid argument on WASI: the bridge's own limit on the delivery bounds it.
        Ok(Self(SmtpTransport::builder_dangerous(host).port(port).timeout(None).build()))
    }

    pub(super) fn send(&self, mail: &Message) -> Outcome {
        match self.0.send(mail) {
            Ok(_) => Outcome::Taken,
            Err(error) => match error.status() {
                Some(code) if error.is_permanent() => Outcome::Never(code.to_string()),
                Some(code) => Outcome::NotNow(format!("the mail server answered {code}")),
                None if error.is_response() => {
                    Outcome::NotNow("the mail server answered what is no SMTP".into())
                }
                None if error.is_client() => Outcome::NotNow("the mail server can't take this mail".into()),
                None => Outcome::NotNow("the mail server can't be reached".into()),
            },
        }
    }
}
