use std::fmt;

/// Where a component sees a folder: `/`, `/api`. An absolute path without `..` and control characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MountPoint(String);

impl MountPoint {
    /// Parses a destination in `files`. The error says what is wrong with it.
    pub(super) fn parse(text: String) -> Result<Self, String> {
        let is_plain = text.starts_with('/')
            && !text.contains(char::is_control)
            && !text.split('/').any(|segment| segment == "..");
        if is_plain { Ok(Self(text)) } else { Err(format!("{text:?} is not a folder such as / or /api")) }
    }

    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MountPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
