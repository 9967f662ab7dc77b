use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use mcommerce_bridge::Settings;
use mcommerce_telemetry::Tracer;

use crate::journal::Journal;
use crate::mounts::MissingFolders;
use crate::runtime::{InstanceLimits, Runtime};

/// How a shop is to be started.
#[derive(Clone)]
pub struct ShopConfig {
    /// The application's `spin.toml`.
    pub manifest: PathBuf,
    /// Where everything is kept: the store, secrets, mails.
    pub data: PathBuf,
    /// Where compiled components are kept. Several shops can share it.
    pub cache: PathBuf,
    /// Where the shop listens; port 0 for any.
    pub listen: SocketAddr,
    /// Where `/internal` and `/events` are served, for a bridge that runs elsewhere.
    pub internal_listen: Option<SocketAddr>,
    /// Which bridge functions speak to.
    pub bridge: BridgeAt,
    /// Where mails go.
    pub mail: MailTo,
    /// The build profile whose `.wasm` files are run instead of `function`: `quick`.
    pub profile: Option<String>,
    /// What to do where a folder of `files` is missing.
    pub missing_folders: MissingFolders,
    /// Whether an empty store gets the demo catalogue and the demo accounts.
    pub demo: bool,
    /// Values of variables that beat all others.
    pub variables: BTreeMap<String, String>,
    /// The environment, of which `SPIN_VARIABLE_<NAME>` counts.
    pub environment: BTreeMap<String, String>,
    /// Whether browsers get `/_dashboard` and `/_metrics`. A bridge's side gets them always.
    pub dashboard: bool,
    /// Makes the spans of host and bridge; off unless it is set.
    pub tracer: Tracer,
    /// What one instance of a component may use.
    pub limits: InstanceLimits,
    /// The most bytes of a request's body.
    pub max_body: u64,
    /// Where components' lines go.
    pub journal: Journal,
    /// The engine, where several shops share one; its own otherwise.
    pub runtime: Option<Runtime>,
}

/// Which bridge functions speak to.
#[derive(Clone)]
pub enum BridgeAt {
    /// One in this process.
    Here {
        /// `sqlite:PATH` or `mongodb://…`; a file in the data folder unless it is given.
        store: Option<String>,
        /// `store` or `amqp://…`.
        broker: String,
        /// Its limits and paces.
        settings: Settings,
    },
    /// One that runs elsewhere.
    Elsewhere {
        /// Its base URL.
        url: String,
        /// Its store, to put the demo catalogue and accounts into.
        store: Option<String>,
    },
    /// None: the application has no `bridge_url`.
    Nowhere,
}

/// Where mails go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailTo {
    /// Into the inbox of this shop, by a mail server that listens here; port 0 for any.
    Inbox(SocketAddr),
    /// To this server.
    Server {
        /// Its name or address.
        host: String,
        /// Its port.
        port: u16,
    },
}

/// The most bytes of a request's body unless it is said otherwise.
const MAX_BODY: u64 = 10 * 1024 * 1024;

impl ShopConfig {
    /// A shop as `mcommerce up` starts it: everything in `data`, on the usual ports.
    pub fn new(manifest: impl Into<PathBuf>, data: impl Into<PathBuf>) -> Self {
        let (manifest, data) = (manifest.into(), data.into());
        Self {
            cache: compiled_beside(&manifest).unwrap_or_else(|| data.join("cache")),
            manifest,
            data,
            listen: (Ipv4Addr::LOCALHOST, 3000).into(),
            internal_listen: None,
            bridge: BridgeAt::Here { store: None, broker: "store".to_owned(), settings: Settings::default() },
            mail: MailTo::Inbox((Ipv4Addr::LOCALHOST, 3025).into()),
            profile: None,
            missing_folders: MissingFolders::Refuse,
            demo: true,
            variables: BTreeMap::new(),
            environment: BTreeMap::new(),
            dashboard: true,
            tracer: Tracer::off(),
            limits: InstanceLimits::default(),
            max_body: MAX_BODY,
            journal: Journal::stderr(),
            runtime: None,
        }
    }

    /// A shop for a test: any ports, its own data, lines kept in memory, nothing from the environment.
    pub fn for_test(data: &Path, manifest: &Path) -> Self {
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let mut config = Self::new(manifest, data);
        config.listen = any_port;
        config.mail = MailTo::Inbox(any_port);
        config.missing_folders = MissingFolders::Skip;
        config.journal = Journal::memory();
        config
    }
}

/// Where compiled components are kept in a checkout: beside the components, so that every shop started from it finds
/// them. An application that is no checkout has no such folder.
fn compiled_beside(manifest: &Path) -> Option<PathBuf> {
    let manifest = std::path::absolute(manifest).ok()?;
    let target = manifest.ancestors().map(|folder| folder.join("target")).find(|target| target.is_dir())?;
    Some(target.join("compiled-components"))
}
