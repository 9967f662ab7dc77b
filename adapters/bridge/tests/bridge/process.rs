//! The program: signals, the command line, and recovery after a kill.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::process::Command;
use tokio::sync::mpsc;

use crate::backends::Backend;
use crate::program::{Program, command};
use crate::support::{DECLARED, making, soon, token, until};

/// A consumer on a socket.
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
async fn a_new_grant_needs_a_new_file_and_no_new_program() {
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
async fn the_fault_of_an_invalid_configuration_is_named() {
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
