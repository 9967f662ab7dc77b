use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use mcommerce_bridge::Settings;

use crate::journal::Journal;
use crate::mounts::MissingFolders;
use crate::runtime::{InstanceLimits, Runtime};

#[derive(Clone)]
pub struct ShopConfig {
    /// The path of `spin.toml`.
    pub manifest: PathBuf,
    /// The folder for the store, secrets and mails.
    pub data: PathBuf,
    /// The folder for compiled components, which several shops can share.
    pub cache: PathBuf,
    /// The address to listen on. Port 0 picks a free one.
    pub listen: SocketAddr,
    /// The address that serves `/internal` and `/events` to an external bridge.
    pub internal_listen: Option<SocketAddr>,
    pub bridge: BridgeAt,
    pub mail: MailTo,
    /// The build profile of the `.wasm` files, if not `function`.
    pub profile: Option<String>,
    pub missing_folders: MissingFolders,
    /// Whether to fill an empty store with the demo catalogue and accounts.
    pub demo: bool,
    /// Values that take precedence over all other sources.
    pub variables: BTreeMap<String, String>,
    /// The environment, where `SPIN_VARIABLE_<NAME>` sets a variable.
    pub environment: BTreeMap<String, String>,
    /// Whether the shop's address serves `/_dashboard` and `/_metrics`. The internal address always does.
    pub dashboard: bool,
    pub limits: InstanceLimits,
    /// The largest request body, in bytes.
    pub max_body: u64,
    /// Where the output of components goes.
    pub journal: Journal,
    /// The engine, if the shop shares one with others.
    pub runtime: Option<Runtime>,
}

/// The bridge that functions call.
#[derive(Clone)]
pub enum BridgeAt {
    /// A bridge in this process.
    Here {
        /// `sqlite:PATH` or `mongodb://…`. Defaults to a file in the data folder.
        store: Option<String>,
        /// `store` or `amqp://…`.
        broker: String,
        settings: Settings,
    },
    /// An external bridge.
    Elsewhere {
        url: String,
        /// The bridge's store, to fill with the demo catalogue and accounts.
        store: Option<String>,
    },
    /// No bridge, for applications without `bridge_url`.
    Nowhere,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailTo {
    /// To the inbox, through a mail server on this address. Port 0 picks a free one.
    Inbox(SocketAddr),
    /// To a real mail server.
    Server { host: String, port: u16 },
}

const DEFAULT_MAX_BODY: u64 = 10 * 1024 * 1024;

impl ShopConfig {
    /// The defaults of `mcommerce up`.
    pub fn new(manifest: impl Into<PathBuf>, data: impl Into<PathBuf>) -> Self {
        let (manifest, data) = (manifest.into(), data.into());
        Self {
            cache: compiled_components(&manifest).unwrap_or_else(|| data.join("cache")),
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
            limits: InstanceLimits::default(),
            max_body: DEFAULT_MAX_BODY,
            journal: Journal::stderr(),
            runtime: None,
        }
    }

    /// A configuration for tests: free ports, a journal in memory and nothing from the environment.
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

/// The folder for compiled components in a checkout, which all shops started from it share. `None` outside a checkout.
fn compiled_components(manifest: &Path) -> Option<PathBuf> {
    let manifest = std::path::absolute(manifest).ok()?;
    let target = manifest.ancestors().map(|folder| folder.join("target")).find(|target| target.is_dir())?;
    Some(target.join("compiled-components"))
}
