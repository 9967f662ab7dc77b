use std::collections::BTreeMap;
use std::fmt;

use super::schema::RawVariable;
use super::template::is_variable_name;

/// A variable as the manifest declares it.
#[derive(Clone, Debug)]
pub struct Variable {
    /// What it is for.
    pub description: String,
    /// The value it has unless another is given; `None` if Spin itself is to refuse a start without one.
    pub default: Option<String>,
    /// Whether its value must not be seen.
    pub secret: bool,
}

/// The values of the application's variables. They do not print.
#[derive(Clone, Default)]
pub struct Variables(BTreeMap<String, String>);

/// Where values come from, the first that has one wins; after them comes the manifest's default.
#[derive(Clone, Default)]
pub struct Sources {
    /// What the host itself decides: addresses that it has just bound.
    pub decided: BTreeMap<String, String>,
    /// The process' environment, of which `SPIN_VARIABLE_<NAME>` counts.
    pub environment: BTreeMap<String, String>,
    /// What the host presumes of itself unless it is told otherwise: its address as browsers know it.
    pub presumed: BTreeMap<String, String>,
    /// What was made and kept at the first start.
    pub kept: BTreeMap<String, String>,
}

/// These variables are needed and have no value, or an empty one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no value for the variable{} {}: set {}", if names.len() == 1 { "" } else { "s" },
    names.join(", "), names.iter().map(|name| environment_name(name)).collect::<Vec<_>>().join(", ")
)]
pub struct MissingVariables {
    /// Their names.
    pub names: Vec<String>,
}

impl Variable {
    pub(super) fn parse(name: &str, raw: RawVariable) -> Result<Self, String> {
        if !is_variable_name(name) {
            return Err(
                "is not a variable name: lower-case letters, digits and single underscores".to_owned()
            );
        }
        match (&raw.default, raw.required) {
            (Some(_), true) => Err("is required and has a default".to_owned()),
            (None, false) => Err("is neither required nor has a default".to_owned()),
            _ => Ok(Self { description: raw.description, default: raw.default, secret: raw.secret }),
        }
    }

    /// Whether a component that reads it needs a value from outside: it has no default, or an empty one.
    pub fn needs_value(&self) -> bool {
        self.default.as_deref().unwrap_or_default().is_empty()
    }
}

impl Variables {
    /// The values of the variables that are declared. Whoever runs components checks with [`Self::require`] that those
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

    /// Refuses variables without a value, or with a blank one; all of them are named at once.
    pub fn require<'a>(&self, needed: impl IntoIterator<Item = &'a str>) -> Result<(), MissingVariables> {
        let empty = |name: &&str| self.get(name).unwrap_or_default().trim().is_empty();
        let names: Vec<String> = needed.into_iter().filter(empty).map(str::to_owned).collect();
        if names.is_empty() { Ok(()) } else { Err(MissingVariables { names }) }
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// The environment variable that sets a variable: `SPIN_VARIABLE_BRIDGE_URL` for `bridge_url`.
pub fn environment_name(name: &str) -> String {
    format!("SPIN_VARIABLE_{}", name.to_ascii_uppercase())
}
