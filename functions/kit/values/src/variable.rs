use std::fmt::Display;

use crate::secret::Secret;

/// A type that a component's variable is parsed into, once an instance.
pub trait Variable: Sized + Send + Sync + 'static {
    /// Whether the variable must be declared as secret.
    const IS_SECRET: bool = false;

    /// Parses the text of the variable. The error must not repeat the text.
    fn parse(text: String) -> Result<Self, impl Display>;
}

impl Variable for String {
    fn parse(text: String) -> Result<Self, impl Display> {
        Ok::<_, std::convert::Infallible>(text)
    }
}

impl Variable for Secret {
    const IS_SECRET: bool = true;

    fn parse(text: String) -> Result<Self, impl Display> {
        Self::parse(text)
    }
}

impl Variable for bool {
    fn parse(text: String) -> Result<Self, impl Display> {
        text.parse::<Self>()
    }
}

impl Variable for u16 {
    fn parse(text: String) -> Result<Self, impl Display> {
        text.parse::<Self>()
    }
}
