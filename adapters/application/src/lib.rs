//! The application that `spin.toml`, `functions/*/domain.toml` and `adapters/*/adapter.toml` describe.
//!
//! [`Application::load`] is the only reader of these files. It checks them against each other and reports every fault by
//! file and key, so users of an [`Application`] (`mcommerce`, the bridge, the generator, tests) need not check again.
//! This crate knows nothing about a particular shop.

#![warn(missing_docs)]

mod adapter;
mod application;
mod checks;
mod collection;
mod declarations;
mod domain;
mod fault;
mod grants;
mod manifest;
mod name;
mod outbound;
mod period;
mod quantity;
mod routes;
mod stanza;
mod subscription;

pub use adapter::Adapter;
pub use application::{App, Application, BRIDGE_TOKEN, BRIDGE_URL, TOKEN_KEY, token_variable};
pub use collection::{Collection, Collections, CollectionsError, Index};
pub use declarations::{Client, Declarations, DeclarationsError, Schedule};
pub use domain::{Deploy, Domain, DomainCollection, Scale, ScaleByQueue};
pub use fault::{Fault, Refused};
pub use grants::{Access, BlobAccess, Grant, Grants};
pub use manifest::{
    BuildStep, Component, Manifest, MissingVariables, MountPoint, Sources, StaticResponse, Target, Template,
    Variable, Variables, environment_name,
};
pub use name::{InvalidName, Name};
pub use outbound::{HttpsHost, OutboundHost};
pub use period::{InvalidPeriod, Period};
pub use quantity::{Cores, Memory};
pub use routes::{Audience, Route, RouteMatch, Router, Segment};
pub use stanza::{Caller, Environment, Retries, Stanza, Stream};
pub use subscription::{Consumption, ConsumptionError, Subscription, Subscriptions};
