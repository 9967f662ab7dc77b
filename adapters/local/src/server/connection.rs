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

/// How long a client may take over the head of a request.
const HEAD_TIME: Duration = Duration::from_secs(10);

/// The most bytes of a request's head.
const HEAD_BYTES: usize = 64 * 1024;

/// The most headers of a request.
const HEADERS: usize = 100;

/// The most connections of one listener. Others wait to be accepted.
const CONNECTIONS: usize = 4096;

/// Answers requests.
#[async_trait]
pub trait Service: Send + Sync + 'static {
    /// Answers one request of a peer.
    async fn answer(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<WasiBody>;
}

/// A listener at work.
pub struct Listening {
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// Serves HTTP/1.1 on a bound socket.
pub fn listen(socket: TcpListener, service: Arc<dyn Service>) -> Listening {
    let listening = Listening { stop: CancellationToken::new(), tasks: TaskTracker::new() };
    let (stop, tasks) = (listening.stop.clone(), listening.tasks.clone());
    listening.tasks.spawn(async move {
        let room = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => return,
                accepted = accept(&socket, &room) => accepted,
            };
            let Some((stream, peer, place)) = accepted else { continue };
            let (stop, service) = (stop.clone(), Arc::clone(&service));
            tasks.spawn(async move {
                serve(stream, peer, service, stop).await;
                drop(place);
            });
        }
    });
    listening
}

async fn accept(
    socket: &TcpListener,
    room: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let place = Arc::clone(room).acquire_owned().await.ok()?;
    match socket.accept().await {
        Ok((stream, peer)) => Some((stream, peer, place)),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            // Out of file descriptors, mostly: the next attempt would fail as fast.
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

async fn serve(stream: TcpStream, peer: SocketAddr, service: Arc<dyn Service>, stop: CancellationToken) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY can't be set");
    }
    let answer = service_fn(move |request| {
        let service = Arc::clone(&service);
        async move { Ok::<_, Infallible>(service.answer(request, peer).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEADERS)
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
        tracing::debug!(%error, "a connection ended early");
    }
}

impl Listening {
    /// Takes no more connections, lets requests in flight end, and gives up on them after a while.
    pub async fn drain(self, patience: Duration) {
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(patience, self.tasks.wait()).await.is_err() {
            tracing::warn!(connections = self.tasks.len(), "connections were cut off");
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
