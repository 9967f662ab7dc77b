use values::{NoRandomness, random_bytes};

values::text! {
    /// What people call an order: `MC-7F3K-92QD`, 40 random bits in Crockford's base 32, which has no letters that pass for
    /// digits. <https://www.crockford.com/base32.html>
    #[schema(pattern = "^MC-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$", example = "MC-7F3K-92QD")]
    pub shown OrderNumber, parsed by parse,
    else InvalidOrderNumber: Format, "must look like MC-7F3K-92QD"
}

const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BITS_PER_DIGIT: u32 = 5;
const COUNT: u32 = 8;

impl OrderNumber {
    /// A number nobody can guess.
    pub fn random() -> Result<Self, NoRandomness> {
        Ok(Self::from_bytes(random_bytes::<5>()?))
    }

    fn from_bytes(bytes: [u8; 5]) -> Self {
        let bits = bytes.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let digits: String = (0..COUNT)
            .rev()
            .map(|place| DIGITS[(bits >> (place * BITS_PER_DIGIT) & 31) as usize] as char)
            .collect();
        Self(grouped(&digits))
    }
}

/// Accepts what people type: lower case, spaces for hyphens or neither, `O` for `0`, `I` and `L` for `1`.
fn parse(text: &str) -> Option<String> {
    const MAX_BYTES: usize = 32;
    if text.len() > MAX_BYTES {
        return None;
    }
    let typed: String =
        text.chars().filter(|c| !matches!(c, '-' | ' ')).map(|c| c.to_ascii_uppercase()).collect();
    let digits = typed.strip_prefix("MC")?.replace('O', "0").replace(['I', 'L'], "1");
    let valid = digits.len() == COUNT as usize && digits.bytes().all(|digit| DIGITS.contains(&digit));
    valid.then(|| grouped(&digits))
}

fn grouped(digits: &str) -> String {
    let (first, second) = digits.split_at(4);
    format!("MC-{first}-{second}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_is_read_as_people_type_it() {
        let number: OrderNumber = "MC-7F3K-92QD".parse().unwrap();
        for typed in ["mc-7f3k-92qd", "MC 7F3K 92QD", " mc7f3k92qd "] {
            assert_eq!(typed.parse(), Ok(number.clone()), "{typed:?}");
        }
        assert_eq!("MC-OIL0-1111".parse::<OrderNumber>().unwrap().as_str(), "MC-0110-1111");
    }

    #[test]
    fn invalid_numbers_are_refused() {
        for bad in [
            "",
            "MC",
            "MC-7F3K-92Q",
            "MC-7F3K-92QDD",
            "XX-7F3K-92QD",
            "MC-7F3K-92QU",
            "MC-éé-92QD",
            "7F3K-92QD",
        ] {
            assert_eq!(bad.parse::<OrderNumber>(), Err(InvalidOrderNumber), "{bad:?} was accepted");
        }
    }

    proptest! {
        #[test]
        fn every_number_has_one_spelling(bytes in any::<[u8; 5]>(), other in any::<[u8; 5]>()) {
            let number = OrderNumber::from_bytes(bytes);
            prop_assert_eq!(number.as_str().len(), "MC-7F3K-92QD".len());
            prop_assert_eq!(number.as_str().parse::<OrderNumber>(), Ok(number.clone()));
            prop_assert_eq!(number == OrderNumber::from_bytes(other), bytes == other);
        }

        #[test]
        fn whatever_is_accepted_parses_to_itself(text in ".{0,40}") {
            if let Ok(number) = text.parse::<OrderNumber>() {
                prop_assert_eq!(number.as_str().parse::<OrderNumber>(), Ok(number));
            }
        }
    }
}
