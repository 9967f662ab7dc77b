use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::inbox::Inbox;
use super::session::{Session, Step};

/// The longest line, in bytes. RFC 5321 requires 1,000.
const MAX_LINE_BYTES: usize = 16 * 1024;
/// How long a client may take to send a line.
const LINE_TIMEOUT: Duration = Duration::from_mins(1);
/// The most concurrent connections. Further ones wait to be accepted.
const MAX_CONNECTIONS: usize = 64;

/// A running mail server. It stops when it is dropped.
pub struct MailServer {
    address: SocketAddr,
    stop: CancellationToken,
}

impl MailServer {
    /// Serves SMTP on a bound socket and puts all mails into the inbox.
    pub fn start(socket: TcpListener, inbox: Arc<Inbox>) -> std::io::Result<Self> {
        let server = Self { address: socket.local_addr()?, stop: CancellationToken::new() };
        let stop = server.stop.clone();
        tokio::spawn(async move { stop.run_until_cancelled(accept(socket, inbox, &stop)).await });
        Ok(server)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn accept(socket: TcpListener, inbox: Arc<Inbox>, stop: &CancellationToken) {
    let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
        let stream = match socket.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "can't accept an SMTP connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let (inbox, stop) = (Arc::clone(&inbox), stop.clone());
        tokio::spawn(async move {
            if let Some(Err(error)) = stop.run_until_cancelled(converse(stream, &inbox)).await {
                tracing::debug!(%error, "an SMTP connection failed");
            }
            drop(permit);
        });
    }
}

async fn converse(mut stream: TcpStream, inbox: &Inbox) -> std::io::Result<()> {
    let (read, mut write) = stream.split();
    let mut read = BufReader::new(read);
    let mut session = Session::default();
    write.write_all(b"220 mcommerce catches mails\r\n").await?;
    let mut line = Vec::new();
    loop {
        line.clear();
        let limit = u64::try_from(MAX_LINE_BYTES).unwrap_or(u64::MAX);
        let mut limited = (&mut read).take(limit);
        let read_line = limited.read_until(b'\n', &mut line);
        tokio::time::timeout(LINE_TIMEOUT, read_line).await.map_err(|_| std::io::ErrorKind::TimedOut)??;
        let Some(text) = line.strip_suffix(b"\n") else {
            // The connection ended, or the line is too long.
            return Ok(());
        };
        match session.line(text.strip_suffix(b"\r").unwrap_or(text)) {
            Step::Silence => {}
            Step::Reply(reply) | Step::Data(reply) => write.write_all(reply.as_bytes()).await?,
            Step::Received(envelope, raw) => match inbox.receive(envelope, raw).await {
                Ok(id) => write.write_all(format!("250 2.0.0 Stored as {id}\r\n").as_bytes()).await?,
                Err(error) => {
                    tracing::error!(%error, "can't write a mail");
                    write.write_all(b"451 4.3.0 Can't store the mail\r\n").await?;
                }
            },
            Step::Close(reply) => return write.write_all(reply.as_bytes()).await,
        }
    }
}
