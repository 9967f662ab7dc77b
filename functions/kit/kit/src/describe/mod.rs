//! What the signatures of endpoints say: operations of the OpenAPI document, variables, events. Natively only.

mod answers;
mod arguments;
mod component;
mod operation;
mod problem_code;

pub use component::Component;
pub use operation::{Describe, Operation};
pub use problem_code::ProblemCode;
