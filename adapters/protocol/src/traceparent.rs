use std::fmt;

/// The length of a header's value as version 00 writes it.
const LENGTH: usize = 55;

/// The flag of a caller that records the trace.
const SAMPLED: u8 = 0b01;
/// The flag of a trace id whose last seven bytes are random.
const RANDOM: u8 = 0b10;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// The W3C trace context of a request: which trace it belongs to, and which span is its parent.
///
/// It is kept as the header's value of version 00, whatever version it was parsed from.
/// <https://www.w3.org/TR/trace-context/>
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Traceparent([u8; LENGTH]);

impl Traceparent {
    /// The name of the header that carries it.
    pub const HEADER: &'static str = "traceparent";

    /// The name of the header by which a function carries its context beside [`Self::HEADER`]: Spin, where it exports
    /// spans itself, starts a new trace for each request that a function sends.
    pub const CARRIED_HEADER: &'static str = "mcommerce-traceparent";

    /// What a request belongs to, by the context it was given on its way and the one that its sender carried. In one trace
    /// the former is nearer; another trace is the way's own.
    #[must_use]
    pub fn join(given: Option<Self>, carried: Option<Self>) -> Option<Self> {
        match (given, carried) {
            (Some(given), Some(carried)) if given.trace_id() != carried.trace_id() => Some(carried),
            (given, carried) => given.or(carried),
        }
    }

    /// A context of these ids, which are usually random. An id of zeros would be invalid and counts as 1, so that a
    /// failing source of randomness costs the trace and not the request.
    #[must_use]
    pub fn new(trace_id: [u8; 16], span_id: [u8; 8], sampled: bool) -> Self {
        let trace_id = u128::from_be_bytes(trace_id).max(1).to_be_bytes();
        let span_id = u64::from_be_bytes(span_id).max(1).to_be_bytes();
        let flags = if sampled { SAMPLED } else { 0 };
        let mut text = [b'-'; LENGTH];
        write_hex(&mut text[..2], &[0]);
        write_hex(&mut text[3..35], &trace_id);
        write_hex(&mut text[36..52], &span_id);
        write_hex(&mut text[53..], &[flags]);
        Self(text)
    }

    /// Parses a header's value. `None` if it is not valid, in which case the specification wants a new trace.
    ///
    /// A version above 00 may have further fields, which are ignored, and of its flags only `sampled` is known. Flags
    /// that version 00 does not define are cleared.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        let (text, rest) = value.as_bytes().split_first_chunk::<LENGTH>()?;
        let hyphens = [2, 35, 52].iter().all(|at| text[*at] == b'-');
        let version = read_hex_byte(&text[..2])?;
        let known_flags = match (version, rest) {
            (0, []) => SAMPLED | RANDOM,
            (0xff | 0, _) => return None,
            (_, [] | [b'-', ..]) => SAMPLED,
            _ => return None,
        };
        if !hyphens || !is_id(&text[3..35]) || !is_id(&text[36..52]) {
            return None;
        }
        let flags = read_hex_byte(&text[53..])? & known_flags;
        let mut text = *text;
        write_hex(&mut text[..2], &[0]);
        write_hex(&mut text[53..], &[flags]);
        Some(Self(text))
    }

    /// The trace's id: 32 lowercase hexadecimal digits.
    #[must_use]
    pub fn trace_id(&self) -> &str {
        &self.as_str()[3..35]
    }

    /// The parent span's id: 16 lowercase hexadecimal digits.
    #[must_use]
    pub fn span_id(&self) -> &str {
        &self.as_str()[36..52]
    }

    /// Whether the caller records the trace.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        read_hex_byte(&self.0[53..]).is_some_and(|flags| flags & SAMPLED != 0)
    }

    /// The header's value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).expect("hexadecimal digits and hyphens are UTF-8")
    }
}

impl fmt::Display for Traceparent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Traceparent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Traceparent({self})")
    }
}

/// Whether these are lowercase hexadecimal digits and not all 0.
fn is_id(digits: &[u8]) -> bool {
    digits.iter().all(|digit| HEX.contains(digit)) && digits.iter().any(|digit| *digit != b'0')
}

