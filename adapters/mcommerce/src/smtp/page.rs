//! The inbox as a page (`/_inbox`) and as JSON (`/_inbox/messages`).

use askama::Template;
use http::header::X_FRAME_OPTIONS;
use http::{HeaderValue, Method, Response};
use wasmtime_wasi_http::WasiBody;

use super::{Inbox, Mail};
use crate::own_page::{HTML, page, response};
use crate::server::{MAIL_POLICY, OWN_PAGE_POLICY};

/// How often a browser reloads the list.
const REFRESH_SECONDS: u8 = 5;

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxPage {
    mails: Vec<Mail>,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct MailPage {
    mail: Mail,
}

impl Inbox {
    /// Answers `/_inbox` and the paths below it. Returns `None` for any other path or method.
    pub fn answer(&self, method: &Method, path: &str) -> Option<Response<WasiBody>> {
        if method != Method::GET && method != Method::HEAD {
            return None;
        }
        let rest = path.strip_prefix("/_inbox")?;
        let mut steps = rest.trim_start_matches('/').split('/');
        match (steps.next().unwrap_or_default(), steps.next(), steps.next()) {
            ("", None, None) if rest.len() <= 1 => Some(page(&InboxPage { mails: self.mails() })),
            ("messages", None, None) => {
                let json = serde_json::to_string(&self.mails()).ok()?;
                Some(response("application/json", json, OWN_PAGE_POLICY))
            }
            ("messages", Some(id), kind) if steps.next().is_none() => {
                let mail = self.mail(id.parse().ok()?)?;
                match kind {
                    None => Some(page(&MailPage { mail })),
                    Some("html") => Some(framed(mail.html?)),
                    Some(_) => None,
                }
            }
            _ => None,
        }
    }
}

fn framed(html: String) -> Response<WasiBody> {
    let mut response = response(HTML, html, MAIL_POLICY);
    response.headers_mut().insert(X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smtp::mail::Envelope;

    const RAW: &[u8] = b"From: \"<b>Shop</b>\" <shop@mcommerce.example>\r\n\
        Subject: <script>alert(1)</script> & \"quotes'\r\n\
        \r\n\
        </pre><script>alert(2)</script>\r\n";

    fn hostile_mail() -> Mail {
        let envelope =
            Envelope { from: String::new(), to: vec!["<img src=x onerror=alert(3)>@example.org".to_owned()] };
        Mail::parse(1, envelope, RAW)
    }

    #[test]
    fn markup_in_a_mail_is_escaped() {
        let list = InboxPage { mails: vec![hostile_mail()] }.render().expect("the list");
        let detail = MailPage { mail: hostile_mail() }.render().expect("the mail");
        for html in [&list, &detail] {
            assert!(html.contains("alert(1)"), "{html}");
            for markup in ["<script", "<img", "<b>", "</pre><", "\"quotes'"] {
                assert!(!html.contains(markup), "{markup} is in {html}");
            }
        }
        assert!(
            detail.contains("&#60;script&#62;alert(1)&#60;/script&#62; &#38; &#34;quotes&#39;"),
            "{detail}"
        );
        assert_eq!(detail.matches("alert(2)").count(), 1);
    }

    #[test]
    fn only_the_list_is_reloaded() {
        let mail = Mail { subject: "Inbox".to_owned(), ..hostile_mail() };
        assert!(!MailPage { mail }.render().expect("the mail").contains("http-equiv"));
        assert!(
            InboxPage { mails: Vec::new() }
                .render()
                .expect("the list")
                .contains("http-equiv=refresh content=5")
        );
    }
}
