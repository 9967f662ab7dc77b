use values::Refusal;

/// Why a product is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Refusal)]
pub enum NoSuchProduct {
    #[error("There is no such product.")]
    #[refusal(NotFound)]
    NotFound,
}
