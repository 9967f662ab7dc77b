use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use wasmtime_wasi_http::WasiBody;

/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

const MAX_HEAD_BYTES: usize = 64 * 1024;

const MAX_HEADERS: usize = 100;

/// The most connections of one listener. Further ones wait to be accepted.
const MAX_CONNECTIONS: usize = 4096;

#[async_trait]
pub trait Service: Send + Sync + 'static {
    async fn answer(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<WasiBody>;
}

/// A running listener. It stops when it is dropped.
pub struct Listener {
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// Serves HTTP/1.1 on a bound socket.
pub fn listen(socket: TcpListener, service: Arc<dyn Service>) -> Listener {
    let listener = Listener { stop: CancellationToken::new(), tasks: TaskTracker::new() };
    let (stop, tasks) = (listener.stop.clone(), listener.tasks.clone());
    listener.tasks.spawn(async move {
        let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => return,
                accepted = accept(&socket, &permits) => accepted,
            };
            let Some((stream, peer, permit)) = accepted else { continue };
            let (stop, service) = (stop.clone(), Arc::clone(&service));
            tasks.spawn(async move {
                serve(stream, peer, service, stop).await;
                drop(permit);
            });
        }
    });
    listener
}

async fn accept(
    socket: &TcpListener,
    permits: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let permit = Arc::clone(permits).acquire_owned().await.ok()?;
    match socket.accept().await {
        Ok((stream, peer)) => Some((stream, peer, permit)),
        Err(error) => {
            tracing::warn!(%error, "can't accept a connection");
            // Usually there are no file descriptors left, so trying again at once would fail too.
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

async fn serve(stream: TcpStream, peer: SocketAddr, service: Arc<dyn Service>, stop: CancellationToken) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "can't set TCP_NODELAY");
    }
    let answer = service_fn(move |request| {
        let service = Arc::clone(&service);
        async move { Ok::<_, Infallible>(service.answer(request, peer).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD_BYTES)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), answer);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection failed");
    }
}

impl Listener {
    /// Stops accepting connections and waits for requests in flight, for as long as `patience`.
    pub async fn drain(self, patience: Duration) {
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(patience, self.tasks.wait()).await.is_err() {
            tracing::warn!(connections = self.tasks.len(), "connections were closed with requests in flight");
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
