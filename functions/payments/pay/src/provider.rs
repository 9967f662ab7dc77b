use kit::Problem;
use payments_model::{Charge, Charged, Provider, ProviderError, TestProvider};

/// The provider that the variable `payment_provider` names.
pub(super) enum Configured {
    Test(TestProvider),
}

impl Configured {
    pub(super) fn by_name(name: &str) -> Result<Self, Problem> {
        match name {
            "test" => Ok(Self::Test(TestProvider)),
            _ => Err(Problem::internal("variable payment_provider names none")),
        }
    }
}

impl Provider for Configured {
    fn name(&self) -> &'static str {
        match self {
            Self::Test(provider) => provider.name(),
        }
    }

    async fn charge(&self, charge: Charge<'_>) -> Result<Charged, ProviderError> {
        match self {
            Self::Test(provider) => provider.charge(charge).await,
        }
    }
}
