use std::str::FromStr;

use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use values::{EmailAddress, Variable};

use crate::Receipt;

/// Who mails come from: `Mcommerce <shop@mcommerce.example>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender(Mailbox);

/// A text that is not a sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an address, or a name and an address in angle brackets")]
pub struct InvalidSender;

/// Why a mail can't be written; does not name the recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    #[error("mails can't be sent to this address")]
    Recipient,
    #[error("the parts don't form a mail")]
    Parts,
}

impl FromStr for Sender {
    type Err = InvalidSender;

    fn from_str(text: &str) -> Result<Self, InvalidSender> {
        text.parse().map(Self).map_err(|_| InvalidSender)
    }
}

impl Variable for Sender {
    fn parse(text: String) -> Result<Self, impl std::fmt::Display> {
        text.parse::<Self>()
    }
}

impl Sender {
    /// A receipt as a mail. Its Message-ID is derived from the event, so that a mail that is sent twice is recognised as one.
    pub fn mail(
        &self,
        event_id: &str,
        name: &str,
        address: &EmailAddress,
        receipt: Receipt,
    ) -> Result<Message, MailError> {
        let address: Address = address.as_str().parse().map_err(|_| MailError::Recipient)?;
        // Orders refuse control characters in names; here one could end the header.
        let name = name.replace(char::is_control, " ");
        // An event's id is a UUID; anything else must not end the header either.
        let id: String = event_id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        Message::builder()
            .message_id(Some(format!("<{id}@{}>", self.0.email.domain())))
            .from(self.0.clone())
            .to(Mailbox::new(Some(name), address))
            .subject(receipt.subject)
            .multipart(MultiPart::alternative_plain_html(receipt.text, receipt.html))
            .map_err(|_| MailError::Parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receipt::tests::paid;
    use mail_parser::MessageParser;
    use proptest::prelude::*;
    use values::Locale;

    fn written(name: &str, locale: Locale) -> Vec<u8> {
        let sender: Sender = "Mcommerce <shop@mcommerce.example>".parse().unwrap();
        let paid = paid(locale, name);
        let receipt = Receipt::new(&paid, "https://shop.example");
        sender.mail("0199-event", name, &paid.buyer.email, receipt).unwrap().formatted()
    }

    #[test]
    fn a_mail_parses_to_what_was_written() {
        let bytes = written("Zoë d’Été", Locale::Fr);
        let mail = MessageParser::default().parse(&bytes).unwrap();
        let to = mail.to().unwrap().first().unwrap();
        assert_eq!((to.name(), to.address()), (Some("Zoë d’Été"), Some("ada@example.com")));
        assert_eq!(mail.from().unwrap().first().unwrap().address(), Some("shop@mcommerce.example"));
        assert_eq!(mail.subject(), Some("Merci pour votre commande MC-7F3K-92QD"));
        assert!(mail.body_text(0).unwrap().contains("Total\u{a0}: 1\u{202f}234,50\u{a0}€"));
        assert!(mail.body_html(0).unwrap().contains("Bonjour Zoë d’Été,"));
        assert!(mail.date().is_some());
    }

    #[test]
    fn one_event_has_one_message_id() {
        for _ in 0..2 {
            let bytes = written("Ada", Locale::En);
            let mail = MessageParser::default().parse(&bytes).unwrap();
            assert_eq!(mail.message_id(), Some("0199-event@mcommerce.example"));
        }
    }

    #[test]
    fn a_name_can_not_inject_a_header_or_a_recipient() {
        for name in ["Ada\r\nBcc: eve@example.com", "Ada <eve@example.com>, Eve", "\"Ada\" <eve@example.com>"]
        {
            let bytes = written(name, Locale::En);
            let mail = MessageParser::default().parse(&bytes).unwrap();
            assert!(mail.bcc().is_none(), "{name:?}");
            let to: Vec<_> = mail.to().unwrap().iter().filter_map(|to| to.address()).collect();
            assert_eq!(to, ["ada@example.com"], "{name:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_the_buyers_name_the_mail_goes_to_the_buyers_address_only(name in "\\PC{0,100}|.{0,100}") {
            let bytes = written(&name, Locale::Fr);
            let mail = MessageParser::default().parse(&bytes).unwrap();
            let to: Vec<_> = mail.to().unwrap().iter().filter_map(|to| to.address()).collect();
            prop_assert_eq!(to, ["ada@example.com"]);
            prop_assert!(mail.bcc().is_none() && mail.cc().is_none());
        }
    }

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        assert!("shop@mcommerce.example".parse::<Sender>().is_ok());
        for bad in ["", "Mcommerce", "Mcommerce <shop>"] {
            assert_eq!(bad.parse::<Sender>(), Err(InvalidSender), "{bad:?} was accepted");
        }
    }
}
