use std::time::{Duration, Instant};

use serde::Deserialize;

/// How long a mail may take: it is delivered after the answer that caused it.
const PATIENCE: Duration = Duration::from_mins(1);

/// The mails the shop's SMTP catcher took.
#[derive(Clone, Debug)]
pub struct Inbox {
    url: String,
    http: reqwest::Client,
}

/// A mail as it arrived.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mail {
    /// Its `Message-ID`.
    pub message_id: String,
    /// Whom it went to.
    pub to: Vec<String>,
    /// Its subject.
    pub subject: String,
    /// Its plain part.
    pub text: String,
    /// Its HTML part.
    pub html: String,
}

impl Inbox {
    pub(crate) fn at(shop: &str) -> Self {
        Self { url: format!("{shop}/_inbox/messages"), http: reqwest::Client::new() }
    }

    /// Every mail so far.
    pub async fn mails(&self) -> Vec<Mail> {
        self.http
            .get(&self.url)
            .send()
            .await
            .expect("the inbox answers")
            .json()
            .await
            .expect("the inbox is JSON")
    }

    /// The mails about an order, by its number in the subject.
    pub async fn about(&self, number: &str) -> Vec<Mail> {
        self.mails().await.into_iter().filter(|mail| mail.subject.contains(number)).collect()
    }

    /// Waits until there is a mail about each of these orders, and returns all mails then.
    pub async fn until_about(&self, numbers: &[String]) -> Vec<Mail> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mails = self.mails().await;
            let missing =
                numbers.iter().filter(|number| !mails.iter().any(|mail| mail.subject.contains(*number)));
            let missing: Vec<_> = missing.collect();
            if missing.is_empty() {
                return mails;
            }
            assert!(Instant::now() < deadline, "no mail about {missing:?} within {PATIENCE:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
