//! CPU and memory quantities in Kubernetes' notation.
//! <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>

use std::fmt;

use serde::Deserialize;

/// A number of processor cores: `250m`, `2`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Cores(String);

/// An amount of memory: `192Mi`, `2Gi`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Memory {
    text: String,
    mebibytes: u32,
}

impl Memory {
    /// The amount in mebibytes.
    pub fn mebibytes(&self) -> u32 {
        self.mebibytes
    }
}

impl TryFrom<String> for Cores {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match amount(text.strip_suffix('m').unwrap_or(&text)) {
            Some(_) => Ok(Self(text)),
            None => Err(format!("{text:?} is not a number of cores such as 250m or 2")),
        }
    }
}

impl TryFrom<String> for Memory {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mebibytes = match (text.strip_suffix("Mi"), text.strip_suffix("Gi")) {
            (Some(number), _) => amount(number),
            (None, Some(number)) => amount(number).map(|gibibytes| gibibytes * 1024),
            (None, None) => None,
        };
        match mebibytes {
            Some(mebibytes) => Ok(Self { text, mebibytes }),
            None => Err(format!("{text:?} is not an amount of memory such as 192Mi or 2Gi")),
        }
    }
}

impl fmt::Display for Cores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Parses a whole number from 1 to 99,999 without sign or leading zeros.
fn amount(text: &str) -> Option<u32> {
    let plain = text.len() <= 5 && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_whole_numbers_above_zero_with_their_unit() {
        let cores = |text: &str| Cores::try_from(text.to_owned()).is_ok();
        assert!(cores("250m") && cores("2"));
        for bad in ["", "m", "0m", "-1", "+1", "1.5", "50 m", "01", "250M", "123456m"] {
            assert!(!cores(bad), "{bad:?} was taken");
        }
        let mebibytes = |text: &str| Memory::try_from(text.to_owned()).map(|memory| memory.mebibytes()).ok();
        assert_eq!((mebibytes("192Mi"), mebibytes("2Gi")), (Some(192), Some(2048)));
        for bad in ["", "Mi", "0Mi", "192", "192M", "192mi", "-1Mi", "1.5Gi", "Gi2", "1MiGi"] {
            assert_eq!(mebibytes(bad), None, "{bad:?} was taken");
        }
    }
}
