//! Runs a component that misbehaves, and checks what its caller sees, what others see and what is logged.
//!
//! Build the component with `cargo build --profile function --target wasm32-wasip2 -p misbehaving`.

mod files_and_variables;
mod hidden_paths;
mod http_rules;
mod mails;
mod misbehaviour;
mod numbers;
mod outbound;
mod support;
mod swapping;
