use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use wasmtime::component::ResourceTable;
use wasmtime_wasi::sockets::SocketAddrUse;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use super::limits::MemoryLimit;
use super::stdio::GuestOutput;
use crate::journal::Journal;
use crate::outbound::{AllowedHosts, Outbound};

/// A folder that a component can read.
#[derive(Clone, Debug)]
pub struct Preopen {
    /// The folder on this machine.
    pub host: PathBuf,
    /// The folder as the component sees it.
    pub guest: String,
}

/// The state of one instance.
pub(super) struct State {
    wasi: WasiCtx,
    table: ResourceTable,
    http: WasiHttpCtx,
    outbound: Outbound,
    pub variables: Arc<BTreeMap<String, String>>,
    pub memory: MemoryLimit,
}

/// Creates the state of a component's instances.
pub(super) struct StateTemplate {
    pub component: Arc<str>,
    pub journal: Journal,
    pub preopens: Vec<Preopen>,
    pub allowed: Arc<AllowedHosts>,
    pub outbound: Outbound,
    pub variables: Arc<BTreeMap<String, String>>,
    pub memory: usize,
}

impl StateTemplate {
    pub(super) fn state(&self) -> wasmtime::Result<State> {
        let mut wasi = WasiCtx::builder();
        wasi.stdout(GuestOutput::new(&self.component, &self.journal));
        wasi.stderr(GuestOutput::new(&self.component, &self.journal));
        for preopen in &self.preopens {
            wasi.preopened_dir(&preopen.host, &preopen.guest, FsPerms::ReadOnly)?;
        }
        if self.allowed.allows_sockets() {
            let allowed = Arc::clone(&self.allowed);
            wasi.allow_tcp(true);
            wasi.allow_ip_name_lookup(true);
            wasi.socket_addr_check(move |address, usage| {
                let allowed = Arc::clone(&allowed);
                Box::pin(async move {
                    match usage {
                        // Connecting starts by binding any local port.
                        SocketAddrUse::TcpBind => address.ip().is_unspecified() && address.port() == 0,
                        SocketAddrUse::TcpConnect => allowed.allows_socket(address).await,
                        _ => false,
                    }
                })
            });
        }
        Ok(State {
            wasi: wasi.build(),
            table: ResourceTable::new(),
            http: WasiHttpCtx::new(),
            outbound: self.outbound.clone(),
            variables: Arc::clone(&self.variables),
            memory: MemoryLimit {
                bytes: self.memory,
                component: Arc::clone(&self.component),
                journal: self.journal.clone(),
            },
        })
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.outbound, table: &mut self.table, ctx: &mut self.http }
    }
}
