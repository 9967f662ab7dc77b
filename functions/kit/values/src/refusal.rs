//! Refusals: what a client did wrong or came too late for, as types. A domain lists its own in an enum:
//!
//! ```ignore
//! #[derive(Debug, thiserror::Error, Refusal)]
//! pub enum NotPlaced {
//!     /// Each short item is named.
//!     #[error("Fewer are left than you want.")]
//!     #[refusal(Conflict)]
//!     OutOfStock(Vec<FieldError>),
//! }
//! ```
//!
//! The code is the variant's name, `out_of_stock`; the detail is its `Display`; the status can only be one of [`Status`],
//! and the documentation ends up in the OpenAPI document.

use std::convert::Infallible;
use std::time::Duration;

use crate::field::FieldError;

/// The status of a refusal: there is none but 4xx and 5xx.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u16)]
#[expect(missing_docs, reason = "RFC 9110 says what they mean")]
pub enum Status {
    BadRequest = 400,
    Unauthorized = 401,
    PaymentRequired = 402,
    Forbidden = 403,
    NotFound = 404,
    MethodNotAllowed = 405,
    Conflict = 409,
    ContentTooLarge = 413,
    UnsupportedMediaType = 415,
    UnprocessableContent = 422,
    TooManyRequests = 429,
    Internal = 500,
    BadGateway = 502,
    ServiceUnavailable = 503,
    GatewayTimeout = 504,
}

/// Why a request is refused. Derive it with [`macro@crate::Refusal`].
pub trait Refusal: Sized {
    /// What the client is told.
    fn into_refused(self) -> Refused;

    /// Every case, for the OpenAPI document.
    #[cfg(not(target_arch = "wasm32"))]
    fn cases() -> Vec<Case>;
}

/// What the client is told of a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The HTTP status.
    pub status: Status,
    /// Which refusal it is, for a program: `out_of_stock`.
    pub code: &'static str,
    /// Which refusal it is, in English.
    pub detail: String,
    /// The fields at fault, if any.
    pub fields: Vec<FieldError>,
    /// When trying again may help.
    pub retry_after: Option<Duration>,
}

/// A refusal as the OpenAPI document lists it.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Case {
    /// The HTTP status.
    pub status: Status,
    /// Which refusal it is, for a program.
    pub code: &'static str,
    /// When it occurs; may be empty.
    pub about: &'static str,
}

/// What a refusal carries besides its code.
pub trait Particulars {
    /// Adds them to what the client is told.
    fn add_to(self, refused: &mut Refused);
}

impl Particulars for Vec<FieldError> {
    fn add_to(self, refused: &mut Refused) {
        refused.fields.extend(self);
    }
}

impl Particulars for Duration {
    fn add_to(self, refused: &mut Refused) {
        refused.retry_after = Some(self);
    }
}

impl Particulars for String {
    fn add_to(self, _: &mut Refused) {}
}

impl Refusal for Infallible {
    fn into_refused(self) -> Refused {
        match self {}
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn cases() -> Vec<Case> {
        Vec::new()
    }
}

/// A quota is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, crate::Refusal)]
pub enum TooManyRequests {
    /// Until `Retry-After`.
    #[error("There were too many attempts. Please wait and try again.")]
    #[refusal(TooManyRequests)]
    TooManyRequests(Duration),
}
