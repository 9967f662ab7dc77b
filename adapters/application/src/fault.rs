use std::fmt;

/// One thing that is wrong: the file, the key in it (dotted, as TOML has it; empty for the file as a whole), and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file, relative to the application's folder: `spin.toml`, `functions/orders/domain.toml`.
    pub file: String,
    /// The key: `component.pay.tool.mcommerce.emits`.
    pub key: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Why an application was refused: everything that is wrong with it, at least one fault.
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

/// Collects faults, so that all of them can be named at once.
#[derive(Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, file: impl Into<String>, key: impl Into<String>, reason: impl fmt::Display) {
        self.0.push(Fault { file: file.into(), key: key.into(), reason: reason.to_string() });
    }

    /// Why the application is refused; there was at least one fault.
    pub(crate) fn refused(self) -> Refused {
        Refused(self.0)
    }

    /// The value, unless there were faults.
    pub(crate) fn or<T>(self, value: T) -> Result<T, Refused> {
        if self.0.is_empty() { Ok(value) } else { Err(Refused(self.0)) }
    }
}
