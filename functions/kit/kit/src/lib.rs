//! What every endpoint stands on.
//!
//! An endpoint is a function under [`macro@endpoint`], which [`component!`] makes part of a component. Its arguments are what
//! it needs ([`Bridge`], [`Caller`], [`Input`], [`IdempotencyKey`], [`Event`] …) and its result is what it answers ([`Json`],
//! [`CreatedOrExisting`], [`NoContent`] …) or a [`values::Problem`] with the refusals of its domain. Routes, refusals of
//! arguments and the OpenAPI document follow from the signature.
//!
//! ```
//! use kit::{Bridge, Json, Parameter};
//! use protocol::Filter;
//! use values::{Problem, Refusal};
//!
//! #[derive(Debug, thiserror::Error, Refusal)]
//! pub enum NoSuchThing {
//!     #[error("There is no such thing.")]
//!     #[refusal(NotFound)]
//!     NotFound,
//! }
//!
//! kit::component!(get_thing);
//!
//! /// A thing.
//! #[kit::endpoint(GET "/api/things/{id}")]
//! pub async fn get_thing(
//!     _: Bridge,
//!     Parameter(_): Parameter<values::Id<()>>,
//! ) -> Result<Json<String>, Problem<NoSuchThing>> {
//!     Err(NoSuchThing::NotFound.into())
//! }
//!
//! # fn main() {
//! assert!(describe().codes(|_| true).contains("not_found"));
//! # }
//! ```
//!
//! The status of a refusal is 4xx or 5xx, whatever else is written:
//!
//! ```compile_fail,E0599
//! use values::Refusal;
//!
//! #[derive(Debug, thiserror::Error, Refusal)]
//! pub enum NoSuchThing {
//!     #[error("There is no such thing.")]
//!     #[refusal(Ok)]
//!     NotFound,
//! }
//! ```
//!
//! An event that `component!` does not list can't be emitted:
//!
//! ```compile_fail,E0599
//! use contracts::orders::ExpiryDue;
//! use kit::NoContent;
//! use protocol::Transaction;
//!
//! kit::component!(do_nothing);
//!
//! #[kit::endpoint(POST "/api/nothing")]
//! pub fn do_nothing() -> NoContent {
//!     let _ = Transaction::new().emit(&ExpiryDue {});
//!     NoContent
//! }
//!
//! # fn main() {}
//! ```
//!
//! Nothing else in a function knows about Spin: natively, the same code compiles against a host that is not there, which is
//! how its signatures are read.

#![warn(missing_docs)]

mod answer;
mod bridge;
mod caller;
mod context;
mod cookies;
#[cfg(not(target_arch = "wasm32"))]
pub mod describe;
mod endpoint;
mod etag;
mod event;
mod host;
mod idempotency;
mod json;
mod log;
mod method;
mod network;
mod once;
mod parameter;
mod problem;
mod quota;
mod serve;
mod service;
mod token;
mod trace;
mod variable;

pub use answer::{Answer, Created, CreatedOrExisting, Json, NoContent, WithCookie};
pub use axum::Router;
pub use axum::response::Response;
pub use bridge::{Answers, Bridge, BridgeError, BridgeProbe};
pub use caller::{Caller, Neighbour, OrderAsker, Permitted, SignedIn};
pub use context::Context;
pub use cookies::Cookies;
pub use endpoint::Endpoint;
pub use etag::{IfNoneMatch, Tagged, etag};
pub use event::Event;
pub use host::{Compiled, pause};
pub use idempotency::IdempotencyKey;
pub use json::{Input, Search};
pub use kit_macros::endpoint;
pub use log::Level;
pub use method::Method;
pub use network::ClientNetwork;
pub use once::{Attempt, Once, Outcome};
pub use parameter::Parameter;
#[doc(hidden)]
pub use pastey::paste as pasted;
pub use problem::Rejection;
pub use quota::spend;
#[cfg(target_arch = "wasm32")]
pub use serve::{HostAnswer, serve};
pub use serve::{routes, serve_at};
pub use service::{Service, ServiceAnswer};
pub use token::access_claims;
pub use variable::read_variable;

