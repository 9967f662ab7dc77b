use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use values::FieldFault;

/// How many of one variant are bought: 1 to 99.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "i64", into = "i64")]
#[schema(value_type = u32, minimum = 1, maximum = 99, example = 2)]
pub struct Quantity(u32);

/// A number that is not a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 99")]
pub struct InvalidQuantity;

impl Quantity {
    const MAX: u32 = 99;

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<i64> for Quantity {
    type Error = InvalidQuantity;

    fn try_from(count: i64) -> Result<Self, InvalidQuantity> {
        match u32::try_from(count) {
            Ok(count @ 1..=Self::MAX) => Ok(Self(count)),
            _ => Err(InvalidQuantity),
        }
    }
}

impl From<Quantity> for i64 {
    fn from(quantity: Quantity) -> Self {
        quantity.0.into()
    }
}

impl From<InvalidQuantity> for FieldFault {
    fn from(_: InvalidQuantity) -> Self {
        Self::range(1, Quantity::MAX.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_1_to_99() {
        for bad in [i64::MIN, -1, 0, 100, i64::MAX] {
            assert_eq!(Quantity::try_from(bad), Err(InvalidQuantity), "{bad} was accepted");
        }
        assert_eq!(Quantity::try_from(99).map(Quantity::get), Ok(99));
        assert_eq!(Quantity::try_from(1).map(Quantity::get), Ok(1));
    }
}
