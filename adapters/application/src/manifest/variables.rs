use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::schema::RawVariable;
use super::template::is_variable_name;

/// A variable in the manifest.
#[derive(Clone, Debug)]
pub struct Variable {
    /// What the variable is for.
    pub description: String,
    /// The default value; `None` if Spin is to refuse to start without a value.
    pub default: Option<String>,
    /// Whether the value must be kept secret.
    pub secret: bool,
}

/// The values of the application's variables. `Debug` does not print them.
#[derive(Clone, Default)]
pub struct Variables(BTreeMap<String, String>);

/// Where values come from, by descending priority. The manifest's default comes last.
#[derive(Clone, Default)]
pub struct Sources {
    /// Values that `mcommerce` sets: addresses that it has bound.
    pub decided: BTreeMap<String, String>,
    /// The process environment, where `SPIN_VARIABLE_<NAME>` sets a variable.
    pub environment: BTreeMap<String, String>,
    /// Values that `mcommerce` assumes unless the environment overrides them: the address that browsers use.
    pub presumed: BTreeMap<String, String>,
    /// Values that were generated at the first start.
    pub kept: BTreeMap<String, String>,
}

/// Required variables are unset or blank.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no value for the variable{} {}: set {}", if names.len() == 1 { "" } else { "s" },
    names.join(", "), names.iter().map(|name| environment_name(name)).collect::<Vec<_>>().join(", ")
)]
pub struct MissingVariables {
    /// The variables' names.
    pub names: Vec<String>,
}

impl Variable {
    pub(super) fn parse(name: &str, raw: RawVariable) -> Result<Self, String> {
        if !is_variable_name(name) {
            return Err(
                "is not a variable name: use lower-case letters, digits and single underscores".to_owned()
            );
        }
        match (&raw.default, raw.required) {
            (Some(_), true) => Err("must not have a default if it is required".to_owned()),
            (None, false) => Err("must have a default or be required".to_owned()),
            _ => Ok(Self { description: raw.description, default: raw.default, secret: raw.secret }),
        }
    }

    /// Whether components that read the variable need a value from outside, because its default is missing or empty.
    pub fn needs_value(&self) -> bool {
        self.default.as_deref().unwrap_or_default().is_empty()
    }
}

impl Variables {
    /// Finds a value for each declared variable. Call [`Self::require`] before running components, which checks that those
    /// they need have one.
    pub fn resolve(declared: &BTreeMap<String, Variable>, sources: &Sources) -> Self {
        let value = |(name, variable): (&String, &Variable)| {
            let value = sources
                .decided
                .get(name)
                .or_else(|| sources.environment.get(&environment_name(name)))
                .or_else(|| sources.presumed.get(name))
                .or_else(|| sources.kept.get(name))
                .or(variable.default.as_ref())?;
            Some((name.clone(), value.clone()))
        };
        Self(declared.iter().filter_map(value).collect())
    }

    /// Fails if any of these variables is unset or blank, naming each such variable once.
    pub fn require<'a>(&self, needed: impl IntoIterator<Item = &'a str>) -> Result<(), MissingVariables> {
        let needed: BTreeSet<&str> = needed.into_iter().collect();
        let is_blank = |name: &&str| self.get(name).unwrap_or_default().trim().is_empty();
        let names: Vec<String> = needed.into_iter().filter(is_blank).map(str::to_owned).collect();
        if names.is_empty() { Ok(()) } else { Err(MissingVariables { names }) }
    }

    /// Looks up the value of a variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Iterates over names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// The environment variable that sets a variable: `SPIN_VARIABLE_BRIDGE_URL` sets `bridge_url`.
pub fn environment_name(name: &str) -> String {
    format!("SPIN_VARIABLE_{}", name.to_ascii_uppercase())
}