#[doc(hidden)]
pub use axum::extract::FromRequestParts;
#[doc(hidden)]
pub use contracts::Event as EventType;
#[doc(hidden)]
pub use http::request::Parts;
#[doc(hidden)]
pub use protocol::Transaction;

/// Makes endpoints a component: `kit::component!(pay, get_payment; variables = { order_secret: Secret }; emits =
/// [OrderCreated]);`
///
/// The variables become the struct `Variables`, which endpoints take as `&'static Variables`; they are read once an instance.
/// Events that are listed can be emitted: the macro adds `emit` to [`protocol::Transaction`].
#[macro_export]
macro_rules! component {
    (
        $($endpoint:ident),+
        $(; variables = { $($variable:ident: $type:ty),+ $(,)? })?
        $(; emits = [$($event:ty),+ $(,)?])?
        $(;)?
    ) => {
        #[cfg(target_arch = "wasm32")]
        $crate::pasted! {
            const PATHS: &[&str] = &[$(<[<__endpoint_ $endpoint>] as $crate::Endpoint>::PATH),+];
        }

        fn routes() -> $crate::Router {
            let router = $crate::routes();
            $crate::pasted! {
                $(let router = <[<__endpoint_ $endpoint>] as $crate::Endpoint>::serve(router);)+
            }
            router
        }

        /// What the endpoints' signatures say.
        #[cfg(not(target_arch = "wasm32"))]
        pub fn describe() -> $crate::describe::Component {
            let mut component = $crate::describe::Component::default();
            $crate::pasted! {
                $(<[<__endpoint_ $endpoint>] as $crate::Endpoint>::describe(&mut component);)+
            }
            $($(component.add_emitted::<$event>();)+)?
            component
        }

        $($crate::component!(@variables $($variable: $type),+);)?
        $($crate::component!(@emits $($event),+);)?

        #[cfg(target_arch = "wasm32")]
        mod component {
            #![allow(unsafe_code, reason = "the export is generated code")]

            #[::spin_sdk::http_service]
            async fn handle(request: ::spin_sdk::http::Request) -> $crate::HostAnswer {
                static ROUTER: ::std::sync::OnceLock<$crate::Router> = ::std::sync::OnceLock::new();
                $crate::serve(&ROUTER, super::routes, super::PATHS, request).await
            }
        }
    };
    (@variables $($variable:ident: $type:ty),+) => {
        /// The component's variables.
        pub struct Variables {
            $($variable: $type,)+
        }

        impl<S: Sync> $crate::FromRequestParts<S> for &'static Variables {
            type Rejection = $crate::Rejection;

            async fn from_request_parts(_: &mut $crate::Parts, _: &S) -> Result<Self, $crate::Rejection> {
                static VARIABLES: ::std::sync::OnceLock<Variables> = ::std::sync::OnceLock::new();
                if let Some(variables) = VARIABLES.get() {
                    return Ok(variables);
                }
                let read = Variables {
                    $($variable: $crate::read_variable::<$type>(stringify!($variable)).await?,)+
                };
                Ok(VARIABLES.get_or_init(|| read))
            }
        }

        #[cfg(not(target_arch = "wasm32"))]
        impl $crate::describe::Describe for &'static Variables {
            fn describe(operation: &mut $crate::describe::Operation) {
                $(operation.reads::<$type>(stringify!($variable));)+
            }
        }
    };
    (@emits $($event:ty),+) => {
        /// An event that this component may emit.
        pub trait Emitted: $crate::EventType {}
        $(impl Emitted for $event {})+

        /// Emits events that this component may emit.
        pub trait Emit {
            /// Emits an event when the transaction commits.
            #[must_use]
            fn emit<E: Emitted>(self, event: &E) -> Self;
        }

        impl Emit for $crate::Transaction {
            fn emit<E: Emitted>(self, event: &E) -> Self {
                self.with_event(E::TYPE, $crate::EventType::subject(event), event)
            }
        }
    };
}
