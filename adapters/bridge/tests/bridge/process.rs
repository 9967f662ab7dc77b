//! The program itself: its signals, and what a kill leaves behind.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

use crate::backends::Backend;
use crate::support::{DECLARED, making, soon, token, until};

/// A consumer that really listens.
struct Endpoint {
    url: String,
    events: mpsc::UnboundedReceiver<(HeaderMap, Value)>,
}

type Events = mpsc::UnboundedSender<(HeaderMap, Value)>;

impl Endpoint {
    async fn answering(status: StatusCode) -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        let take = move |State(sender): State<Arc<Events>>, headers: HeaderMap, body: Bytes| async move {
            sender.send((headers, serde_json::from_slice(&body).unwrap())).unwrap();
            status
        };
        let router = Router::new().route("/events/consumer", post(take)).with_state(Arc::new(sender));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, events }
    }
}

struct Program {
    child: Child,
    url: String,
}

fn command(config: &TempDir, backend: &Backend) -> Command {
    command_with(DECLARED, config, backend)
}

fn command_with(declared: &str, config: &TempDir, backend: &Backend) -> Command {
    let file = config.path().join("bridge.toml");
    std::fs::write(&file, declared).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mcommerce-bridge"));
    let tokens: BTreeMap<_, _> = ["writer", "reader", "consumer"]
        .map(|function| (format!("MCOMMERCE_TOKEN_{}", function.to_uppercase()), token(function)))
        .into();
    command.env_clear().envs(tokens).env("MCOMMERCE_CONFIG", file);
    command.env("MCOMMERCE_STORE", &backend.store_url);
    command.kill_on_drop(true);
    command
}

impl Program {
    async fn serve(config: &TempDir, backend: &Backend, functions_url: &str, flags: &[&str]) -> Self {
        Self::serve_with(DECLARED, config, backend, functions_url, flags).await
    }

    async fn serve_with(
        declared: &str,
        config: &TempDir,
        backend: &Backend,
        functions_url: &str,
        flags: &[&str],
    ) -> Self {
        let mut command = command_with(declared, config, backend);
        command.args(["serve", "--listen", "127.0.0.1:0", "--functions-url", functions_url]).args(flags);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = soon("the address", lines.next_line()).await.unwrap().unwrap();
        let url = line.strip_prefix("mcommerce-bridge listens on ").unwrap().to_owned();
        let program = Self { child, url };
        until("a ready program", async || program.get("/readyz").await == 200).await;
        program
    }

    async fn get(&self, path: &str) -> u16 {
        let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
        client
            .get(format!("{}{path}", self.url).parse().unwrap())
            .await
            .map_or(0, |answer| answer.status().as_u16())
    }

    async fn transact(&self, body: &Value) -> Value {
        let (status, answer) = self.transact_as("writer", body).await;
        assert_eq!(status, 200);
        answer
    }

    async fn transact_as(&self, function: &str, body: &Value) -> (u16, Value) {
        let request = http::Request::post(format!("{}/v1/transact", self.url))
            .header("authorization", format!("Bearer {}", token(function)))
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body.to_string())))
            .unwrap();
        let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
        let answer = client.request(request).await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(&answer.into_body().collect().await.unwrap().to_bytes()).unwrap())
    }

    async fn terminate(mut self) -> i32 {
        let pid = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
        soon("the end of the program", self.child.wait()).await.unwrap().code().unwrap()
    }
}

#[tokio::test]
async fn killed_between_commit_and_publish_the_next_program_delivers_once() {
    let (config, backend) = (tempfile::tempdir().unwrap(), Backend::embedded());
    let mut endpoint = Endpoint::answering(StatusCode::NO_CONTENT).await;
    let mut killed = Program::serve(&config, &backend, &endpoint.url, &["--no-relay"]).await;
    let committed = killed.transact(&making("a", "a", 1)).await;
    killed.child.kill().await.unwrap();

    let next = Program::serve(&config, &backend, &endpoint.url, &[]).await;
    next.transact(&making("b", "a", 2)).await;
    let (headers, first) = soon("the event", endpoint.events.recv()).await.unwrap();
    assert_eq!(first["id"], committed["events"][0]);
    assert_eq!(headers["authorization"], format!("Bearer {}", token("consumer")));
    assert_eq!(headers["content-type"], "application/cloudevents+json");
    assert_eq!(headers["traceparent"], first["traceparent"].as_str().unwrap());
    let (_, second) = soon("the event", endpoint.events.recv()).await.unwrap();
    assert_eq!(second["data"]["n"], 2);
    assert_eq!(next.terminate().await, 0);
    assert!(endpoint.events.try_recv().is_err());
}

