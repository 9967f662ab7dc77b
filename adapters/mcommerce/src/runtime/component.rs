use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use http_body_util::BodyExt as _;
use mcommerce_telemetry::{SpanExt as _, Traceparent, traceparent_from};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::{Span, info_span};
use wasmtime_wasi_http::WasiBody;
use wasmtime_wasi_http::handler::{HandlerState as _, InstantiationError, ProxyHandler, TrapOrPanicError};

use super::call_error::CallError;
use super::limits::InstanceLimits;
use super::state::{Preopen, StateTemplate};
use super::worker::Workers;
use super::{CompileError, Runtime};
use crate::journal::{Journal, Level};
use crate::metrics::{ComponentFigures, ComponentMetrics};
use crate::outbound::{AllowedHosts, Outbound};

pub struct ComponentSetup {
    pub name: Arc<str>,
    /// The `.wasm` file.
    pub source: PathBuf,
    /// The folder for compiled code.
    pub cache: PathBuf,
    /// Where the component's output goes.
    pub journal: Journal,
    pub preopens: Vec<Preopen>,
    pub allowed: Arc<AllowedHosts>,
    pub outbound: Outbound,
    pub variables: Arc<BTreeMap<String, String>>,
    pub limits: InstanceLimits,
    pub metrics: ComponentMetrics,
}

pub struct Component {
    setup: ComponentSetup,
    runtime: Runtime,
    handler: RwLock<ProxyHandler<Workers>>,
    in_flight: Arc<Semaphore>,
}

impl Component {
    /// Loads a component, and compiles it if necessary. Blocks.
    pub fn load(runtime: &Runtime, setup: ComponentSetup) -> Result<Self, CompileError> {
        let handler = RwLock::new(handler(runtime, &setup)?);
        let in_flight = Arc::new(Semaphore::new(setup.limits.in_flight));
        Ok(Self { setup, runtime: runtime.clone(), handler, in_flight })
    }

    pub fn name(&self) -> &str {
        &self.setup.name
    }

    /// Updates the gauge of requests in flight.
    pub(crate) fn update_in_flight(&self) {
        self.setup.metrics.set_in_flight(self.in_flight());
    }

    pub(crate) fn figures(&self) -> ComponentFigures {
        self.setup.metrics.figures()
    }

    pub fn in_flight(&self) -> usize {
        self.setup.limits.in_flight - self.in_flight.available_permits()
    }

    /// Reloads the `.wasm` file. Requests in flight finish with the old code; new ones run the new code. Blocks.
    pub fn reload(&self) -> Result<(), CompileError> {
        let fresh = handler(&self.runtime, &self.setup)?;
        *self.handler.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// Answers a request, whose URI must be absolute.
    pub async fn call(
        &self,
        mut request: http::Request<WasiBody>,
    ) -> Result<http::Response<WasiBody>, CallError> {
        let begun = Instant::now();
        let span = self.span(&request);
        span.inject(request.headers_mut());
        let answered = self.run(request).await;
        let status = answered.as_ref().map(http::Response::status).map_err(|error| *error);
        self.setup.metrics.count(status, begun.elapsed());
        match status {
            Ok(status) => span.record_status(status),
            Err(error) => span.record_failure(error.to_string()),
        }
        answered
    }

    /// Its run, named as Spin names it.
    fn span(&self, request: &http::Request<WasiBody>) -> Span {
        let name = &*self.setup.name;
        let span = info_span!(
            parent: None,
            "execute_wasm_component",
            otel.kind = "internal",
            otel.name = format!("execute_wasm_component {name}"),
            faas.name = name,
            faas.trigger = "http",
        );
        span.set_remote_parent(|| traceparent_from(request.headers()));
        span
    }

    async fn run(&self, request: http::Request<WasiBody>) -> Result<http::Response<WasiBody>, CallError> {
        let context = traceparent_from(request.headers());
        let trace = context.as_ref().map(Traceparent::trace_id);
        let Ok(permit) = Arc::clone(&self.in_flight).try_acquire_owned() else {
            let message = "refused a request because too many are in flight";
            self.journal(trace, Level::Warn, message);
            return Err(CallError::Busy);
        };
        let handler = self.handler.read().unwrap_or_else(PoisonError::into_inner).clone();
        let (time, begun) = (self.setup.limits.request_time, Instant::now());
        match tokio::time::timeout(time, handler.handle((), request)).await {
            Ok(Ok(response)) => Ok(response.map(|body| hold(permit, body))),
            Ok(Err(error)) if begun.elapsed() < time => Err(self.fault(trace, &error)),
            // An instance that was stopped because of the timeout may report an error just before the timeout is noticed.
            Ok(Err(_)) | Err(_) => {
                self.journal(trace, Level::Error, &format!("did not answer within {} s", time.as_secs_f32()));
                Err(CallError::TimedOut)
            }
        }
    }

    /// Measures the median time to create and drop an instance.
    pub async fn fresh_instance_time(&self, rounds: usize) -> wasmtime::Result<Duration> {
        let handler = self.handler.read().unwrap_or_else(PoisonError::into_inner).clone();
        let mut times = Vec::with_capacity(rounds);
        for _ in 0..rounds.max(1) {
            let begun = Instant::now();
            drop(handler.state().instantiate().await?);
            times.push(begun.elapsed());
        }
        times.sort_unstable();
        Ok(times[times.len() / 2])
    }

    fn fault(&self, trace: Option<&str>, error: &wasmtime::Error) -> CallError {
        if let Some(InstantiationError::<()> { error, .. }) = error.downcast_ref() {
            self.journal(trace, Level::Error, &format!("can't create an instance: {error:#}"));
            return CallError::Busy;
        }
        // `Worker::drop` logs the reason but does not know the request.
        if error.is::<TrapOrPanicError>() {
            self.journal(trace, Level::Error, "did not answer: its instance was stopped");
        } else {
            self.journal(trace, Level::Error, &format!("failed: {error:#}"));
        }
        CallError::Failed
    }

    fn journal(&self, trace_id: Option<&str>, level: Level, message: &str) {
        self.setup.journal.host_of(trace_id, &self.setup.name, level, message);
    }
}

fn handler(runtime: &Runtime, setup: &ComponentSetup) -> Result<ProxyHandler<Workers>, CompileError> {
    let ready = runtime.load(&setup.source, &setup.cache)?;
    let template = StateTemplate {
        component: Arc::clone(&setup.name),
        journal: setup.journal.clone(),
        preopens: setup.preopens.clone(),
        allowed: Arc::clone(&setup.allowed),
        outbound: setup.outbound.clone(),
        variables: Arc::clone(&setup.variables),
        memory: setup.limits.memory,
    };
    Ok(ProxyHandler::new(Workers { ready, template, limits: setup.limits.clone() }))
}

/// Keeps the permit until the last byte of the body was sent.
fn hold(permit: OwnedSemaphorePermit, body: WasiBody) -> WasiBody {
    body.map_err(move |error| {
        let _held = &permit;
        error
    })
    .boxed_unsync()
}
