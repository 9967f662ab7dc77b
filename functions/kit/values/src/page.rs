use crate::field::FieldFault;
use crate::text::parse_within;

/// The number of a page, 1 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageNumber(u32);

impl PageNumber {
    const LAST: u32 = 100;

    /// Parses a number from 1 to 100.
    pub fn parse(text: &str) -> Result<Self, FieldFault> {
        parse_within(text, 1..=Self::LAST).map(Self)
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }

    /// The number of items on the pages before this one.
    #[must_use]
    pub fn skip(self, limit: u32) -> u32 {
        (self.0 - 1).saturating_mul(limit)
    }
}

impl Default for PageNumber {
    fn default() -> Self {
        Self(1)
    }
}
