use http::StatusCode;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use crate::support::{DEADLINE, TestShop, start};

const MAIL: &str = "From: Shop <shop@mcommerce.example>\r\n\
To: Ada <ada@example.org>\r\n\
Subject: =?utf-8?Q?Votre_commande_est_pay=C3=A9e?=\r\n\
Message-ID: <order-7@mcommerce.example>\r\n\
MIME-Version: 1.0\r\n\
Content-Type: multipart/alternative; boundary=b\r\n\
\r\n\
--b\r\n\
Content-Type: text/plain; charset=utf-8\r\n\
Content-Transfer-Encoding: quoted-printable\r\n\
\r\n\
Pay=C3=A9e\r\n\
..\r\n\
--b\r\n\
Content-Type: text/html; charset=utf-8\r\n\
\r\n\
<p>Payée<script>alert(1)</script></p>\r\n\
--b--\r\n";

/// Sends a mail like lettre does, waiting for the reply to each command.
async fn send(shop: &TestShop, mail: &str) {
    let stream = TcpStream::connect(&shop.shop.addresses().smtp).await.expect("a mail server");
    let mut stream = BufReader::new(stream);
    expect(&mut stream, "220").await;
    for (line, reply) in [
        ("EHLO localhost\r\n", "250"),
        ("MAIL FROM:<shop@mcommerce.example> BODY=8BITMIME\r\n", "250"),
        ("RCPT TO:<ada@example.org>\r\n", "250"),
        ("DATA\r\n", "354"),
        (mail, ""),
        (".\r\n", "250"),
        ("QUIT\r\n", "221"),
    ] {
        stream.write_all(line.as_bytes()).await.expect("the line is taken");
        if !reply.is_empty() {
            expect(&mut stream, reply).await;
        }
    }
}

async fn expect(stream: &mut BufReader<TcpStream>, code: &str) {
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.expect("a reply");
        assert!(line.starts_with(code), "{line:?} instead of {code}");
        if line.as_bytes().get(3) == Some(&b' ') {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sent_mail_is_decoded_into_the_inbox() {
    let shop = start().await;
    send(&shop, MAIL).await;
    let inbox = shop.shop.inbox().expect("mails are caught");
    let mails = inbox.wait_for(1, DEADLINE).await.expect("it came");
    let mail = &mails[0];
    assert_eq!(mail.subject, "Votre commande est payée");
    assert_eq!(mail.from, "Shop <shop@mcommerce.example>");
    assert_eq!(mail.to, ["ada@example.org"]);
    assert_eq!(mail.message_id, "order-7@mcommerce.example");
    assert_eq!(mail.text.trim_end(), "Payée\r\n.");
    assert!(mail.html.as_deref().is_some_and(|html| html.contains("<p>Payée")));
    let files = std::fs::read_dir(shop.data.path().join("mails")).expect("a folder").count();
    assert_eq!(files, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_inbox_is_a_page_and_json_and_mails_are_sandboxed() {
    let shop = start().await;
    assert!(shop.get("/_inbox").await.body.contains("No mail yet"));
    send(&shop, MAIL).await;
    let list = shop.get("/_inbox").await;
    assert!(list.body.contains("Votre commande est payée"), "{}", list.body);
    let messages: serde_json::Value =
        serde_json::from_str(&shop.get("/_inbox/messages").await.body).expect("JSON");
    assert_eq!(messages[0]["messageId"], "order-7@mcommerce.example");
    let page = shop.get("/_inbox/messages/1").await;
    assert!(page.body.contains("sandbox") && !page.body.contains("<script"), "{}", page.body);
    let html = shop.get("/_inbox/messages/1/html").await;
    let policy = html.headers["content-security-policy"].to_str().expect("text");
    assert!(policy.contains("sandbox") && policy.contains("default-src 'none'"), "{policy}");
    for path in ["/_inbox/messages/2", "/_inbox/other", "/_inbox/messages/1/html/x", "/_inboxes"] {
        assert_eq!(shop.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_too_many_mails_reports_how_many_arrived() {
    let shop = start().await;
    send(&shop, MAIL).await;
    let inbox = shop.shop.inbox().expect("mails are caught");
    let few = inbox.wait_for(2, std::time::Duration::from_millis(50)).await.expect_err("only one came");
    assert_eq!((few.received, few.expected), (1, 2));
}