fn read_hex_byte(digits: &[u8]) -> Option<u8> {
    let [high, low] = digits else { return None };
    let value =
        |digit: &u8| HEX.iter().position(|hex| hex == digit).and_then(|value| u8::try_from(value).ok());
    Some(value(high)? << 4 | value(low)?)
}

fn write_hex(into: &mut [u8], bytes: &[u8]) {
    for (digits, byte) in into.chunks_exact_mut(2).zip(bytes) {
        digits.copy_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 0xf)]]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALID: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn parsed(value: &str) -> Option<String> {
        Traceparent::parse(value).map(|context| context.to_string())
    }

    #[test]
    fn a_valid_value_is_read_and_written_back() {
        let context = Traceparent::parse(VALID).unwrap();
        assert_eq!(context.as_str(), VALID);
        assert_eq!(context.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(context.span_id(), "00f067aa0ba902b7");
        assert!(context.is_sampled());
        assert!(!Traceparent::parse(&VALID.replace("-01", "-00")).unwrap().is_sampled());
    }

    #[test]
    fn flags_that_are_not_defined_are_cleared() {
        assert_eq!(parsed(&VALID.replace("-01", "-ff")), Some(VALID.replace("-01", "-03")));
        assert_eq!(parsed(&VALID.replace("-01", "-fe")), Some(VALID.replace("-01", "-02")));
    }

    #[test]
    fn a_later_version_may_have_more_fields_and_is_sent_on_as_version_00() {
        let later = VALID.replacen("00", "cc", 1);
        for value in [later.clone(), format!("{later}-"), format!("{later}-what-the-future-brings")] {
            assert_eq!(parsed(&value).as_deref(), Some(VALID), "{value}");
        }
        assert_eq!(parsed(&later.replace("-01", "-03")).as_deref(), Some(VALID), "only `sampled` is known");
        assert_eq!(parsed(&format!("{later}.more")), None, "the flags must end with the value or a hyphen");
        assert_eq!(parsed(&format!("{later}0")), None);
    }

    #[test]
    fn an_invalid_value_is_refused() {
        for invalid in [
            "",
            "00-xyz",
            &VALID[..54],
            &format!(" {VALID}"),
            &format!("{VALID} "),
            &format!("{VALID}-"),
            &format!("{VALID}-more"),
            &VALID.replace('-', "_"),
            &VALID.to_uppercase(),
            &VALID.replacen("00", "0A", 1),
            &VALID.replacen("00", "ff", 1),
            &format!("{}-more", VALID.replacen("00", "ff", 1)),
            &VALID.replace("-01", "-0x"),
            &VALID.replace("-01", "-0A"),
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e47360-0f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473é-0f067aa0ba902b7-01",
        ] {
            assert_eq!(parsed(invalid), None, "{invalid:?}");
        }
    }

    #[test]
    fn a_request_belongs_to_the_trace_of_its_sender_and_there_to_the_nearest_span() {
        let sender = Traceparent::new([1; 16], [1; 8], true);
        let (nearer, other) =
            (Traceparent::new([1; 16], [2; 8], true), Traceparent::new([3; 16], [4; 8], true));
        assert_eq!(Traceparent::join(Some(nearer), Some(sender)), Some(nearer));
        assert_eq!(Traceparent::join(Some(other), Some(sender)), Some(sender));
        assert_eq!(Traceparent::join(Some(other), None), Some(other));
        assert_eq!(Traceparent::join(None, Some(sender)), Some(sender));
    }

    #[test]
    fn new_ids_make_a_valid_context() {
        let trace_id = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736_u128.to_be_bytes();
        let span_id = 0x00f0_67aa_0ba9_02b7_u64.to_be_bytes();
        assert_eq!(Traceparent::new(trace_id, span_id, true).as_str(), VALID);
        assert!(!Traceparent::new(trace_id, span_id, false).is_sampled());
        let zeros = Traceparent::new([0; 16], [0; 8], true);
        assert_eq!(Traceparent::parse(zeros.as_str()), Some(zeros));
    }
}
