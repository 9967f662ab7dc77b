//! The host with a component that misbehaves: what a caller sees, what others see, what is logged.
//!
//! The component comes from `cargo build --profile function --target wasm32-wasip2 -p misbehaving`.

mod files_and_variables;
mod hidden_paths;
mod http_rules;
mod mails;
mod misbehaviour;
mod numbers;
mod outbound;
mod support;
mod swapping;
