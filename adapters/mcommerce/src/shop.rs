use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use application::{Application, MissingVariables, Name, Sources, Variables, token_variable};
use http::uri::Authority;
use mcommerce_bridge::store::Store;
use mcommerce_bridge::{Bridge, BridgeConfig, FunctionTokens, open_store};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::accounts::DemoAccounts;
use crate::app::App;
use crate::config::{BridgeAt, MailTo, ShopConfig};
use crate::dashboard::{BridgeAddress, Dashboard};
use crate::delivery::InProcess;
use crate::journal::Journal;
use crate::metrics::Metrics;
use crate::mounts::mounts;
use crate::outbound::{AllowedHosts, Neighbours, Network, Outbound};
use crate::runtime::{Component, ComponentSetup, Runtime};
use crate::secrets::Secrets;
use crate::server::{Front, Listener, Side, listen};
use crate::smtp::{Inbox, MailServer};
use crate::stock;

/// The authority of the bridge in this process.
const BRIDGE_AUTHORITY: Authority = Authority::from_static("bridge.mcommerce.internal");

/// How long to wait for requests in flight when the shop stops.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(20);

/// A running shop.
pub struct Shop {
    app: Arc<App>,
    application: Application,
    variables: Variables,
    addresses: Addresses,
    journal: Journal,
    listeners: Vec<Listener>,
    mail: Option<(MailServer, Arc<Inbox>)>,
    bridge: Option<Bridge>,
    accounts: DemoAccounts,
}

/// The addresses of a shop's parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// The URL for browsers: `http://127.0.0.1:3000`.
    pub shop: String,
    /// The URL to which an external bridge delivers events.
    pub internal: Option<String>,
    pub inbox: Option<String>,
    pub dashboard: Option<String>,
    /// The mail server, `host:port`.
    pub smtp: String,
    /// The URL of the external bridge.
    pub bridge: Option<String>,
}

struct Sockets {
    shop: TcpListener,
    internal: Option<TcpListener>,
}

impl Shop {
    /// Starts a shop. Returns once it serves requests.
    pub async fn start(config: ShopConfig) -> anyhow::Result<Self> {
        let application = Application::load(&config.manifest)?;
        std::fs::create_dir_all(&config.data).with_context(|| config.data.display().to_string())?;
        let secrets = Secrets::load_or_generate(&config.data, &application)?;

        refuse_reserved_routes(&application)?;
        // Whether a variable is empty does not depend on bound ports, so check before binding any.
        resolve(&config, &application, &secrets, &Addresses::configured(&config))?;

        let sockets = Sockets::bind(&config).await?;
        let mail = start_mail(&config).await?;
        let addresses = Addresses::bound(&config, &sockets, mail.as_ref())?;
        let variables = resolve(&config, &application, &secrets, &addresses)?;

        let delivery = InProcess::default();
        let (bridge, store) = start_bridge(&config, &application, &variables, &delivery).await?;
        let network = Network::new(bridge.as_ref().map(|bridge| (BRIDGE_AUTHORITY, bridge.router())));
        let metrics = Arc::new(Metrics::default());
        let components = load_components(&config, &application, &variables, &network, &metrics).await?;
        let app = Arc::new(App::new(components, &application.routes));
        let neighbours: Arc<dyn Neighbours> = app.clone();
        network.connect(Arc::downgrade(&neighbours));
        delivery.connect(&app);

        let mut accounts = DemoAccounts::default();
        if let (Some(store), true) = (&store, config.demo) {
            stock::wait_for_bridge(bridge.as_ref(), addresses.bridge.as_deref()).await?;
            accounts = stock::stock_empty(store.as_ref(), &secrets).await?;
        }
        let inbox = mail.as_ref().map(|(_, inbox)| inbox);
        let bridge_address = bridge_address(&addresses, bridge.is_some());
        let dashboard = Dashboard::new(metrics, Arc::clone(&app), inbox.cloned(), network, bridge_address);
        let listeners = sockets.serve(&config, &app, inbox, &Arc::new(dashboard))?;
        let journal = config.journal;
        Ok(Self { app, application, variables, addresses, journal, listeners, mail, bridge, accounts })
    }

    /// The shop's base URL.
    pub fn url(&self) -> &str {
        &self.addresses.shop
    }

    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// The inbox; `None` if mails go to a real server.
    pub fn inbox(&self) -> Option<&Arc<Inbox>> {
        self.mail.as_ref().map(|(_, inbox)| inbox)
    }

    pub fn accounts(&self) -> &DemoAccounts {
        &self.accounts
    }

    /// The values of the application's variables, including secrets.
    pub fn variables(&self) -> &Variables {
        &self.variables
    }

