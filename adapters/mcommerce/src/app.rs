//! The running application: components and the routes to them.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};

use application::{Route, Router, StaticResponse, Target};
use async_trait::async_trait;
use http::{Request, Response};
use mcommerce_telemetry::{SpanExt as _, Traceparent, method_name, traceparent_from};
use tracing::Span;
use wasmtime_wasi_http::WasiBody;

use crate::outbound::Neighbours;
use crate::route_headers::RouteHeaders;
use crate::runtime::Component;
use crate::server::Problem;
use crate::static_response;

pub struct App {
    components: BTreeMap<String, Component>,
    router: Router<Handler>,
    chaining: RouteHeaders,
}

struct Handler {
    responder: Responder,
    headers: RouteHeaders,
}

enum Responder {
    Component(String),
    Static(StaticResponse),
}

/// The peer of requests that come from within the process.
const NOBODY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

impl App {
    pub fn new(components: impl IntoIterator<Item = Component>, routes: &[(Route, Target)]) -> Self {
        let components =
            components.into_iter().map(|component| (component.name().to_owned(), component)).collect();
        let handler = |(route, target): &(Route, Target)| {
            let responder = match target {
                Target::Component(name) => Responder::Component(name.to_string()),
                Target::Static(response) => Responder::Static(response.clone()),
            };
            (route.clone(), Handler { responder, headers: RouteHeaders::for_route(route.as_str()) })
        };
        Self {
            components,
            router: routes.iter().map(handler).collect(),
            chaining: RouteHeaders::for_chaining(),
        }
    }

    pub fn component(&self, name: &str) -> Option<&Component> {
        self.components.get(name)
    }

    pub fn components(&self) -> impl Iterator<Item = &Component> {
        self.components.values()
    }

    /// Routes a request, whose URI must be absolute, by its path. The span is named after the route.
    pub async fn route(
        &self,
        mut request: Request<WasiBody>,
        peer: SocketAddr,
        span: &Span,
    ) -> Result<Response<WasiBody>, Problem> {
        let uri = request.uri().clone();
        let found = self.router.route(uri.path()).ok_or(Problem::NotFound)?;
        if !span.is_disabled() {
            let route = found.route.as_str();
            span.rename(|| format!("{} {route}", method_name(request.method())));
            span.record("http.route", route);
        }
        match &found.value.responder {
            Responder::Component(name) => {
                let component = self.components.get(name).ok_or(Problem::NotFound)?;
                found.value.headers.add(&found, request.headers_mut(), &uri, peer);
                Ok(component.call(request).await?)
            }
            Responder::Static(response) => Ok(static_response::answer(response)),
        }
    }

    /// Routes a request that comes from within the process.
    pub async fn route_inside(&self, request: Request<WasiBody>) -> Result<Response<WasiBody>, Problem> {
        self.route(request, NOBODY, &Span::none()).await
    }
}

#[async_trait]
impl Neighbours for App {
    async fn call(&self, component: &str, mut request: Request<WasiBody>) -> Option<Response<WasiBody>> {
        let component = self.components.get(component)?;
        let uri = request.uri().clone();
        self.chaining.add_common(request.headers_mut(), &uri, uri.path(), NOBODY);
        let trace = traceparent_from(request.headers());
        let answered = component.call(request).await;
        Some(
            answered.unwrap_or_else(|error| {
                Problem::from(error).response(trace.as_ref().map(Traceparent::trace_id))
            }),
        )
    }
}
