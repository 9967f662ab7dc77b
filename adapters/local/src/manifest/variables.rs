use std::collections::BTreeMap;
use std::fmt;

use super::schema::RawVariable;
use super::template::is_variable_name;
use super::{Manifest, ManifestError};

/// A variable as the manifest declares it.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// The value it has unless another is given.
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

impl Declaration {
    pub(super) fn parse(name: &str, raw: RawVariable) -> Result<Self, String> {
        if !is_variable_name(name) {
            return Err(format!("{name:?} is no variable name"));
        }
        match (&raw.default, raw.required) {
            (Some(_), true) => Err(format!("the variable {name} is required and has a default")),
            (None, false) => Err(format!("the variable {name} is neither required nor has a default")),
            _ => Ok(Self { default: raw.default, secret: raw.secret }),
        }
    }
}

impl Variables {
    /// The values of a manifest's variables. All that are missing are named at once.
    pub fn resolve(manifest: &Manifest, sources: &Sources) -> Result<Self, ManifestError> {
        let mut values = BTreeMap::new();
        let mut missing = Vec::new();
        for (name, declared) in &manifest.variables {
            let value = sources
                .decided
                .get(name)
                .or_else(|| sources.environment.get(&environment_name(name)))
                .or_else(|| sources.presumed.get(name))
                .or_else(|| sources.kept.get(name))
                .or(declared.default.as_ref());
            match value {
                Some(value) => {
                    values.insert(name.clone(), value.clone());
                }
                None => missing.push(name.clone()),
            }
        }
        if missing.is_empty() { Ok(Self(values)) } else { Err(ManifestError::Missing { names: missing }) }
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
pub(super) fn environment_name(name: &str) -> String {
    format!("SPIN_VARIABLE_{}", name.to_ascii_uppercase())
}
