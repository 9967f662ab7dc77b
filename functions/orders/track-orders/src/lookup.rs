use contracts::orders::OrderNumber;
use protocol::{Filter, path};
use serde::Deserialize;
use utoipa::ToSchema;
use values::{EmailAddress, FieldFaults, Invalid};

/// What a guest knows of an order.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GuestLookup {
    #[schema(example = "MC-7F3K-92QD")]
    number: String,
    /// The address it was placed with.
    #[schema(format = "email")]
    email: String,
}

/// A valid [`GuestLookup`].
pub(super) struct Lookup {
    number: OrderNumber,
    email: EmailAddress,
}

impl Lookup {
    pub(super) fn parse(lookup: &GuestLookup) -> Result<Self, Invalid> {
        let mut faults = FieldFaults::new();
        let number = faults.take("number", lookup.number.parse());
        let email = faults.take("email", lookup.email.parse());
        faults.finish_with(number.zip(email).map(|(number, email)| Self { number, email }))
    }

    /// Matches the order if it is a guest's.
    pub(super) fn filter(&self) -> Filter {
        Filter::Eq(path("number"), (&self.number).into())
            .and(Filter::Eq(path("buyer.email"), (&self.email).into()))
            .and(Filter::Exists(path("buyer.userId"), false))
    }
}
