use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use values::{FieldCode, FieldFault, FieldFaults, Limited};

/// An address as a client sends it.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewAddress {
    /// Street and house number.
    #[schema(min_length = 1, max_length = 120, example = "12 rue des Lilas")]
    pub line1: String,
    /// Floor, flat, building.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 120)]
    pub line2: Option<String>,
    /// Postal code.
    #[schema(min_length = 1, max_length = 16, example = "75011")]
    pub postal_code: String,
    /// Town.
    #[schema(min_length = 1, max_length = 80, example = "Paris")]
    pub city: String,
    /// ISO 3166-1 alpha-2 code.
    #[schema(pattern = "^[A-Z]{2}$", example = "FR")]
    pub country: String,
}

/// A valid address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    line1: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    line2: Option<String>,
    postal_code: String,
    city: String,
    /// ISO 3166-1 alpha-2 code.
    country: String,
}

const LINE: Limited = Limited { min: 1, max: 120 };
const POSTAL_CODE: Limited = Limited { min: 1, max: 16 };
const CITY: Limited = Limited { min: 1, max: 80 };

fn country(text: &str) -> Result<String, FieldFault> {
    let text = text.trim();
    if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
        Ok(text.to_owned())
    } else {
        Err(FieldFault::new(FieldCode::Format, "must be a two-letter country code, such as FR"))
    }
}

impl NewAddress {
    /// The address, or `None` with the faults noted under `field`.
    pub fn parse(&self, field: &str, faults: &mut FieldFaults) -> Option<Address> {
        let line1 = faults.take(&format!("{field}.line1"), LINE.parse(&self.line1));
        let line2 = match self.line2.as_deref().map(str::trim) {
            None | Some("") => Some(None),
            Some(text) => faults.take(&format!("{field}.line2"), LINE.parse(text)).map(Some),
        };
        let postal_code = faults.take(&format!("{field}.postalCode"), POSTAL_CODE.parse(&self.postal_code));
        let city = faults.take(&format!("{field}.city"), CITY.parse(&self.city));
        let country = faults.take(&format!("{field}.country"), country(&self.country));
        Some(Address {
            line1: line1?,
            line2: line2?,
            postal_code: postal_code?,
            city: city?,
            country: country?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_at_fault_is_named() {
        let mut faults = FieldFaults::new();
        let address = NewAddress {
            line1: " ".into(),
            line2: Some("x".repeat(121)),
            postal_code: String::new(),
            city: "Par\nis".into(),
            country: "France".into(),
        };
        assert!(address.parse("shippingAddress", &mut faults).is_none());
        let invalid = faults.finish().unwrap_err();
        let fields: Vec<&str> = invalid.fields().iter().map(|fault| fault.field.as_str()).collect();
        let expected =
            ["line1", "line2", "postalCode", "city", "country"].map(|f| format!("shippingAddress.{f}"));
        assert_eq!(fields, expected);
    }

    #[test]
    fn an_empty_second_line_is_none() {
        let mut faults = FieldFaults::new();
        let address = NewAddress {
            line1: " 12 rue des Lilas ".into(),
            line2: Some("  ".into()),
            postal_code: "75011".into(),
            city: "Paris".into(),
            country: "FR".into(),
        };
        let address = address.parse("a", &mut faults).unwrap();
        assert_eq!((address.line1.as_str(), address.line2), ("12 rue des Lilas", None));
    }
}
