//! What every request goes through, one layer each, so that a handler deals only with its subject.

mod admit;
mod authenticate;
mod limit_time;
mod log;
mod measure;
mod render;
mod trace;

pub(super) use admit::{Permit, admit};
pub(super) use authenticate::authenticate;
pub(super) use limit_time::limit_time;
pub(super) use log::log;
pub(super) use measure::measure;
pub(super) use render::render;
pub(super) use trace::trace;
