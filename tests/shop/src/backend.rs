use std::process::Stdio;

use tokio::process::Command;
use uuid::Uuid;

/// Where a shop keeps its data and its events.
#[derive(Clone, Debug)]
pub enum Backend {
    /// SQLite, and its outbox for a broker, in the shop's own process.
    Embedded,
    /// MongoDB and RabbitMQ.
    Services {
        /// With a database's name of its own.
        mongodb: String,
        /// As it was given.
        amqp: String,
        /// What this shop's queues begin with.
        prefix: String,
    },
}

impl Backend {
    /// SQLite.
    #[must_use]
    pub fn embedded() -> Self {
        Self::Embedded
    }

    /// MongoDB and RabbitMQ from `MONGODB_URI` and `AMQP_URL`, with names of this test's own. Without them the claim is
    /// not shown: said loudly, and a failure where `CI=true`.
    #[must_use]
    pub fn services() -> Option<Self> {
        let (Ok(mongodb), Ok(amqp)) = (std::env::var("MONGODB_URI"), std::env::var("AMQP_URL")) else {
            let test = std::thread::current().name().unwrap_or_default().to_owned();
            eprintln!("NOT RUN: {test}: MONGODB_URI and AMQP_URL are not set");
            assert!(std::env::var("CI").as_deref() != Ok("true"), "with CI=true every test must run");
            return None;
        };
        let name = format!("shop{}", Uuid::now_v7().simple());
        let (base, options) = mongodb.split_once("/?").unwrap_or((mongodb.trim_end_matches('/'), ""));
        Some(Self::Services { mongodb: format!("{base}/{name}?{options}"), amqp, prefix: name })
    }

    /// What `mcommerce` and the bridge are told, given the shop's data folder.
    pub(crate) fn arguments(&self, data: &std::path::Path) -> Vec<String> {
        match self {
            Self::Embedded => {
                vec![
                    "--store".into(),
                    format!("sqlite:{}", data.join("shop.db").display()),
                    "--broker".into(),
                    "store".into(),
                ]
            }
            Self::Services { mongodb, amqp, prefix } => vec![
                "--store".into(),
                mongodb.clone(),
                "--broker".into(),
                amqp.clone(),
                "--broker-prefix".into(),
                prefix.clone(),
            ],
        }
    }
}

/// Runs `rabbitmqctl` on the RabbitMQ of the tests; `None` where that is not ours to stop.
pub async fn rabbitmqctl(arguments: &[&str]) -> Option<bool> {
    let program = std::env::var_os("RABBITMQCTL")?;
    let status =
        Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status().await;
    Some(status.is_ok_and(|status| status.success()))
}
