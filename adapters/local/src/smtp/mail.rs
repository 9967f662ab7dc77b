use mail_parser::{Addr, Address, Message, MessageParser, PartType};
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A mail as it was received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Mail {
    /// Counts from 1 in the order of arrival.
    pub id: u64,
    /// Its `Message-ID` without the brackets; empty if it has none.
    pub message_id: String,
    /// Who it says it is from.
    pub from: String,
    /// Whom it was sent to, by the envelope.
    pub to: Vec<String>,
    /// Its subject, decoded.
    pub subject: String,
    /// Its plain text; empty if it has none.
    pub text: String,
    /// Its HTML, if it has any.
    pub html: Option<String>,
    /// When it came, RFC 3339 UTC.
    pub received_at: String,
}

/// A mail's envelope: who the client said it is from and for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Envelope {
    pub from: String,
    pub to: Vec<String>,
}

impl Mail {
    /// Reads a mail. One that is no MIME is taken as plain text.
    pub(super) fn parse(id: u64, envelope: Envelope, raw: &[u8]) -> Self {
        let received_at = OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default();
        let Some(message) = MessageParser::default().parse(raw) else {
            return Self {
                id,
                message_id: String::new(),
                from: envelope.from,
                to: envelope.to,
                subject: String::new(),
                text: String::from_utf8_lossy(raw).into_owned(),
                html: None,
                received_at,
            };
        };
        Self {
            id,
            message_id: message.message_id().unwrap_or_default().to_owned(),
            from: message.from().and_then(Address::first).map_or(envelope.from, written),
            to: envelope.to,
            subject: message.subject().unwrap_or_default().to_owned(),
            text: text_of(&message),
            html: html_of(&message),
            received_at,
        }
    }

    /// The time of day that the mail came: `13:07:12`.
    pub(super) fn clock(&self) -> &str {
        self.received_at.get(11..19).unwrap_or(&self.received_at)
    }
}

fn written(address: &Addr<'_>) -> String {
    let plain = address.address().unwrap_or_default();
    match address.name() {
        Some(name) => format!("{name} <{plain}>"),
        None => plain.to_owned(),
    }
}

fn text_of(message: &Message<'_>) -> String {
    message
        .text_bodies()
        .find_map(|part| match &part.body {
            PartType::Text(text) => Some(text.to_string()),
            _ => None,
        })
        .unwrap_or_default()
}

fn html_of(message: &Message<'_>) -> Option<String> {
    message.html_bodies().find_map(|part| match &part.body {
        PartType::Html(html) => Some(html.to_string()),
        _ => None,
    })
}
