//! What every function stands on.
//!
//! An endpoint names its handlers with [`component!`]; they take what they need as extractors
//! ([`Context`], [`Json`], [`Caller`], [`IdempotencyKey`], [`Event`]), ask the bridge, and answer with a value or a
//! [`Problem`]. Nothing else in a function knows about Spin: natively, the same code compiles against a host
//! that is not there, which is how the OpenAPI document and the rules are tested without Wasm.

#![warn(missing_docs)]

mod bridge;
mod caller;
mod context;
mod decode;
mod document;
mod email;
mod etag;
mod event;
mod fields;
mod host;
mod id;
mod idempotency;
mod json;
mod log;
mod moment;
mod money;
mod page;
mod parameter;
mod problem;
mod quota;
mod secret;
mod serve;
mod service;
mod text;
mod token;
mod trace;

pub use bridge::{Answers, Bridge, BridgeError, Collection, Found, Transaction, path, to_bson};
#[doc(hidden)]
pub use bson::Document;
pub use caller::{Account, Caller, Claims, ISSUER, Permission, Role, SignedIn, UserId, bearer};
pub use context::Context;
pub use decode::Undecodable;
#[doc(hidden)]
pub use decode::decode_document;
#[doc(hidden)]
pub use document::make_document;
pub use document::{FromDocument, ToDocument};
pub use email::{EmailAddress, NoEmailAddress};
pub use etag::{etag, is_known, tagged};
pub use event::Event;
pub use fields::{Faults, FieldError, Limited};
pub use host::{Compiled, parsed_variable, pause, secret, variable};
pub use id::{Id, UnknownId};
pub use idempotency::{IdempotencyKey, fingerprint};
pub use json::{Input, Json, Search};
pub use log::{Level, log};
pub use moment::Moment;
pub use money::{Currency, Money, MoneyError};
pub use page::{Page, PageNumber};
pub use parameter::Parameter;
#[doc(hidden)]
pub use pastey::paste as pasted;
pub use problem::{Problem, ProblemBody};
pub use quota::{Allowance, Quota, Tally};
pub use secret::{EmptySecret, Secret, random_bytes};
#[cfg(target_arch = "wasm32")]
pub use serve::{HostAnswer, serve};
pub use serve::{complete, routes, serve_at};
pub use service::{Service, ServiceAnswer, function_token};
pub use text::{Locale, LocalizedText};
pub use token::{NoTokenKey, TokenKey, access_claims, verify};
pub use trace::Trace;

/// Makes handlers the Wasm component's: each is served at the path and by the method that its `utoipa::path` names. The
/// router is built once an instance and shared by its requests.
///
/// `kit::component!(pay, payment_by_id);` defines `routes()`, and natively `Document`, which says of the handlers what
/// their annotations do.
#[macro_export]
macro_rules! component {
    ($($handler:ident),+ $(,)?) => {
        /// The component's routes.
        pub fn routes() -> ::axum::Router {
            let routes = $crate::routes();
            $crate::pasted! { $(let routes = $crate::serve_at::<[<__path_ $handler>], _, _>(routes, $handler);)+ }
            routes
        }

        /// What the handlers' annotations say.
        #[cfg(not(target_arch = "wasm32"))]
        #[derive(::utoipa::OpenApi)]
        #[openapi(paths($($handler),+))]
        pub struct Document;

        #[cfg(target_arch = "wasm32")]
        mod component {
            #![allow(unsafe_code, reason = "the export is generated code")]

            #[::spin_sdk::http_service]
            async fn handle(request: ::spin_sdk::http::Request) -> $crate::HostAnswer {
                static ROUTER: ::std::sync::OnceLock<::axum::Router> = ::std::sync::OnceLock::new();
                let router = ROUTER.get_or_init(|| $crate::complete(super::routes()));
                $crate::serve(router, request).await
            }
        }
    };
}
