use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;

/// A page of a list, and how much there is in all.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// What is on this page.
    pub items: Vec<T>,
    /// Which page this is, from 1.
    pub page: u32,
    /// How many items a page holds at the most.
    pub limit: u32,
    /// How many items there are on all pages.
    pub total: u64,
}

/// Which page, from 1 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageNumber(u32);

impl PageNumber {
    /// A page from 1 to 100.
    #[must_use]
    pub fn new(page: u32) -> Option<Self> {
        (1..=100).contains(&page).then_some(Self(page))
    }

    /// From 1.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }

    /// How many items come before this page.
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

impl<'de> Deserialize<'de> for PageNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(u32::deserialize(deserializer)?).ok_or_else(|| de::Error::custom("must be 1 to 100"))
    }
}
