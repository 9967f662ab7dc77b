//! The life cycle of a component's instances, as `ProxyHandler` requires it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::time::Sleep;
use wasmtime::component::GuestTaskId;
use wasmtime::{Store, StoreContextMut, UpdateDeadline};
use wasmtime_wasi_http::WasiHttpView as _;
use wasmtime_wasi_http::handler::{
    HandlerState, Instance, Proxy, ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus,
};
use wasmtime_wasi_http::p3::bindings::ServicePre;

use super::limits::InstanceLimits;
use super::state::{State, StateTemplate};
use crate::journal::{Journal, Level};

/// How long after a request's timeout its instance is stopped, so that the caller times out first.
const SLACK: Duration = Duration::from_millis(200);

/// Creates instances of one component.
pub(super) struct Workers {
    pub ready: ServicePre<State>,
    pub template: StateTemplate,
    pub limits: InstanceLimits,
}

impl HandlerState for Workers {
    type StoreData = State;
    type WorkerExpiration = Expiration;
    type WorkerState = Worker;

    async fn instantiate(&self) -> wasmtime::Result<Instance<State, Expiration, Worker>> {
        let mut store = Store::new(self.ready.engine(), self.template.state()?);
        store.limiter(|state| &mut state.memory);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|_| Ok(UpdateDeadline::Yield(1)));
        let instantiated =
            tokio::time::timeout(self.limits.request_time, self.ready.instantiate_async(&mut store));
        let service = instantiated.await.map_err(|_| wasmtime::format_err!("took too long to start"))??;
        Ok(Instance {
            store,
            proxy: Proxy::P3(service),
            view: |state| state.http(),
            expiration: Expiration {
                request_time: self.limits.request_time + SLACK,
                idle: self.limits.idle,
                sleep: Box::pin(tokio::time::sleep(Duration::ZERO)),
                until: None,
            },
            state: Worker {
                component: Arc::clone(&self.template.component),
                journal: self.template.journal.clone(),
                limits: self.limits.clone(),
            },
        })
    }
}

/// Decides when an instance ends because it is idle or stuck. It is polled outside the guest, so it also stops a guest that
/// never yields.
pub(super) struct Expiration {
    request_time: Duration,
    idle: Duration,
    sleep: Pin<Box<Sleep>>,
    until: Option<Instant>,
}

impl WorkerExpiration for Expiration {
    fn poll(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        status: WorkerStatus,
        start: Instant,
    ) -> Poll<()> {
        let until = start
            + match status {
                WorkerStatus::Idle => self.idle,
                WorkerStatus::Requests | WorkerStatus::PostReturn => self.request_time,
            };
        if self.until != Some(until) {
            self.until = Some(until);
            self.sleep.as_mut().reset(until.into());
        }
        self.sleep.as_mut().poll(cx)
    }
}

/// Decides which requests an instance accepts, and logs why it was stopped.
pub(super) struct Worker {
    component: Arc<str>,
    journal: Journal,
    limits: InstanceLimits,
}

impl WorkerState for Worker {
    type StoreData = State;
    type RequestData = ();

    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        if total >= self.limits.requests {
            ShouldAccept::Never
        } else if concurrent >= self.limits.concurrent {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        _: StoreContextMut<'_, State>,
        (): (),
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + Sync>> {
        Box::pin(tokio::time::sleep(self.limits.request_time + SLACK))
    }

    fn drop(&self, store: Store<State>, result: Result<(), wasmtime::Error>) {
        drop(store);
        let Err(error) = result else { return };
        let cause = error.root_cause().to_string();
        // Instances report this error when the process exits too, without any panic.
        if cause == "worker panicked" && !std::thread::panicking() {
            return;
        }
        self.journal.host(&self.component, Level::Error, &format!("an instance was stopped: {cause}"));
    }
}
