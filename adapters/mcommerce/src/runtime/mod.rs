//! Runs components in Wasmtime, with compiled code cached on disk and instances that serve several requests.

mod call_error;
mod compile;
mod component;
mod engine;
mod limits;
mod state;
mod stdio;
mod variables;
mod worker;

pub use call_error::CallError;
pub use compile::CompileError;
pub use component::{Component, ComponentSetup};
pub use engine::Runtime;
pub use limits::InstanceLimits;
pub use state::Preopen;
