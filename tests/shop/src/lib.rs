//! The shop over HTTP, as shoppers and attackers meet it.
//!
//! Each test starts a shop of its own: the real `mcommerce` (and `mcommerce-bridge`, where it runs apart) with its own
//! data, database, queues and ports. [`on_both!`] runs a claim on SQLite and again on MongoDB and RabbitMQ.

mod backend;
mod client;
mod inbox;
mod otlp;
mod process;
mod retracing;
mod shop;

pub use backend::{Backend, rabbitmqctl};
pub use client::{Answer, Client, Order, Payment, a_key};
pub use inbox::{Inbox, Mail};
pub use otlp::{Receiver, Span};
pub use process::Process;
pub use retracing::Retracing;
pub use shop::{Bridge, Shop, ShopBuilder};

/// Runs an `async fn(Backend)` as two tests: `sqlite`, and `mongodb_and_rabbitmq`.
#[macro_export]
macro_rules! on_both {
    ($($claim:ident),+ $(,)?) => {
        $(
            mod $claim {
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn sqlite() {
                    super::$claim($crate::Backend::embedded()).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn mongodb_and_rabbitmq() {
                    if let Some(backend) = $crate::Backend::services() {
                        super::$claim(backend).await;
                    }
                }
            }
        )+
    };
}
