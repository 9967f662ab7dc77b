use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use mcommerce::runtime::Runtime;
use mcommerce::{BridgeAt, Shop, ShopConfig};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// How long tests wait for anything.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// A shop that runs the misbehaving component with its own data folder.
pub(crate) struct TestShop {
    pub(crate) shop: Shop,
    pub(crate) data: TempDir,
    client: Client<HttpConnector, Full<Bytes>>,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

pub(crate) fn manifest() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/misbehaving/spin.toml");
    manifest.canonicalize().expect("the manifest is there")
}

/// All tests share an engine.
fn runtime() -> Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().expect("an engine")).clone()
}

pub(crate) fn config(data: &TempDir) -> ShopConfig {
    let mut config = ShopConfig::for_test(data.path(), &manifest());
    config.bridge = BridgeAt::Nowhere;
    config.demo = false;
    config.runtime = Some(runtime());
    config
}

pub(crate) async fn start() -> TestShop {
    start_with(|_| {}).await
}

pub(crate) async fn start_with(adjust: impl FnOnce(&mut ShopConfig)) -> TestShop {
    let data = tempfile::tempdir().expect("a folder");
    let mut config = config(&data);
    adjust(&mut config);
    let shop = Shop::start(config).await.expect("the shop starts");
    TestShop { shop, data, client: Client::builder(TokioExecutor::new()).build_http() }
}

impl TestShop {
    pub(crate) fn port(&self) -> u16 {
        self.shop.url().rsplit_once(':').and_then(|(_, port)| port.parse().ok()).expect("a port")
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(self.at(path)).body(Full::default()).expect("a request")).await
    }

    pub(crate) async fn post(&self, path: &str, body: impl Into<Bytes>) -> Answer {
        self.send(Request::post(self.at(path)).body(Full::new(body.into())).expect("a request")).await
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.shop.url())
    }

    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        let answered = async {
            let (head, body) = self.client.request(request).await.expect("an answer").into_parts();
            let body = body.collect().await.expect("a whole body").to_bytes();
            Answer {
                status: head.status,
                headers: head.headers,
                body: String::from_utf8(body.to_vec()).expect("text"),
            }
        };
        tokio::time::timeout(DEADLINE, answered).await.expect("an answer in time")
    }

    /// Sends bytes on a new connection, and returns all that is received until it is closed.
    pub(crate) async fn send_raw(&self, bytes: &[u8]) -> String {
        raw(self.port(), bytes).await
    }

    /// Waits for a line that contains all parts.
    pub(crate) async fn line_with(&self, parts: &[&str]) -> String {
        let found = async {
            loop {
                let line =
                    self.shop.lines().into_iter().find(|line| parts.iter().all(|part| line.contains(part)));
                match line {
                    Some(line) => return line,
                    None => tokio::time::sleep(Duration::from_millis(5)).await,
                }
            }
        };
        let found = tokio::time::timeout(DEADLINE, found).await;
        found.unwrap_or_else(|_| panic!("no line contains {parts:?}: {:#?}", self.shop.lines()))
    }
}

pub(crate) async fn raw(port: u16, bytes: &[u8]) -> String {
    let exchange = async {
        let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
        stream.write_all(bytes).await.expect("bytes are taken");
        let mut answer = Vec::new();
        // The connection may be reset after the response was received.
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    };
    tokio::time::timeout(DEADLINE, exchange).await.expect("an answer in time")
}

impl Answer {
    pub(crate) fn problem(&self) -> serde_json::Value {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        serde_json::from_str(&self.body).expect("a problem")
    }
}
