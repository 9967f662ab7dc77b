use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::field::{FieldCode, FieldFault};

/// Text that a person typed: trimmed, within a number of characters, without control characters.
#[derive(Clone, Copy, Debug)]
pub struct Limited {
    /// The fewest characters.
    pub min: usize,
    /// The most characters.
    pub max: usize,
}

impl Limited {
    /// The trimmed text.
    pub fn parse(self, text: &str) -> Result<String, FieldFault> {
        let text = text.trim();
        let length = text.chars().count();
        if length < self.min || length > self.max {
            return Err(FieldFault::length(self.min, self.max));
        }
        if text.chars().any(char::is_control) {
            return Err(FieldFault::new(FieldCode::ControlCharacters, "must not contain control characters"));
        }
        Ok(text.to_owned())
    }
}

/// Parses a whole number within limits, from a query for instance.
pub fn parse_within<N>(text: &str, limits: RangeInclusive<N>) -> Result<N, FieldFault>
where
    N: FromStr + PartialOrd + Copy + Into<i64>,
{
    match text.parse() {
        Ok(number) if limits.contains(&number) => Ok(number),
        _ => Err(FieldFault::range((*limits.start()).into(), (*limits.end()).into())),
    }
}

/// Defines a text that is parsed once and valid from then on: its own type, an error, and the conversions to and from
/// JSON, BSON and the OpenAPI document. `parse` returns the normalised text, or `None` if it is invalid.
///
/// A `hidden` text, which is personal data or a secret, has no `Display`, and its `Debug` does not show it.
///
/// ```ignore
/// values::text! {
///     /// The name of a product in addresses.
///     #[schema(pattern = "^[a-z0-9-]{1,60}$", example = "canvas-tote")]
///     pub shown Slug, parsed by slug,
///     else InvalidSlug: Format, "must be 1 to 60 of a-z, 0-9 and -"
/// }
/// ```
#[macro_export]
macro_rules! text {
    (
        $(#[$meta:meta])*
        pub $show:ident $name:ident, parsed by $parse:path,
        else $invalid:ident: $code:ident, $message:literal
    ) => {
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, ::utoipa::ToSchema)]
        $(#[$meta])*
        #[schema(value_type = String)]
        pub struct $name(String);

        #[doc = concat!("A text that is not a valid [`", stringify!($name), "`].")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, ::thiserror::Error)]
        #[error($message)]
        pub struct $invalid;

        $crate::text!(@$show $name);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $invalid;

            fn from_str(text: &str) -> Result<Self, $invalid> {
                $parse(text).map(Self).ok_or($invalid)
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <::std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(::serde::de::Error::custom)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl From<&$name> for ::protocol::Scalar {
            fn from(text: &$name) -> Self {
                Self::Text(text.0.clone())
            }
        }

        impl From<$invalid> for $crate::FieldFault {
            fn from(_: $invalid) -> Self {
                Self::new($crate::FieldCode::$code, $message)
            }
        }
    };
    (@shown $name:ident) => {
        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Debug::fmt(&self.0, f)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
    (@hidden $name:ident) => {
        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}
