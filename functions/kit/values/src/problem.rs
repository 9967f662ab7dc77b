use std::convert::Infallible;
use std::fmt;
use std::marker::PhantomData;

use protocol::Unencodable;

use crate::fault::Fault;
use crate::field::{FieldError, Invalid};
use crate::refusal::{Refusal, Refused, Status};
use crate::secret::NoRandomness;

/// An answer that is not a success, as an endpoint returns it: one of the refusals `R`, invalid fields, or a fault.
/// <https://www.rfc-editor.org/rfc/rfc9457>
///
/// What the client reads and what the log gets are kept apart: the reason of a fault is only for the log.
pub struct Problem<R = Infallible> {
    told: Box<Told>,
    refusal: PhantomData<fn() -> R>,
}

#[derive(Clone, Debug)]
struct Told {
    refused: Refused,
    reason: Option<String>,
    set_cookie: Option<String>,
}

impl<R> Problem<R> {
    fn new(refused: Refused, reason: Option<String>) -> Self {
        Self { told: Box::new(Told { refused, reason, set_cookie: None }), refusal: PhantomData }
    }

    /// Refuses for a reason that the type need not name, because the arguments of the endpoint imply it.
    pub fn refuse(refusal: impl Refusal) -> Self {
        Self::new(refusal.into_refused(), None)
    }

    /// Sets a cookie along with the refusal; takes the text of a `Set-Cookie` header.
    #[must_use]
    pub fn with_cookie(mut self, set_cookie: String) -> Self {
        self.told.set_cookie = Some(set_cookie);
        self
    }

    /// The same problem, whichever refusals it was one of.
    #[must_use]
    pub fn erase<S>(self) -> Problem<S> {
        Problem { told: self.told, refusal: PhantomData }
    }

    /// What the client is told.
    #[must_use]
    pub fn refused(&self) -> &Refused {
        &self.told.refused
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> Status {
        self.told.refused.status
    }

    /// What went wrong, for a program.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.told.refused.code
    }

    /// The fields at fault.
    #[must_use]
    pub fn fields(&self) -> &[FieldError] {
        &self.told.refused.fields
    }

    /// The reason of a fault, which only the log may hold.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.told.reason.as_deref()
    }

    /// The text of a `Set-Cookie` header to send along.
    #[must_use]
    pub fn set_cookie(&self) -> Option<&str> {
        self.told.set_cookie.as_deref()
    }
}

impl<R> Clone for Problem<R> {
    fn clone(&self) -> Self {
        Self { told: self.told.clone(), refusal: PhantomData }
    }
}

impl<R> fmt::Debug for Problem<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.told.fmt(f)
    }
}

impl<R: Refusal> From<R> for Problem<R> {
    fn from(refusal: R) -> Self {
        Self::refuse(refusal)
    }
}

impl<R> From<Invalid> for Problem<R> {
    fn from(invalid: Invalid) -> Self {
        Self::new(
            Refused {
                status: Status::UnprocessableContent,
                code: "invalid_fields",
                detail: "Some fields are not valid.".into(),
                fields: invalid.into_fields(),
                retry_after: None,
            },
            None,
        )
    }
}

impl<R> From<Unencodable> for Problem<R> {
    fn from(error: Unencodable) -> Self {
        Fault::from(error).into()
    }
}

impl<R> From<NoRandomness> for Problem<R> {
    fn from(error: NoRandomness) -> Self {
        Fault::from(error).into()
    }
}

impl<R> From<Fault> for Problem<R> {
    fn from(fault: Fault) -> Self {
        const RETRY_AFTER: std::time::Duration = std::time::Duration::from_secs(2);
        let told = |status, code, detail: &str, retry_after| Refused {
            status,
            code,
            detail: detail.into(),
            fields: Vec::new(),
            retry_after,
        };
        match fault {
            Fault::Unavailable(reason) => Self::new(
                told(
                    Status::ServiceUnavailable,
                    "unavailable",
                    "The shop is not available right now. Please try again.",
                    Some(RETRY_AFTER),
                ),
                Some(reason),
            ),
            Fault::Internal(reason) => Self::new(
                told(
                    Status::Internal,
                    "internal",
                    "Something went wrong on our side. Please try again.",
                    None,
                ),
                Some(reason),
            ),
        }
    }
}
