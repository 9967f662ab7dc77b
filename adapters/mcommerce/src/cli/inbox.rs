use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use mcommerce::server::listen;
use mcommerce::smtp::{Inbox, MailServer};
use tokio::net::TcpListener;

use super::up;

const DRAIN_TIMEOUT: Duration = Duration::from_secs(2);

#[derive(Args)]
pub(super) struct InboxOptions {
    /// Folder whose subfolder `mails` keeps the mails.
    #[arg(long, value_name = "DIR", default_value = ".mcommerce")]
    data: PathBuf,
    /// Address of the mail server.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3025")]
    smtp_listen: SocketAddr,
    /// Address of the page.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3001")]
    listen: SocketAddr,
}

/// Catches mails and shows them until it receives a stop signal.
pub(super) async fn inbox(options: InboxOptions) -> anyhow::Result<()> {
    let inbox = Arc::new(Inbox::new(options.data.join("mails")));
    let server = MailServer::start(bind(options.smtp_listen).await?, Arc::clone(&inbox))?;
    let socket = bind(options.listen).await?;
    println!("  {:<10} http://{}/_inbox", "Inbox", socket.local_addr()?);
    println!("  {:<10} {}", "Mail", server.address());
    let page = listen(socket, inbox);
    up::stop_signal().await?;
    page.drain(DRAIN_TIMEOUT).await;
    Ok(())
}

async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("can't listen on {address}"))
}
