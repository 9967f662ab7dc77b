//! What the orders service refuses.

use values::{FieldError, Refusal};

/// Why an order is not placed.
#[derive(Clone, Debug, PartialEq, thiserror::Error, Refusal)]
pub enum NotPlaced {
    /// Each item that is not for sale is named.
    #[error("Some items are not for sale.")]
    #[refusal(UnprocessableContent, code = "invalid_fields")]
    NotSold(Vec<FieldError>),
    /// Each short item is named.
    #[error("Fewer are left than you want.")]
    #[refusal(Conflict)]
    OutOfStock(Vec<FieldError>),
}

/// Why an order is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Refusal)]
pub enum NoSuchOrder {
    /// There is no such order, or it is not the caller's.
    #[error("There is no such order.")]
    #[refusal(NotFound)]
    NotFound,
}

/// Why a payment does not settle an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Refusal)]
pub enum NotSettled {
    #[error("There is no such order.")]
    #[refusal(NotFound)]
    NotFound,
    #[error("This is not what the order costs.")]
    #[refusal(Conflict)]
    WrongAmount,
}
