//! What every request goes through, one layer each, so that a handler deals only with its subject.

mod admit;
mod around;
mod authenticate;
mod limit_time;
mod log;
mod measure;
mod render;
mod trace;

pub(super) use admit::{Admit, Permit};
pub(super) use around::AroundLayer;
pub(super) use authenticate::Authenticate;
pub(super) use limit_time::limit_time;
pub(super) use log::Log;
pub(super) use measure::Measure;
pub(super) use render::Render;
pub(super) use trace::Trace;
