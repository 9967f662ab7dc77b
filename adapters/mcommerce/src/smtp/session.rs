//! An SMTP session (RFC 5321) without the network: lines in, replies out.

use super::mail::Envelope;

/// The largest mail, in bytes.
pub(super) const MAX_MAIL_BYTES: usize = 10 * 1024 * 1024;
const MAX_RECIPIENTS: usize = 100;

/// What to do after a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    Reply(&'static str),
    /// Reply, then expect the mail.
    Data(&'static str),
    /// Don't reply, because the mail continues.
    Silence,
    /// Store the complete mail, then reply.
    Received(Envelope, Vec<u8>),
    /// Reply and close the connection.
    Close(&'static str),
}

#[derive(Default)]
pub(super) struct Session {
    envelope: Option<Envelope>,
    data: Option<Data>,
}

#[derive(Default)]
struct Data {
    bytes: Vec<u8>,
    too_large: bool,
}

impl Session {
    /// Processes a line, without its line break.
    pub(super) fn line(&mut self, line: &[u8]) -> Step {
        if self.data.is_some() {
            return self.data_line(line);
        }
        let Ok(line) = std::str::from_utf8(line) else { return Step::Reply("500 5.5.2 Not UTF-8\r\n") };
        let (verb, argument) = line.split_once(' ').unwrap_or((line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                self.envelope = None;
                Step::Reply("250-mcommerce\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 10485760\r\n")
            }
            "HELO" => {
                self.envelope = None;
                Step::Reply("250 mcommerce\r\n")
            }
            "MAIL" => self.mail(argument),
            "RCPT" => self.recipient(argument),
            "DATA" => match &self.envelope {
                Some(envelope) if !envelope.to.is_empty() => {
                    self.data = Some(Data::default());
                    Step::Data("354 Go ahead\r\n")
                }
                _ => Step::Reply("503 5.5.1 RCPT first\r\n"),
            },
            "RSET" => {
                self.envelope = None;
                Step::Reply("250 2.0.0 Reset\r\n")
            }
            "NOOP" => Step::Reply("250 2.0.0 OK\r\n"),
            "VRFY" => Step::Reply("252 2.5.0 Can't verify addresses\r\n"),
            "QUIT" => Step::Close("221 2.0.0 Bye\r\n"),
            _ => Step::Reply("502 5.5.1 Command not implemented\r\n"),
        }
    }

    fn mail(&mut self, argument: &str) -> Step {
        let Some((address, parameters)) = path(argument, "FROM:") else {
            return Step::Reply("501 5.5.4 MAIL FROM:<address>\r\n");
        };
        if self.envelope.is_some() {
            return Step::Reply("503 5.5.1 One mail at a time\r\n");
        }
        let size = parameters.split_ascii_whitespace().find_map(|parameter| {
            parameter.to_ascii_uppercase().strip_prefix("SIZE=")?.parse::<usize>().ok()
        });
        if size.is_some_and(|size| size > MAX_MAIL_BYTES) {
            return Step::Reply("552 5.3.4 Too large\r\n");
        }
        self.envelope = Some(Envelope { from: address.to_owned(), to: Vec::new() });
        Step::Reply("250 2.1.0 OK\r\n")
    }

    fn recipient(&mut self, argument: &str) -> Step {
        let Some(envelope) = &mut self.envelope else { return Step::Reply("503 5.5.1 MAIL first\r\n") };
        match path(argument, "TO:") {
            Some((address, _)) if !address.is_empty() && envelope.to.len() < MAX_RECIPIENTS => {
                envelope.to.push(address.to_owned());
                Step::Reply("250 2.1.5 OK\r\n")
            }
            Some((address, _)) if !address.is_empty() => Step::Reply("452 4.5.3 Too many recipients\r\n"),
            _ => Step::Reply("501 5.5.4 RCPT TO:<address>\r\n"),
        }
    }

    fn data_line(&mut self, line: &[u8]) -> Step {
        let Some(data) = &mut self.data else { return Step::Silence };
        if line != b"." {
            // Clients double the dot at the start of a line.
            let line = line.strip_prefix(b".").unwrap_or(line);
            data.too_large |= data.bytes.len() + line.len() + 2 > MAX_MAIL_BYTES;
            if !data.too_large {
                data.bytes.extend_from_slice(line);
                data.bytes.extend_from_slice(b"\r\n");
            }
            return Step::Silence;
        }
        match (self.data.take(), self.envelope.take()) {
            (Some(Data { too_large: false, bytes }), Some(envelope)) => Step::Received(envelope, bytes),
            _ => Step::Reply("552 5.3.4 Too large\r\n"),
        }
    }
}

/// Splits `FROM:<a@b> PARAMETERS` into the address and the parameters.
fn path<'a>(argument: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let (head, rest) = argument.split_at_checked(keyword.len())?;
    if !head.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let (address, parameters) = rest.trim_start().strip_prefix('<')?.split_once('>')?;
    (address.len() <= 254 && !address.contains(char::is_control)).then_some((address, parameters))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(session: &mut Session, line: &str) -> String {
        match session.line(line.as_bytes()) {
            Step::Reply(text) | Step::Data(text) | Step::Close(text) => text.to_owned(),
            other => panic!("{other:?} is not a reply"),
        }
    }

    #[test]
    fn a_session_like_lettres_ends_in_a_mail() {
        let mut session = Session::default();
        assert!(reply(&mut session, "EHLO [127.0.0.1]").starts_with("250-"));
        assert!(reply(&mut session, "MAIL FROM:<shop@mcommerce.example> BODY=8BITMIME").starts_with("250"));
        assert!(reply(&mut session, "RCPT TO:<ada@example.org>").starts_with("250"));
        assert!(reply(&mut session, "DATA").starts_with("354"));
        for line in ["Subject: Hello", "", "..a dot", "the end"] {
            assert_eq!(session.line(line.as_bytes()), Step::Silence);
        }
        let envelope = Envelope { from: "shop@mcommerce.example".into(), to: vec!["ada@example.org".into()] };
        let raw = b"Subject: Hello\r\n\r\n.a dot\r\nthe end\r\n".to_vec();
        assert_eq!(session.line(b"."), Step::Received(envelope, raw));
        assert!(reply(&mut session, "QUIT").starts_with("221"));
    }

    #[test]
    fn commands_out_of_order_are_refused() {
        let mut session = Session::default();
        assert!(reply(&mut session, "RCPT TO:<ada@example.org>").starts_with("503"));
        assert!(reply(&mut session, "DATA").starts_with("503"));
        assert!(reply(&mut session, "MAIL FROM:<a@b>").starts_with("250"));
        assert!(reply(&mut session, "DATA").starts_with("503"));
        assert!(reply(&mut session, "RSET").starts_with("250"));
        assert!(reply(&mut session, "RCPT TO:<ada@example.org>").starts_with("503"));
        assert!(reply(&mut session, "STARTTLS").starts_with("502"));
        assert!(reply(&mut session, "MAIL TO:<a@b>").starts_with("501"));
    }

    #[test]
    fn a_mail_that_is_too_large_is_refused_and_not_buffered() {
        let mut session = Session::default();
        assert!(reply(&mut session, "MAIL FROM:<a@b> SIZE=10485761").starts_with("552"));
        for line in ["MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA"] {
            reply(&mut session, line);
        }
        let line = vec![b'a'; 1024 * 1024];
        for _ in 0..11 {
            assert_eq!(session.line(&line), Step::Silence);
        }
        assert!(session.data.as_ref().is_some_and(|data| data.bytes.len() <= MAX_MAIL_BYTES));
        assert!(reply(&mut session, ".").starts_with("552"));
        assert!(reply(&mut session, "MAIL FROM:<a@b>").starts_with("250"));
    }
}
