//! The inbox in a browser: `/_inbox`, and the same as JSON for tests.

use std::fmt::Write as _;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_FRAME_OPTIONS};
use http::{HeaderValue, Method, Response};
use http_body_util::{BodyExt as _, Full};
use wasmtime_wasi_http::WasiBody;

use super::{Inbox, Mail};

const STYLE: &str = include_str!("page.css");
/// The page has no script and frames only its own mails.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; \
                           base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
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
            ("", None, None) if rest.len() <= 1 => Some(page("Inbox", &list(&self.mails()), PAGE_POLICY)),
            ("messages", None, None) => {
                let json = serde_json::to_string(&self.mails()).ok()?;
                Some(response("application/json", json, PAGE_POLICY))
            }
            ("messages", Some(id), kind) if steps.next().is_none() => {
                let mail = self.mail(id.parse().ok()?)?;
                match kind {
                    None => Some(page(&mail.subject, &detail(&mail), PAGE_POLICY)),
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

fn page(title: &str, body: &str, policy: &'static str) -> Response<WasiBody> {
    let title = escaped(title);
    let refresh = if title == "Inbox" { "<meta http-equiv=refresh content=5>" } else { "" };
    let html = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         {refresh}<title>{title}</title><style>{STYLE}</style><body>{body}</body></html>"
    );
    response("text/html; charset=utf-8", html, policy)
}

fn framed(html: String) -> Response<WasiBody> {
    let mut response = response("text/html; charset=utf-8", html, MAIL_POLICY);
    response.headers_mut().insert(X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    response
}

fn response(media_type: &'static str, body: String, policy: &'static str) -> Response<WasiBody> {
    let body = Bytes::from(body);
    let length = body.len();
    let mut response = Response::new(Full::new(body).map_err(|never| match never {}).boxed_unsync());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CONTENT_LENGTH, length.into());
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}

/// `13:07:12` of an RFC 3339 time.
fn clock(time: &str) -> &str {
    time.get(11..19).unwrap_or(time)
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