    pub fn application(&self) -> &Application {
        &self.application
    }

    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// The lines of a journal in memory.
    pub fn lines(&self) -> Vec<String> {
        self.journal.lines()
    }

    /// Stops accepting connections, waits for requests and deliveries in flight, then stops the bridge.
    pub async fn shutdown(self) {
        let drained = self.listeners.into_iter().map(|listener| listener.drain(DRAIN_TIMEOUT));
        futures::future::join_all(drained).await;
        if let Some(bridge) = self.bridge {
            bridge.shutdown().await;
        }
    }
}

impl Sockets {
    async fn bind(config: &ShopConfig) -> anyhow::Result<Self> {
        let shop = bind(config.listen).await?;
        let internal = match config.internal_listen {
            Some(address) => Some(bind(address).await?),
            None => None,
        };
        Ok(Self { shop, internal })
    }

    fn serve(
        self,
        config: &ShopConfig,
        app: &Arc<App>,
        inbox: Option<&Arc<Inbox>>,
        dashboard: &Arc<Dashboard>,
    ) -> anyhow::Result<Vec<Listener>> {
        let sides = [(Some(self.shop), Side::Outside), (self.internal, Side::Inside)];
        let mut listeners = Vec::new();
        for (socket, side) in sides {
            let Some(socket) = socket else { continue };
            let authority = Authority::try_from(socket.local_addr()?.to_string())?;
            let inbox = inbox.filter(|_| side == Side::Outside).cloned();
            let shows_dashboard = config.dashboard || side == Side::Inside;
            let front = Front {
                side,
                app: Arc::clone(app),
                inbox,
                dashboard: shows_dashboard.then(|| Arc::clone(dashboard)),
                max_body: config.max_body,
                authority,
            };
            listeners.push(listen(socket, Arc::new(front)));
        }
        Ok(listeners)
    }
}

async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!(
            "can't listen on {address}; --listen, --smtp-listen and --internal-listen choose other addresses"
        )
    })
}

async fn start_mail(config: &ShopConfig) -> anyhow::Result<Option<(MailServer, Arc<Inbox>)>> {
    let MailTo::Inbox(address) = config.mail else { return Ok(None) };
    let inbox = Arc::new(Inbox::new(config.data.join("mails")));
    let server = MailServer::start(bind(address).await?, Arc::clone(&inbox))?;
    Ok(Some((server, inbox)))
}

impl Addresses {
    /// The configured addresses, before any port is bound.
    fn configured(config: &ShopConfig) -> Self {
        let smtp = match &config.mail {
            MailTo::Inbox(address) => address.to_string(),
            MailTo::Server { host, port } => format!("{host}:{port}"),
        };
        Self::new(config, config.listen, config.internal_listen, smtp)
    }

    /// The addresses of bound sockets.
    fn bound(
        config: &ShopConfig,
        sockets: &Sockets,
        mail: Option<&(MailServer, Arc<Inbox>)>,
    ) -> std::io::Result<Self> {
        let internal = sockets.internal.as_ref().map(TcpListener::local_addr).transpose()?;
        let smtp = match mail {
            Some((server, _)) => server.address().to_string(),
            None => Self::configured(config).smtp,
        };
        Ok(Self::new(config, sockets.shop.local_addr()?, internal, smtp))
    }

    fn new(config: &ShopConfig, shop: SocketAddr, internal: Option<SocketAddr>, smtp: String) -> Self {
        let shop = format!("http://{shop}");
        Self {
            internal: internal.map(|address| format!("http://{address}")),
            inbox: matches!(config.mail, MailTo::Inbox(_)).then(|| format!("{shop}/_inbox")),
            dashboard: config.dashboard.then(|| format!("{shop}/_dashboard")),
            smtp,
            bridge: match &config.bridge {
                BridgeAt::Elsewhere { url, .. } => Some(url.trim_end_matches('/').to_owned()),
                BridgeAt::Here { .. } | BridgeAt::Nowhere => None,
            },
            shop,
        }
    }
}

/// Finds the values of all variables. Fails if a component needs a variable that is unset or blank.
fn resolve(
    config: &ShopConfig,
    application: &Application,
    secrets: &Secrets,
    addresses: &Addresses,
) -> Result<Variables, MissingVariables> {
    let sources = Sources {
        decided: decided(config, addresses),
        environment: config.environment.clone(),
        presumed: presumed(addresses),
        kept: secrets.variables(),
    };
    let variables = Variables::resolve(&application.variables, &sources);
    variables.require(application.required_variables(application.components.values()))?;
    Ok(variables)
}

