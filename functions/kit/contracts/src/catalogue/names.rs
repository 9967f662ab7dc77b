values::text! {
    /// What a variant is called in warehouses and on labels.
    #[schema(pattern = "^[A-Z0-9-]{1,40}$", example = "TOTE-CANVAS-ECRU")]
    pub shown Sku, parsed by parse_sku,
    else InvalidSku: Format, "must be 1 to 40 of A-Z, 0-9 and -"
}

values::text! {
    /// What a product or a category is called in addresses.
    #[schema(pattern = "^[a-z0-9-]{1,60}$", example = "canvas-tote")]
    pub shown Slug, parsed by parse_slug,
    else InvalidSlug: Format, "must be 1 to 60 of a-z, 0-9 and -"
}

const MAX_SKU: usize = 40;
const MAX_SLUG: usize = 60;

fn parse_sku(text: &str) -> Option<String> {
    let valid = (1..=MAX_SKU).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
    valid.then(|| text.to_owned())
}

fn parse_slug(text: &str) -> Option<String> {
    let valid = (1..=MAX_SLUG).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    valid.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_sku_is_upper_case_letters_digits_and_hyphens() {
        assert!("TOTE-CANVAS-ECRU".parse::<Sku>().is_ok());
        for bad in ["", "tote", "A B", "A_B", "É", "A\n", "A/B", &"A".repeat(41)] {
            assert_eq!(bad.parse::<Sku>(), Err(InvalidSku), "{bad:?} was accepted");
        }
    }

    #[test]
    fn a_slug_is_lower_case_letters_digits_and_hyphens() {
        assert!("canvas-tote-2".parse::<Slug>().is_ok());
        for bad in ["", "Tote", "a b", "a_b", "é", "a\n", "../a", &"a".repeat(61)] {
            assert_eq!(bad.parse::<Slug>(), Err(InvalidSlug), "{bad:?} was accepted");
        }
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_kept_as_it_is(text in ".{0,70}") {
            if let Ok(sku) = text.parse::<Sku>() {
                prop_assert_eq!(sku.as_str(), text.as_str());
            }
            if let Ok(slug) = text.parse::<Slug>() {
                prop_assert_eq!(slug.as_str(), text.as_str());
            }
        }
    }
}
