use std::str::FromStr;

use kit::EmailAddress;
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};

use crate::Receipt;

/// Who mails come from: `Mcommerce <shop@mcommerce.example>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender(Mailbox);

/// A text that is no sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an address, or a name and an address in angle brackets")]
pub struct UnknownSender;

/// Why a mail can't be written. Says nothing about whom it was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The recipient's address is none that mails can be sent to.
    #[error("the recipient's address can't be written to")]
    Recipient,
    /// The parts do not make a mail.
    #[error("the parts do not make a mail")]
    Parts,
}

impl FromStr for Sender {
    type Err = UnknownSender;

    fn from_str(text: &str) -> Result<Self, UnknownSender> {
        text.parse().map(Self).map_err(|_| UnknownSender)
    }
}

impl Sender {
    /// A receipt as a mail. One event makes mails of one Message-ID, so that a mail sent twice is known as one.
    pub fn mail(
        &self,
        event_id: &str,
        name: &str,
        address: &EmailAddress,
        receipt: Receipt,
    ) -> Result<Message, MailError> {
        let address: Address = address.as_str().parse().map_err(|_| MailError::Recipient)?;
        // A control character in a name is refused when an order is placed; here one would end the header.
        let name = name.replace(char::is_control, " ");
        // An event's id is a UUID; whatever else it were must not end the header.
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
    use kit::Locale;
    use mail_parser::MessageParser;
    use proptest::prelude::*;

    fn written(name: &str, locale: Locale) -> Vec<u8> {
        let sender: Sender = "Mcommerce <shop@mcommerce.example>".parse().unwrap();
        let paid = paid(locale, name);
        let receipt = Receipt::of(&paid, "https://shop.example");
        sender.mail("0199-event", name, &paid.buyer.email, receipt).unwrap().formatted()
    }

    #[test]
    fn a_mail_is_read_as_it_was_written() {
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
    fn a_name_can_not_bring_a_header_or_another_recipient() {
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
        fn whatever_a_buyer_is_called_the_mail_goes_to_the_buyers_address_alone(name in "\\PC{0,100}|.{0,100}") {
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
            assert_eq!(bad.parse::<Sender>(), Err(UnknownSender), "{bad:?} was taken");
        }
    }
}