/// Refuses routes to pages of `mcommerce` itself.
fn refuse_reserved_routes(application: &Application) -> anyhow::Result<()> {
    for (route, _) in &application.routes {
        let first = route.as_str().trim_start_matches('/').split('/').next().unwrap_or_default();
        anyhow::ensure!(
            !["_dashboard", "_inbox", "_metrics"].contains(&first),
            "spin.toml: trigger.http.route {route}: /{first} is reserved for a page of mcommerce"
        );
    }
    Ok(())
}

fn bridge_address(addresses: &Addresses, here: bool) -> Option<BridgeAddress> {
    let url = match &addresses.bridge {
        Some(url) => url.clone(),
        None if here => format!("http://{BRIDGE_AUTHORITY}"),
        None => return None,
    };
    Some(BridgeAddress { url, here })
}

/// The variables that this start sets. Those in the configuration take precedence.
fn decided(config: &ShopConfig, addresses: &Addresses) -> BTreeMap<String, String> {
    let bridge_url = addresses.bridge.clone().unwrap_or_else(|| format!("http://{BRIDGE_AUTHORITY}"));
    let (smtp_host, smtp_port) = addresses.smtp.rsplit_once(':').unwrap_or((&addresses.smtp, "25"));
    let mut decided: BTreeMap<String, String> =
        [("bridge_url", bridge_url.as_str()), ("smtp_host", smtp_host), ("smtp_port", smtp_port)]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
    decided.extend(config.variables.clone());
    decided
}

/// The variables that this start assumes but the environment may override, because behind a proxy browsers use another
/// address and TLS.
fn presumed(addresses: &Addresses) -> BTreeMap<String, String> {
    [
        ("shop_url", addresses.shop.as_str()),
        // Browsers drop Secure cookies from a shop without TLS.
        ("secure_cookies", "false"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

async fn start_bridge(
    config: &ShopConfig,
    application: &Application,
    variables: &Variables,
    delivery: &InProcess,
) -> anyhow::Result<(Option<Bridge>, Option<Arc<dyn Store>>)> {
    let (store, broker, settings) = match &config.bridge {
        BridgeAt::Nowhere => return Ok((None, None)),
        BridgeAt::Elsewhere { store, .. } => {
            return Ok((None, store.as_deref().map(open_store).transpose()?));
        }
        BridgeAt::Here { store, broker, settings } => (store, broker, settings),
    };
    let file = || format!("sqlite:{}", config.data.join("shop.db").display());
    let store = open_store(&store.clone().unwrap_or_else(file))?;
    // This process does not start adapters, which are separate programs.
    let declarations =
        application.declarations().clone().only(|client| application.components.contains_key(client));
    let token =
        |client: &Name| Some((client.to_string(), variables.get(&token_variable(client))?.to_owned()));
    let tokens = FunctionTokens::new(declarations.clients().into_iter().filter_map(token));
    let mut bridge_config = BridgeConfig::new(declarations, tokens)?;
    bridge_config.settings = settings.clone();
    let bridge =
        Bridge::start(bridge_config, Arc::clone(&store), broker.parse()?, Arc::new(delivery.clone())).await;
    Ok((Some(bridge), Some(store)))
}

async fn load_components(
    config: &ShopConfig,
    application: &Application,
    variables: &Variables,
    network: &Arc<Network>,
    metrics: &Metrics,
) -> anyhow::Result<Vec<Component>> {
    let runtime = match &config.runtime {
        Some(runtime) => runtime.clone(),
        None => Runtime::new()?,
    };
    let mut loading = JoinSet::new();
    for (name, entry) in &application.components {
        let within = || format!("component {name}");
        let hosts = entry.allowed_outbound_hosts.iter().map(|host| host.render(variables));
        let allowed = Arc::new(AllowedHosts::parse(hosts).with_context(within)?);
        let name: Arc<str> = name.as_str().into();
        let values =
            entry.variables.iter().map(|(name, template)| (name.clone(), template.render(variables)));
        let setup = ComponentSetup {
            source: entry.source_in_profile(config.profile.as_deref()),
            cache: config.cache.clone(),
            journal: config.journal.clone(),
            preopens: mounts(entry, config.missing_folders).with_context(within)?,
            outbound: Outbound::new(network, &allowed, &name, &config.journal),
            allowed,
            variables: Arc::new(values.collect()),
            limits: config.limits.clone(),
            metrics: metrics.component(&name),
            name,
        };
        let runtime = runtime.clone();
        loading.spawn_blocking(move || Component::load(&runtime, setup));
    }
    let mut components = Vec::new();
    while let Some(loaded) = loading.join_next().await {
        components.push(loaded.context("can't load a component")??);
    }
    Ok(components)
}
