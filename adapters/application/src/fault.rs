use std::fmt;

/// Something that is wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file, relative to the application's folder: `spin.toml`, `functions/orders/domain.toml`.
    pub file: String,
    /// The dotted TOML key, `component.pay.tool.mcommerce.emits`; empty for the whole file.
    pub key: String,
    /// What is wrong.
    pub reason: String,
}

/// An application was refused. Holds at least one fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Refused(pub Vec<Fault>);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.key.is_empty() {
            write!(f, "{}: {}", self.file, self.reason)
        } else {
            write!(f, "{}: {}: {}", self.file, self.key, self.reason)
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(Fault::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

/// Collects faults, so that all of them can be reported at once.
#[derive(Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, file: impl Into<String>, key: impl Into<String>, reason: impl fmt::Display) {
        self.0.push(Fault { file: file.into(), key: key.into(), reason: reason.to_string() });
    }

    /// The refusal, after at least one fault was added.
    pub(crate) fn refused(self) -> Refused {
        Refused(self.0)
    }

    /// The value if no fault was added.
    pub(crate) fn or<T>(self, value: T) -> Result<T, Refused> {
        if self.0.is_empty() { Ok(value) } else { Err(Refused(self.0)) }
    }
}
