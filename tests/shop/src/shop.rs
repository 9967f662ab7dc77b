use std::time::Duration;

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use crate::process::repository;
use crate::{Backend, Client, Inbox, Process, Retracing};

/// A running shop of this test's own.
#[derive(Debug)]
pub struct Shop {
    url: String,
    inbox: Inbox,
    process: Process,
    bridge: Option<Bridge>,
    data: TempDir,
    backend: Backend,
}

/// How a shop is to be started.
#[derive(Debug)]
pub struct ShopBuilder {
    backend: Backend,
    variables: Vec<(String, String)>,
    arguments: Vec<String>,
    bridge_apart: bool,
    retracing: Option<Retracing>,
}

/// A bridge in a process of its own, which can be killed and started again.
#[derive(Debug)]
pub struct Bridge {
    /// Where it listens; the same after it was started again.
    pub url: String,
    /// Where the shop takes its events.
    pub functions_url: String,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    process: Option<Process>,
}

impl Shop {
    /// A shop with everything in one process.
    pub async fn start(backend: Backend) -> Self {
        Self::with(backend).start().await
    }

    /// A shop to be started otherwise.
    #[must_use]
    pub fn with(backend: Backend) -> ShopBuilder {
        ShopBuilder {
            backend,
            variables: Vec::new(),
            arguments: Vec::new(),
            bridge_apart: false,
            retracing: None,
        }
    }

    /// A new browser that knows nobody.
    #[must_use]
    pub fn visitor(&self) -> Client {
        Client::of(&self.url)
    }

    /// Where the shop is.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The mails it sent.
    #[must_use]
    pub fn inbox(&self) -> &Inbox {
        &self.inbox
    }

    /// All its processes wrote.
    #[must_use]
    pub fn log(&self) -> String {
        let bridge = self.bridge.as_ref().and_then(|bridge| bridge.process.as_ref());
        self.process.written() + &bridge.map(Process::written).unwrap_or_default()
    }

    /// The id of its process, for what is measured from outside.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// The tokens by which functions and the bridge know each other.
    pub async fn tokens(&self) -> Result<Vec<String>> {
        let secrets = crate::process::secrets(self.data()).await?;
        Ok(secrets.into_iter().map(|(_, token)| token).collect())
    }

    /// The folder with its data.
    #[must_use]
    pub fn data(&self) -> &std::path::Path {
        self.data.path()
    }

    /// Where its data and events are.
    #[must_use]
    pub fn backend(&self) -> &Backend {
        &self.backend
    }

    /// The bridge that runs apart.
    pub fn bridge(&mut self) -> &mut Bridge {
        self.bridge.as_mut().expect("this shop's bridge runs in its process")
    }

    /// Stops it as an operator would.
    pub async fn stop(self) -> Result<()> {
        let status = self.process.stop().await?;
        anyhow::ensure!(status.success(), "mcommerce ended with {status}");
        Ok(())
    }
}

impl ShopBuilder {
    /// Sets an environment variable of the shop and of its bridge.
    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds an argument to `mcommerce up`.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Runs the bridge in a process of its own, behind one that gives each request a new trace.
    #[must_use]
    pub fn bridge_behind(self, retracing: &Retracing) -> Self {
        Self { retracing: Some(retracing.clone()), ..self.bridge_apart() }
    }

    /// Runs the bridge in a process of its own.
    #[must_use]
    pub fn bridge_apart(mut self) -> Self {
        self.bridge_apart = true;
        self
    }

    /// Starts it.
    pub async fn start(self) -> Shop {
        self.try_start().await.expect("the shop starts")
    }

