use std::io::Write as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// How long a process may take to say that it is ready.
const START: Duration = Duration::from_mins(1);

/// Where a bridge logs every request.
const ACCESS: &str = "mcommerce_bridge::access";

/// Where a bridge logs the first use of each grant.
const GRANTS: &str = "mcommerce_bridge::grants";

/// A program of the shop, killed when it is dropped, and all that it wrote.
#[derive(Debug)]
pub struct Process {
    child: Child,
    written: Arc<Mutex<String>>,
}

impl Process {
    /// Starts a program of this build and returns it with what it says of itself once it listens.
    pub async fn start(
        program: &str,
        arguments: &[String],
        variables: &[(String, String)],
    ) -> Result<(Self, Value)> {
        let path = binary(program)?;
        let mut child = Command::new(&path)
            .args(arguments)
            .env("LOG_LEVEL", format!("info,lapin=off,{ACCESS}=off,{GRANTS}=debug"))
            .envs(variables.iter().cloned())
            .current_dir(repository())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{} is built by `make programs`", path.display()))?;
        let written = Arc::new(Mutex::new(String::new()));
        let (ready, mut line) = tokio::sync::mpsc::unbounded_channel();
        let out = child.stdout.take().context("stdout")?;
        let err = child.stderr.take().context("stderr")?;
        tokio::spawn(keep(BufReader::new(out), Arc::clone(&written), Some(ready)));
        tokio::spawn(keep(BufReader::new(err), Arc::clone(&written), None));
        let first = tokio::time::timeout(START, async {
            while let Some(line) = line.recv().await {
                if let Some(bridge) = line.strip_prefix("mcommerce-bridge listens on ") {
                    return Some(serde_json::json!({ "bridge": bridge }));
                }
                if let Ok(value @ Value::Object(_)) = serde_json::from_str(&line)
                    && value.get("level").is_none()
                {
                    return Some(value);
                }
            }
            None
        })
        .await;
        match first {
            Ok(Some(value)) => Ok((Self { child, written }, value)),
            _ => bail!("{program} did not get ready:\n{}", lock(&written)),
        }
    }

    /// All it wrote so far, to standard output and error.
    #[must_use]
    pub fn written(&self) -> String {
        lock(&self.written)
    }

    /// Its id; 0 once it has ended.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id().unwrap_or_default()
    }

    /// `kill -9`, and waits until it is gone.
    pub async fn kill(mut self) -> Result<()> {
        self.child.kill().await.context("kill")
    }

    /// SIGTERM, and waits until it has drained.
    pub async fn stop(mut self) -> Result<std::process::ExitStatus> {
        let id = self.child.id().context("it has ended already")?;
        Command::new("kill").arg("-TERM").arg(id.to_string()).status().await?;
        tokio::time::timeout(START, self.child.wait()).await?.context("wait")
    }
}

/// Keeps what bridges said of the grants that functions used: one that no test uses is one too many, which `make test` looks
/// for when all tests are over.
impl Drop for Process {
    fn drop(&mut self) {
        let written = lock(&self.written);
        let lines: Vec<&str> = written.lines().filter(|line| line.contains(GRANTS)).collect();
        let folder = repository().join("target/used-grants");
        let append = || {
            std::fs::create_dir_all(&folder)?;
            let file = folder.join(format!("{}.jsonl", std::process::id()));
            let mut file = std::fs::OpenOptions::new().create(true).append(true).open(file)?;
            file.write_all((lines.join("\n") + "\n").as_bytes())
        };
        if !lines.is_empty() {
            // Without the lines their grants count as unused, which is noticed.
            let _: std::io::Result<()> = append();
        }
    }
}

fn lock(written: &Mutex<String>) -> String {
    written.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
}

async fn keep(
    mut lines: impl tokio::io::AsyncBufRead + Unpin,
    written: Arc<Mutex<String>>,
    ready: Option<tokio::sync::mpsc::UnboundedSender<String>>,
) {
    let mut line = String::new();
    while lines.read_line(&mut line).await.is_ok_and(|read| read > 0) {
        written.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push_str(&line);
        if let Some(ready) = &ready {
            // Nobody listens any more once it is ready.
            let _ = ready.send(line.trim().to_owned());
        }
        line.clear();
    }
}

/// The checkout these tests were built from.
pub(crate) fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A program of this build: a test runs from `target/<profile>/deps`, the bench from `target/<profile>`.
fn binary(program: &str) -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    let folder = test.parent().context("a program has a folder")?;
    let profile =
        if folder.ends_with("deps") { folder.parent().context("target/<profile>")? } else { folder };
    Ok(profile.join(program))
}

/// Runs a program of this build to its end and returns what it printed.
pub(crate) async fn run(
    program: &str,
    arguments: &[String],
    variables: &[(String, String)],
) -> Result<String> {
    let output = Command::new(binary(program)?)
        .args(arguments)
        .envs(variables.iter().cloned())
        .current_dir(repository())
        .stdin(Stdio::null())
        .output()
        .await?;
    if !output.status.success() {
        bail!("{program} {arguments:?}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The secrets of a shop's data folder as variables for a bridge that runs apart; made if they are not there.
pub(crate) async fn secrets(data: &std::path::Path) -> Result<Vec<(String, String)>> {
    let arguments: Vec<String> = vec!["env".into(), "--data".into(), data.display().to_string()];
    let printed = run("mcommerce", &arguments, &[]).await?;
    Ok(printed
        .lines()
        .filter_map(|line| line.strip_prefix("export ")?.split_once('='))
        .filter(|(name, _)| name.starts_with("MCOMMERCE_TOKEN_"))
        .map(|(name, value)| (name.to_owned(), value.trim_matches(['"', '\'']).to_owned()))
        .collect())
}

/// Ports that nobody listened on a moment ago, for processes that must find each other before either is there.
pub(crate) async fn free_ports<const N: usize>() -> Result<[u16; N]> {
    let mut ports = [0; N];
    let mut held = Vec::new();
    for port in &mut ports {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        *port = listener.local_addr()?.port();
        held.push(listener);
    }
    Ok(ports)
}
