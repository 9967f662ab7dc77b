crate::text! {
    /// An e-mail address that a mail can be sent to: ASCII, at most 254 bytes, with a dotted domain. Kept in lower case, so
    /// that spellings which differ in case are one address.
    #[schema(format = "email", max_length = 254, example = "ada@example.com")]
    pub hidden EmailAddress, parsed by parse,
    else InvalidEmailAddress: Email, "must be an e-mail address"
}

const MAX_BYTES: usize = 254;
const MAX_LOCAL_BYTES: usize = 64;
const MAX_LABEL_BYTES: usize = 63;

fn parse(text: &str) -> Option<String> {
    let text = text.trim();
    let (local, domain) = text.rsplit_once('@')?;
    let valid = text.len() <= MAX_BYTES && is_local(local) && is_domain(domain);
    valid.then(|| text.to_ascii_lowercase())
}

fn is_local(local: &str) -> bool {
    (1..=MAX_LOCAL_BYTES).contains(&local.len())
        && local.split('.').all(|atom| {
            !atom.is_empty()
                && atom.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b))
        })
}

fn is_domain(domain: &str) -> bool {
    domain.contains('.')
        && domain.split('.').all(|label| {
            (1..=MAX_LABEL_BYTES).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_in_lower_case() {
        let address: EmailAddress = " Ada.Lovelace+shop@Example.COM ".parse().unwrap();
        assert_eq!(address.as_str(), "ada.lovelace+shop@example.com");
        assert!(!format!("{address:?}").contains("ada"));
    }

    #[test]
    fn text_that_could_end_a_mail_header_or_name_two_mailboxes_is_refused() {
        for bad in [
            "",
            "@",
            "ada",
            "ada@",
            "@example.com",
            "ada@localhost",
            "ada@example..com",
            "a..b@example.com",
            ".a@example.com",
            "ada@-example.com",
            "a b@example.com",
            "a@b@example.com",
            "é@example.com",
            "ada@example.com\r\nBcc: eve@example.com",
            "ada@example.com, eve@example.com",
            "<ada@example.com>",
            "ada@exa\0mple.com",
            "\"ada\"@example.com",
            &format!("{}@example.com", "a".repeat(65)),
        ] {
            assert_eq!(bad.parse::<EmailAddress>(), Err(InvalidEmailAddress), "{bad:?} was accepted");
        }
    }
}