#[tokio::test]
async fn dead_letters_are_listed_shown_replayed_and_dropped_from_the_command_line() {
    let (config, backend) = (tempfile::tempdir().unwrap(), Backend::embedded());
    let mut endpoint = Endpoint::answering(StatusCode::UNPROCESSABLE_ENTITY).await;
    let program = Program::serve(&config, &backend, &endpoint.url, &[]).await;
    let committed = program.transact(&making("a", "a", 1)).await;
    let id = format!("{}.consumer", committed["events"][0].as_str().unwrap());
    let dead = async |arguments: &[&str]| {
        let output = command(&config, &backend).arg("dead").args(arguments).output().await.unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    until("the dead letter", async || dead(&["list"]).await.1.contains(&id)).await;
    let (_, table) = dead(&["list"]).await;
    assert!(
        table.starts_with("ID ") && table.contains("thing.made") && table.contains("answered 422"),
        "{table}"
    );
    let list: Value = serde_json::from_str(&dead(&["list", "--json"]).await.1).unwrap();
    assert_eq!((&list[0]["id"], &list[0]["status"]), (&json!(id), &json!(422)));
    let shown: Value = serde_json::from_str(&dead(&["show", &id]).await.1).unwrap();
    assert_eq!(shown["event"]["data"], json!({ "n": 1 }));
    assert!(!dead(&["show", "other"]).await.0);

    soon("the event", endpoint.events.recv()).await.unwrap();
    assert!(dead(&["replay", &id]).await.0);
    soon("the event again", endpoint.events.recv()).await.unwrap();
    until("the dead letter again", async || dead(&["list"]).await.1.contains(&id)).await;
    assert!(dead(&["drop", &id]).await.0);
    assert_eq!(dead(&["replay", "--all"]).await.1, "replayed 0\n");
    assert_eq!(program.terminate().await, 0);
}

#[tokio::test]
async fn a_new_grant_is_a_new_file_for_the_same_program() {
    let (config, backend) = (tempfile::tempdir().unwrap(), Backend::embedded());
    let endpoint = Endpoint::answering(StatusCode::NO_CONTENT).await;
    let insert =
        json!({ "operations": [{ "insert": { "collection": "things", "document": { "_id": "a" } } }] });
    let program = Program::serve(&config, &backend, &endpoint.url, &[]).await;
    assert_eq!(program.transact_as("reader", &insert).await.0, 403);
    assert_eq!(program.terminate().await, 0);

    let granted =
        DECLARED.replace("collections = { things = [\"read\"] }", "collections = { things = [\"insert\"] }");
    let program = Program::serve_with(&granted, &config, &backend, &endpoint.url, &[]).await;
    assert_eq!(program.transact_as("reader", &insert).await.0, 200);
    assert_eq!(program.terminate().await, 0);
}

#[tokio::test]
async fn a_configuration_is_checked_and_its_fault_named() {
    let (config, backend) = (tempfile::tempdir().unwrap(), Backend::embedded());
    let sound = command(&config, &backend).arg("check-config").output().await.unwrap();
    assert!(sound.status.success());
    let untrusted = command(&config, &backend)
        .env_remove("MCOMMERCE_TOKEN_WRITER")
        .arg("check-config")
        .output()
        .await
        .unwrap();
    assert!(!untrusted.status.success());
    assert!(String::from_utf8(untrusted.stderr).unwrap().contains("token of writer is missing"));
    let none = Command::new(env!("CARGO_BIN_EXE_mcommerce-bridge")).env_clear().arg("check-config").output();
    assert!(String::from_utf8(none.await.unwrap().stderr).unwrap().contains("--config <FILE>"));
}
