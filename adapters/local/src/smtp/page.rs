//! The inbox in a browser: `/_inbox`, and the same as JSON for tests.

use std::fmt::Write as _;

use http::header::X_FRAME_OPTIONS;
use http::{HeaderValue, Method, Response};
use wasmtime_wasi_http::WasiBody;

use super::{Inbox, Mail};
use crate::html::{POLICY, Page, escaped, response};

const STYLE: &str = include_str!("page.css");
/// After how many seconds the list is read again.
const REFRESH: u8 = 5;
/// A mail may look as it likes, and do nothing.
const MAIL_POLICY: &str = "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; \
                           img-src data: http: https:; frame-ancestors 'self'";

impl Inbox {
    /// Answers what is under `/_inbox`; `None` for any other path or method.
    pub fn answer(&self, method: &Method, path: &str) -> Option<Response<WasiBody>> {
        if method != Method::GET && method != Method::HEAD {
            return None;
        }
        let rest = path.strip_prefix("/_inbox")?;
        let mut steps = rest.trim_start_matches('/').split('/');
        match (steps.next().unwrap_or_default(), steps.next(), steps.next()) {
            ("", None, None) if rest.len() <= 1 => Some(page("Inbox", &list(&self.mails()))),
            ("messages", None, None) => {
                let json = serde_json::to_string(&self.mails()).ok()?;
                Some(response("application/json", json, POLICY))
            }
            ("messages", Some(id), kind) if steps.next().is_none() => {
                let mail = self.mail(id.parse().ok()?)?;
                match kind {
                    None => Some(page(&mail.subject, &detail(&mail))),
                    Some("html") => Some(framed(mail.html?)),
                    Some(_) => None,
                }
            }
            _ => None,
        }
    }
}

fn list(mails: &[Mail]) -> String {
    let mut body =
        String::from("<header><h1>Inbox</h1><p>Every mail the shop sends ends here.</p></header><main>");
    if mails.is_empty() {
        body.push_str("<p class=empty>No mail yet. Buy something.</p>");
    }
    body.push_str("<ul>");
    for mail in mails.iter().rev() {
        let _ = write!(
            body,
            "<li><a href=\"/_inbox/messages/{}\"><strong>{}</strong><span>{}</span><time>{}</time></a></li>",
            mail.id,
            escaped(&mail.subject),
            escaped(&mail.to.join(", ")),
            clock(&mail.received_at),
        );
    }
    body.push_str("</ul></main>");
    body
}

fn detail(mail: &Mail) -> String {
    let mut body = format!(
        "<header><a href=\"/_inbox\">All mails</a><h1>{}</h1><dl><dt>From</dt><dd>{}</dd><dt>To</dt><dd>{}</dd>\
         <dt>Received</dt><dd>{}</dd></dl></header><main>",
        escaped(&mail.subject),
        escaped(&mail.from),
        escaped(&mail.to.join(", ")),
        escaped(&mail.received_at),
    );
    if mail.html.is_some() {
        let _ = write!(
            body,
            "<iframe title=\"The mail\" sandbox=\"allow-popups\" src=\"/_inbox/messages/{}/html\"></iframe>\
             <details><summary>As plain text</summary><pre>{}</pre></details>",
            mail.id,
            escaped(&mail.text),
        );
    } else {
        let _ = write!(body, "<pre>{}</pre>", escaped(&mail.text));
    }
    body.push_str("</main>");
    body
}

fn page(title: &str, body: &str) -> Response<WasiBody> {
    Page { title, style: STYLE, refresh: (title == "Inbox").then_some(REFRESH) }.with(body)
}

fn framed(html: String) -> Response<WasiBody> {
    let mut response = response("text/html; charset=utf-8", html, MAIL_POLICY);
    response.headers_mut().insert(X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    response
}

/// `13:07:12` of an RFC 3339 time.
fn clock(time: &str) -> &str {
    time.get(11..19).unwrap_or(time)
}
