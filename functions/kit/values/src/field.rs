use std::borrow::Cow;

use serde::Serialize;
use utoipa::ToSchema;

use crate::id::InvalidId;

/// What is wrong with a field. The page has a sentence for each of these, in each of its languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldCode {
    /// Required, and absent.
    Missing,
    /// Not a field of this request.
    Unknown,
    /// Given more than once.
    Repeated,
    /// Another JSON type than the field's, such as text for a number.
    WrongType,
    /// Fewer than `min` or more than `max` characters.
    Length,
    /// Less than `min` or more than `max`.
    Range,
    /// Less than `min`.
    TooSmall,
    /// Fewer than `min` or more than `max` elements.
    Count,
    /// Contains control characters.
    ControlCharacters,
    /// Not of the field's format, or not one of its values.
    Format,
    /// Not an e-mail address.
    Email,
    /// Not a card number.
    CardNumber,
    /// The card has expired.
    CardExpired,
    /// The card was declined.
    CardDeclined,
    /// The card does not cover the amount.
    InsufficientFunds,
    /// One of the passwords that attackers try first.
    CommonPassword,
    /// The password contains the e-mail address.
    PasswordHasEmail,
    /// An account has this e-mail address.
    EmailTaken,
    /// The variant is not for sale.
    NotSold,
    /// Fewer than this are in stock; `max` is what is left.
    OutOfStock,
}

/// A field at fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where it is in the body or the query: `items[0].quantity`.
    #[schema(example = "items[0].quantity")]
    pub field: String,
    /// What is wrong, for a program.
    pub code: FieldCode,
    /// What is wrong, in English.
    pub message: Cow<'static, str>,
    /// The least that is allowed, where the code speaks of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// The most that is allowed, where the code speaks of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
}

/// What is wrong with a value, whichever field holds it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FieldFault {
    code: FieldCode,
    message: Cow<'static, str>,
    min: Option<i64>,
    max: Option<i64>,
}

/// Input that is readable but not valid: 422 `invalid_fields`, with every field at fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("some fields are not valid")]
pub struct Invalid(Vec<FieldError>);

/// Collects the faults of an input, so that one answer names every field.
#[derive(Debug, Default)]
pub struct FieldFaults(Vec<FieldError>);

impl FieldFault {
    /// A fault without limits; the message goes on from the field's name: "must be an e-mail address".
    #[must_use]
    pub const fn new(code: FieldCode, message: &'static str) -> Self {
        Self { code, message: Cow::Borrowed(message), min: None, max: None }
    }

    /// A fault whose message is made up at run time.
    #[must_use]
    pub fn with_message(code: FieldCode, message: String) -> Self {
        Self { code, message: Cow::Owned(message), min: None, max: None }
    }

    /// Too few or too many characters.
    #[must_use]
    pub fn length(min: usize, max: usize) -> Self {
        let limits = |min, max| format!("must be {min} to {max} characters");
        Self::with_message(FieldCode::Length, limits(min, max)).within(to_i64(min), to_i64(max))
    }

    /// Too few or too many elements.
    #[must_use]
    pub fn count(min: usize, max: usize) -> Self {
        let limits = |min, max| format!("must have {min} to {max} elements");
        Self::with_message(FieldCode::Count, limits(min, max)).within(to_i64(min), to_i64(max))
    }

    /// A number that is too small or too large.
    #[must_use]
    pub fn range(min: i64, max: i64) -> Self {
        Self::with_message(FieldCode::Range, format!("must be {min} to {max}")).within(min, max)
    }

    /// A number that is too small.
    #[must_use]
    pub fn at_least(min: i64) -> Self {
        let fault = Self::with_message(FieldCode::TooSmall, format!("must be at least {min}"));
        Self { min: Some(min), ..fault }
    }

    /// More than the `left` that are in stock.
    #[must_use]
    pub fn out_of_stock(left: i64) -> Self {
        let left = left.max(0);
        let message = if left == 0 { "none left".to_owned() } else { format!("only {left} left") };
        let fault = Self::with_message(FieldCode::OutOfStock, message);
        Self { max: Some(left), ..fault }
    }

    /// The fault of this field.
    #[must_use]
    pub fn at(self, field: impl Into<String>) -> FieldError {
        let Self { code, message, min, max } = self;
        FieldError { field: field.into(), code, message, min, max }
    }

    fn within(self, min: i64, max: i64) -> Self {
        Self { min: Some(min), max: Some(max), ..self }
    }
}

fn to_i64(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

impl From<InvalidId> for FieldFault {
    fn from(error: InvalidId) -> Self {
        Self::with_message(FieldCode::Format, error.to_string())
    }
}

impl Invalid {
    /// An input with one field at fault.
    pub fn field(field: impl Into<String>, fault: impl Into<FieldFault>) -> Self {
        Self(vec![fault.into().at(field)])
    }

    /// The same faults, of fields within another.
    #[must_use]
    pub fn within(mut self, outer: &str) -> Self {
        for error in &mut self.0 {
            error.field = format!("{outer}.{}", error.field);
        }
        self
    }

    /// The fields at fault, at least one.
    #[must_use]
    pub fn fields(&self) -> &[FieldError] {
        &self.0
    }

    /// The fields at fault, at least one.
    #[must_use]
    pub fn into_fields(self) -> Vec<FieldError> {
        self.0
    }
}

impl FieldFaults {
    /// No faults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The value, or `None` with the field noted.
    pub fn take<T, E: Into<FieldFault>>(&mut self, field: &str, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|fault| self.add(field, fault)).ok()
    }

    /// Parses an optional text; `None` if it is absent, or with the field noted if it is invalid.
    pub fn optional<'a, T, E: Into<FieldFault>>(
        &mut self,
        field: &str,
        text: Option<&'a str>,
        parse: impl FnOnce(&'a str) -> Result<T, E>,
    ) -> Option<T> {
        self.take(field, text.map(parse).transpose()).flatten()
    }

    /// Notes a fault.
    pub fn add(&mut self, field: &str, fault: impl Into<FieldFault>) {
        self.0.push(fault.into().at(field));
    }

    /// Refuses the input if a fault was noted.
    pub fn finish(self) -> Result<(), Invalid> {
        if self.0.is_empty() { Ok(()) } else { Err(Invalid(self.0)) }
    }

    /// Returns the parsed input, or names every field at fault. `None` comes of a noted fault.
    ///
    /// # Panics
    ///
    /// If the input is `None` without a fault.
    pub fn finish_with<T>(self, parsed: Option<T>) -> Result<T, Invalid> {
        self.finish()?;
        Ok(parsed.expect("what could not be parsed was noted"))
    }
}
