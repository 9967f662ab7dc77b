use mail_parser::{Addr, Address, Message, MessageParser, PartType};
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Mail {
    /// Counts up from 1 in the order of arrival.
    pub id: u64,
    /// The `Message-ID` without angle brackets; empty if missing.
    pub message_id: String,
    /// The sender, from the `From` header.
    pub from: String,
    /// The recipients, from the envelope.
    pub to: Vec<String>,
    /// The decoded subject.
    pub subject: String,
    /// The plain text; empty if missing.
    pub text: String,
    pub html: Option<String>,
    /// The time of arrival, RFC 3339 UTC.
    pub received_at: String,
}

/// The sender and the recipients that the SMTP client named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Envelope {
    pub from: String,
    pub to: Vec<String>,
}

impl Mail {
    /// Parses a mail. Takes it as plain text if it is not MIME.
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
            from: message.from().and_then(Address::first).map_or(envelope.from, display),
            to: envelope.to,
            subject: message.subject().unwrap_or_default().to_owned(),
            text: plain_text(&message),
            html: html(&message),
            received_at,
        }
    }

    /// The time of day at which the mail arrived: `13:07:12`.
    pub(super) fn clock(&self) -> &str {
        self.received_at.get(11..19).unwrap_or(&self.received_at)
    }
}

fn display(address: &Addr<'_>) -> String {
    let plain = address.address().unwrap_or_default();
    match address.name() {
        Some(name) => format!("{name} <{plain}>"),
        None => plain.to_owned(),
    }
}

fn plain_text(message: &Message<'_>) -> String {
    message
        .text_bodies()
        .find_map(|part| match &part.body {
            PartType::Text(text) => Some(text.to_string()),
            _ => None,
        })
        .unwrap_or_default()
}

fn html(message: &Message<'_>) -> Option<String> {
    message.html_bodies().find_map(|part| match &part.body {
        PartType::Html(html) => Some(html.to_string()),
        _ => None,
    })
}
