//! A closed loop of requests on connections kept open.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use futures::future::try_join_all;
use hdrhistogram::Histogram;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt as _, Empty};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// How a load is put on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// Requests in flight, each on a connection of its own.
    pub(crate) connections: usize,
    /// How long each side is loaded in a turn.
    pub(crate) turn: Duration,
    /// How many turns each side has; they alternate, so that both meet the machine's moods.
    pub(crate) turns: usize,
}

/// What a load met.
pub(crate) struct Measured {
    requests: u64,
    elapsed: Duration,
    micros: Histogram<u64>,
}

impl Default for Load {
    fn default() -> Self {
        Self { connections: 1, turn: Duration::from_secs(3), turns: 3 }
    }
}

impl Measured {
    fn new() -> Result<Self> {
        Ok(Self { requests: 0, elapsed: Duration::ZERO, micros: Histogram::new(3)? })
    }

    /// Requests a second.
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    pub(crate) fn per_second(&self) -> f64 {
        self.requests as f64 / self.elapsed.as_secs_f64()
    }

    /// The time within which this share of the requests was answered.
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    pub(crate) fn percentile_micros(&self, percentile: f64) -> f64 {
        self.micros.value_at_percentile(percentile) as f64
    }

    fn add(&mut self, other: &Self) -> Result<()> {
        self.requests += other.requests;
        self.elapsed += other.elapsed;
        self.micros.add(&other.micros).context("histograms of one kind add up")
    }
}

impl Load {
    /// Loads two shops in turns.
    pub(crate) async fn alternate(self, a: &str, b: &str, path: &str) -> Result<(Measured, Measured)> {
        let (mut of_a, mut of_b) = (Measured::new()?, Measured::new()?);
        self.turn(a, path).await?;
        self.turn(b, path).await?;
        for _ in 0..self.turns {
            of_a.add(&self.turn(a, path).await?)?;
            of_b.add(&self.turn(b, path).await?)?;
        }
        Ok((of_a, of_b))
    }

    /// Loads one shop.
    pub(crate) async fn run(self, base: &str, path: &str) -> Result<Measured> {
        self.turn(base, path).await?;
        self.turn(base, path).await
    }

    async fn turn(self, base: &str, path: &str) -> Result<Measured> {
        let start = Instant::now();
        let end = start + self.turn;
        let shares = try_join_all((0..self.connections).map(|_| {
            let (base, path) = (base.to_owned(), path.to_owned());
            async move { tokio::spawn(one_connection(base, path, end)).await? }
        }))
        .await?;
        let mut all = Measured::new()?;
        for share in &shares {
            all.add(share)?;
        }
        all.elapsed = start.elapsed();
        Ok(all)
    }
}

async fn one_connection(base: String, path: String, end: Instant) -> Result<Measured> {
    let authority = base.strip_prefix("http://").context("plain HTTP")?.to_owned();
    let stream = TcpStream::connect(&authority).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let mut measured = Measured::new()?;
    while Instant::now() < end {
        let asked = Instant::now();
        let request = Request::get(&path).header(header::HOST, &authority).body(Empty::<Bytes>::new())?;
        let response = sender.send_request(request).await?;
        ensure!(response.status() == StatusCode::OK, "{path}: {}", response.status());
        response.into_body().collect().await?;
        measured.micros.record(u64::try_from(asked.elapsed().as_micros())?)?;
        measured.requests += 1;
    }
    Ok(measured)
}

/// Refuses to compare unless both answer the same bytes.
pub(crate) async fn same_bytes(a: &str, b: &str, path: &str) -> Result<()> {
    let [ours, theirs] = [body(a, path).await?, body(b, path).await?];
    ensure!(!ours.is_empty() && ours == theirs, "the shop and its twin answer {path} differently");
    Ok(())
}

async fn body(base: &str, path: &str) -> Result<Bytes> {
    let authority = base.strip_prefix("http://").context("plain HTTP")?;
    let stream = TcpStream::connect(authority).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::get(path).header(header::HOST, authority).body(Empty::<Bytes>::new())?;
    Ok(sender.send_request(request).await?.into_body().collect().await?.to_bytes())
}
