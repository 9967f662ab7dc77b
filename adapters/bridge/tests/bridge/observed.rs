//! The log lines and spans of requests.

use std::process::Stdio;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use serde_json::Value;
use tokio::sync::mpsc;

use crate::backends::Backend;
use crate::program::{Program, command};
use crate::support::{making, soon};

/// Arguments with which no event can be delivered.
const NOWHERE: [&str; 3] = ["serve", "--functions-url", "http://127.0.0.1:1"];

/// Serves one request that succeeds and one that is refused, and returns what was logged about them.
async fn requests_logged(level: Option<&str>) -> Vec<Value> {
    let (config, backend) = (tempfile::tempdir().unwrap(), Backend::embedded());
    let mut command = command(&config, &backend);
    command.args(NOWHERE).envs(level.map(|level| ("LOG_LEVEL", level))).stderr(Stdio::piped());
    let mut program = Program::spawn(&mut command).await;
    let mut log = program.child.stderr.take().unwrap();
    program.transact(&making("a", "a", 1)).await;
    assert_eq!(program.transact_as("reader", &making("b", "b", 1)).await.0, 403);
    assert_eq!(program.terminate().await, 0);
    let mut text = String::new();
    tokio::io::AsyncReadExt::read_to_string(&mut log, &mut text).await.unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["message"].as_str().is_some_and(|said| said.starts_with("request"))).collect()
}

#[tokio::test]
async fn each_request_is_one_log_line_at_info_but_by_default_only_if_it_fails() {
    let lines = requests_logged(Some("info")).await;
    let [served, refused] = lines.as_slice() else { panic!("{lines:#?}") };
    assert_eq!((&served["level"], &served["target"]), (&"INFO".into(), &"mcommerce_bridge::access".into()));
    for (line, message, function, status) in
        [(served, "request served", "writer", 200), (refused, "request refused", "reader", 403)]
    {
        assert_eq!(line["message"], message);
        assert_eq!(line["operation"], "transact");
        assert_eq!(line["function"], function);
        assert_eq!(line["status"], status);
        assert!(line["time_ms"].as_f64().is_some_and(|time| time > 0.0), "{line}");
        assert_eq!(line["traceId"].as_str().unwrap().len(), 32);
    }
    assert_eq!(refused["about"], "insert:things emit:thing.made");
    let lines = requests_logged(None).await;
    let [refused] = lines.as_slice() else { panic!("{lines:#?}") };
    assert_eq!(refused["message"], "request refused");
}

#[tokio::test]
async fn requests_and_the_hops_of_their_events_are_spans() {
    let (sender, mut batches) = mpsc::unbounded_channel();
    let take = move |body: Bytes| async move { drop(sender.send(body)) };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let receiver = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/v1/traces", post(take))).await });

    let (config, backend) = (tempfile::tempdir().unwrap(), Backend::embedded());
    let mut command = command(&config, &backend);
    command.args(NOWHERE).env("OTEL_EXPORTER_OTLP_ENDPOINT", receiver).env("OTEL_BSP_SCHEDULE_DELAY", "50");
    let program = Program::spawn(&mut command).await;
    program.transact(&making("a", "a", 1)).await;
    let mut exported = String::new();
    let expected = [
        "mcommerce-bridge",
        "transact things",
        "http.route",
        "/v1/transact",
        "insert:things emit:thing.made",
        "mcommerce.function",
        "publish thing.made",
        "deliver consumer",
        "messaging.operation.type",
        "unreachable: no connection",
    ];
    while !expected.iter().all(|text| exported.contains(text)) {
        let batch = soon("the spans", batches.recv()).await.unwrap();
        exported.push_str(&String::from_utf8_lossy(&batch));
    }
    assert_eq!(program.terminate().await, 0);
}
