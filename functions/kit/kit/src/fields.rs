use std::fmt::Display;

use serde::Serialize;
use utoipa::ToSchema;

use crate::Problem;

/// A field at fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where it is in the body or the query: `items[0].quantity`.
    #[schema(example = "items[0].quantity")]
    pub field: String,
    /// What is wrong, for a program: `invalid`, `missing`, `unknown`, `out_of_stock`.
    pub code: &'static str,
    /// What is wrong, for a person.
    pub message: String,
}

impl FieldError {
    /// A field whose value is not valid.
    pub fn invalid(field: impl Into<String>, message: impl Display) -> Self {
        Self { field: field.into(), code: "invalid", message: message.to_string() }
    }
}

/// Collects what is wrong with an input, so that one answer names every field.
#[derive(Debug, Default)]
pub struct Faults(Vec<FieldError>);

impl Faults {
    /// None so far.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The value, or `None` with the field noted.
    pub fn take<T, E: Display>(&mut self, field: &str, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|error| self.0.push(FieldError::invalid(field, error))).ok()
    }

    /// What an optional text says, if it is there; `None` with the field noted if it can't be parsed.
    pub fn optional<'a, T, E: Display>(
        &mut self,
        field: &str,
        text: Option<&'a str>,
        parse: impl FnOnce(&'a str) -> Result<T, E>,
    ) -> Option<T> {
        self.take(field, text.map(parse).transpose()).flatten()
    }

    /// Notes a field.
    pub fn add(&mut self, error: FieldError) {
        self.0.push(error);
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The problem that names every noted field; where none is noted, an invalid body as a whole.
    #[must_use]
    pub fn into_problem(self) -> Problem {
        Problem::invalid(self.0)
    }

    /// Refuses if anything is wrong.
    pub fn finish(self) -> Result<(), Problem> {
        if self.0.is_empty() { Ok(()) } else { Err(self.into_problem()) }
    }
}

/// Text of a person's making, trimmed, with a limit on its characters and without control characters.
#[derive(Clone, Copy, Debug)]
pub struct Limited {
    /// The fewest characters.
    pub min: usize,
    /// The most characters.
    pub max: usize,
}

impl Limited {
    /// The trimmed text.
    pub fn parse(self, text: &str) -> Result<String, String> {
        let text = text.trim();
        let length = text.chars().count();
        if length < self.min || length > self.max {
            return Err(format!("must be {} to {} characters", self.min, self.max));
        }
        if text.chars().any(char::is_control) {
            return Err("must not hold control characters".into());
        }
        Ok(text.to_owned())
    }
}
