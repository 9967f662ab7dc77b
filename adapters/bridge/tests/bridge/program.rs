use std::collections::BTreeMap;
use std::process::Stdio;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::backends::Backend;
use crate::support::{DECLARED, soon, token, until};

/// The program, killed when it is dropped.
pub(crate) struct Program {
    pub(crate) child: Child,
    pub(crate) url: String,
}

pub(crate) fn command(config: &TempDir, backend: &Backend) -> Command {
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
    pub(crate) async fn serve(
        config: &TempDir,
        backend: &Backend,
        functions_url: &str,
        flags: &[&str],
    ) -> Self {
        Self::serve_with(DECLARED, config, backend, functions_url, flags).await
    }

    pub(crate) async fn serve_with(
        declared: &str,
        config: &TempDir,
        backend: &Backend,
        functions_url: &str,
        flags: &[&str],
    ) -> Self {
        let mut command = command_with(declared, config, backend);
        command.args(["serve", "--functions-url", functions_url]).args(flags);
        Self::spawn(&mut command).await
    }

    /// Starts a command, to which a free port is added, and waits until it serves.
    pub(crate) async fn spawn(command: &mut Command) -> Self {
        let mut child = command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = soon("the address", lines.next_line()).await.unwrap().unwrap();
        let url = line.strip_prefix("mcommerce-bridge listens on ").unwrap().to_owned();
        let program = Self { child, url };
        until("a ready program", async || program.get("/readyz").await == 200).await;
        program
    }

    pub(crate) async fn get(&self, path: &str) -> u16 {
        let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
        client
            .get(format!("{}{path}", self.url).parse().unwrap())
            .await
            .map_or(0, |answer| answer.status().as_u16())
    }

    pub(crate) async fn transact(&self, body: &Value) -> Value {
        let (status, answer) = self.transact_as("writer", body).await;
        assert_eq!(status, 200);
        answer
    }

    pub(crate) async fn transact_as(&self, function: &str, body: &Value) -> (u16, Value) {
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

    pub(crate) async fn terminate(mut self) -> i32 {
        let pid = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
        soon("the end of the program", self.child.wait()).await.unwrap().code().unwrap()
    }
}