    async fn try_start(mut self) -> Result<Shop> {
        let data = tempfile::tempdir()?;
        let manifest = repository().join("spin.toml");
        let mut arguments: Vec<String> =
            ["up", "--json", "--listen", "127.0.0.1:0", "--manifest"].map(Into::into).to_vec();
        arguments.push(manifest.display().to_string());
        arguments.extend(["--data".into(), data.path().display().to_string()]);
        if !self.arguments.iter().any(|argument| argument == "--smtp") {
            arguments.extend(["--smtp-listen".into(), "127.0.0.1:0".into()]);
        }
        arguments.append(&mut self.arguments);
        let mut bridge = None;
        if self.bridge_apart {
            let secrets = crate::process::secrets(data.path()).await?;
            let ports = crate::process::free_ports::<2>().await?;
            let listen = format!("127.0.0.1:{}", ports[0]);
            let internal = format!("127.0.0.1:{}", ports[1]);
            let config = data.path().join("bridge.toml");
            std::fs::write(&config, crate::process::run("mcommerce", &["bridge-config".into()], &[]).await?)?;
            let mut bridge_arguments = vec!["serve".into(), "--listen".into(), listen.clone()];
            bridge_arguments.extend(["--config".into(), config.display().to_string()]);
            let functions_url = format!("http://{internal}");
            bridge_arguments.extend(["--functions-url".into(), functions_url.clone()]);
            bridge_arguments.extend(self.backend.arguments(data.path()));
            let mut apart = Bridge {
                url: format!("http://{listen}"),
                functions_url,
                arguments: bridge_arguments,
                variables: [secrets, self.variables.clone()].concat(),
                process: None,
            };
            apart.start(&[]).await?;
            let reached =
                self.retracing.as_ref().map_or(apart.url.as_str(), |retracing| retracing.before(&apart.url));
            arguments.extend(["--bridge".into(), reached.to_owned(), "--internal-listen".into(), internal]);
            bridge = Some(apart);
        }
        arguments.extend(self.backend.arguments(data.path()));
        let (process, ready) = Process::start("mcommerce", &arguments, &self.variables).await?;
        let url = ready["shop"].as_str().context("the address of the shop")?.trim_end_matches('/').to_owned();
        let inbox = Inbox::at(&url);
        Ok(Shop { url, inbox, process, bridge, data, backend: self.backend })
    }
}

impl Bridge {
    /// Starts it (again) with these arguments besides its own, on the port it had.
    pub async fn start(&mut self, more: &[&str]) -> Result<()> {
        let mut arguments = self.arguments.clone();
        arguments.extend(more.iter().map(|argument| (*argument).to_owned()));
        let (process, _) = Process::start("mcommerce-bridge", &arguments, &self.variables).await?;
        self.process = Some(process);
        self.until_ready().await
    }

    /// Waits until it can serve: it listens before it has found its store.
    async fn until_ready(&self) -> Result<()> {
        let ready = format!("{}/readyz", self.url);
        tokio::time::timeout(Duration::from_mins(1), async {
            while !reqwest::get(&ready).await.is_ok_and(|answer| answer.status().is_success()) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await
        .context("the bridge is not ready")
    }

    /// What a function and the bridge show each other.
    #[must_use]
    pub fn token_of(&self, function: &str) -> &str {
        let name = format!("MCOMMERCE_TOKEN_{}", function.replace('-', "_").to_uppercase());
        let token = self.variables.iter().find(|(variable, _)| *variable == name);
        token.map(|(_, token)| token.as_str()).expect("the function has a token")
    }

    /// `kill -9`.
    pub async fn kill(&mut self) -> Result<()> {
        self.process.take().context("the bridge does not run")?.kill().await
    }

    /// Runs `mcommerce-bridge dead …` on its store and broker and returns what it printed.
    pub async fn dead(&self, arguments: &[&str]) -> Result<String> {
        let named = |name: &str| {
            let pair = self.arguments.iter().skip_while(|argument| *argument != name).take(2);
            pair.cloned().collect::<Vec<_>>()
        };
        let mut all = vec!["dead".to_owned()];
        all.extend(named("--config"));
        all.extend(self.arguments.iter().skip_while(|argument| *argument != "--store").cloned());
        all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        crate::process::run("mcommerce-bridge", &all, &self.variables).await
    }
}
