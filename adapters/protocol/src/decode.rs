//! Decodes BSON into typed documents.
//!
//! `bson` can do this, but it compiles each type once for every kind of BSON value, which made up more than half of a
//! component. The shop stores text, numbers, booleans, dates, documents and arrays; this decoder knows only these, and
//! skips fields that a type does not name.

use std::fmt;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    self, Deserialize, DeserializeSeed, EnumAccess, Expected, IntoDeserializer as _, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};

/// Bytes that do not decode into the type.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Undecodable(String);

/// Decodes one document.
pub fn decode_document<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, Undecodable> {
    T::deserialize(Value { kind: DOCUMENT, bytes })
}

/// A nested document that is decoded later; borrowed from the answer it came in.
#[derive(Clone, Copy, Debug)]
pub struct Undecoded<'de>(pub &'de [u8]);

impl<'de: 'a, 'a> Deserialize<'de> for Undecoded<'a> {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // What asks for the bytes of a document gets them as they are.
        <&[u8]>::deserialize(deserializer).map(Self)
    }
}

const DOUBLE: u8 = 0x01;
const TEXT: u8 = 0x02;
const DOCUMENT: u8 = 0x03;
const ARRAY: u8 = 0x04;
const BINARY: u8 = 0x05;
const BOOL: u8 = 0x08;
const DATE: u8 = 0x09;
const NULL: u8 = 0x0a;
const INT32: u8 = 0x10;
const INT64: u8 = 0x12;

/// A value: what follows an element's name. <https://bsonspec.org/spec.html>
#[derive(Clone, Copy)]
struct Value<'de> {
    kind: u8,
    bytes: &'de [u8],
}

/// The elements of a document or an array that are still to come.
struct Elements<'de> {
    rest: &'de [u8],
    value: Option<Value<'de>>,
}

fn truncated() -> Undecodable {
    Undecodable("the document ends before its end".into())
}

fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], Undecodable> {
    bytes.first_chunk().copied().ok_or_else(truncated)
}

fn length(bytes: &[u8]) -> Result<usize, Undecodable> {
    usize::try_from(i32::from_le_bytes(fixed(bytes)?)).map_err(|_| truncated())
}

impl<'de> Value<'de> {
    /// Takes the value of an element off the bytes that follow the element's name.
    fn take(kind: u8, rest: &mut &'de [u8]) -> Result<Self, Undecodable> {
        let size = match kind {
            NULL => 0,
            BOOL => 1,
            INT32 => 4,
            DOUBLE | DATE | INT64 => 8,
            TEXT => length(rest)?.saturating_add(4),
            BINARY => length(rest)?.saturating_add(5),
            DOCUMENT | ARRAY => length(rest)?,
            _ => return Err(Undecodable(format!("values of kind {kind:#04x} are not stored in the shop"))),
        };
        let (bytes, after) = rest.split_at_checked(size).ok_or_else(truncated)?;
        *rest = after;
        Ok(Self { kind, bytes })
    }

    fn text(self) -> Result<&'de str, Undecodable> {
        match self.bytes {
            [_, _, _, _, text @ .., 0] => {
                std::str::from_utf8(text).map_err(|_| Undecodable("a text is not UTF-8".into()))
            }
            _ => Err(truncated()),
        }
    }

    fn elements(self) -> Result<Elements<'de>, Undecodable> {
        match self.bytes {
            [_, _, _, _, rest @ .., 0] if length(self.bytes)? == self.bytes.len() => {
                Ok(Elements { rest, value: None })
            }
            _ => Err(truncated()),
        }
    }
}

impl<'de> Elements<'de> {
    /// The name and the value of the next element.
    fn next(&mut self) -> Result<Option<(&'de [u8], Value<'de>)>, Undecodable> {
        let Some((&kind, rest)) = self.rest.split_first() else { return Ok(None) };
        let end = rest.iter().position(|byte| *byte == 0).ok_or_else(truncated)?;
        let (name, mut rest) = rest.split_at(end);
        rest = rest.get(1..).ok_or_else(truncated)?;
        let value = Value::take(kind, &mut rest)?;
        self.rest = rest;
        Ok(Some((name, value)))
    }

    fn next_named(&mut self) -> Result<Option<(&'de str, Value<'de>)>, Undecodable> {
        let Some((name, value)) = self.next()? else { return Ok(None) };
        let name = std::str::from_utf8(name).map_err(|_| Undecodable("a name is not UTF-8".into()))?;
        Ok(Some((name, value)))
    }
}

impl<'de> de::Deserializer<'de> for Value<'de> {
    type Error = Undecodable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Undecodable> {
        match self.kind {
            TEXT => visitor.visit_borrowed_str(self.text()?),
            DOCUMENT => visitor.visit_map(self.elements()?),
            ARRAY => visitor.visit_seq(self.elements()?),
            INT32 => visitor.visit_i32(i32::from_le_bytes(fixed(self.bytes)?)),
            // A date decodes as its milliseconds since 1970, which is what a `Moment` takes.
            INT64 | DATE => visitor.visit_i64(i64::from_le_bytes(fixed(self.bytes)?)),
            DOUBLE => visitor.visit_f64(f64::from_le_bytes(fixed(self.bytes)?)),
            BOOL => visitor.visit_bool(self.bytes != [0]),
            BINARY => visitor.visit_borrowed_bytes(self.bytes.get(5..).ok_or_else(truncated)?),
            _ => visitor.visit_unit(),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Undecodable> {
        if self.kind == NULL { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Undecodable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Undecodable> {
        match self.kind {
            TEXT => visitor.visit_enum(self.text()?.into_deserializer()),
            DOCUMENT => visitor.visit_enum(self.elements()?),
            _ => Err(Undecodable("expected the name of a variant".into())),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Undecodable> {
        visitor.visit_unit()
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Undecodable> {
        match self.kind {
            DOCUMENT => visitor.visit_borrowed_bytes(self.bytes),
            _ => self.deserialize_any(visitor),
        }
    }

    fn is_human_readable(&self) -> bool {
        false
    }

    serde::forward_to_deserialize_any! {
        bool char str byte_buf unit unit_struct string identifier seq tuple tuple_struct struct map
        i8 i16 i32 i64 u8 u16 u32 u64 f32 f64
    }
}

impl<'de> MapAccess<'de> for Elements<'de> {
    type Error = Undecodable;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Undecodable> {
        let Some((name, value)) = self.next_named()? else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Undecodable> {
        seed.deserialize(self.value.take().ok_or_else(truncated)?)
    }
}

impl<'de> SeqAccess<'de> for Elements<'de> {
    type Error = Undecodable;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Undecodable> {
        match self.next()? {
            Some((_, value)) => seed.deserialize(value).map(Some),
            None => Ok(None),
        }
    }
}

/// A variant with content: a document whose one element is named after it.
impl<'de> EnumAccess<'de> for Elements<'de> {
    type Error = Undecodable;
    type Variant = Value<'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        mut self,
        seed: V,
    ) -> Result<(V::Value, Value<'de>), Undecodable> {
        let (name, value) =
            self.next_named()?.ok_or_else(|| Undecodable("expected a variant, not nothing".into()))?;
        let variant = seed.deserialize(BorrowedStrDeserializer::<Undecodable>::new(name))?;
        Ok((variant, value))
    }
}

impl<'de> VariantAccess<'de> for Value<'de> {
    type Error = Undecodable;

    fn unit_variant(self) -> Result<(), Undecodable> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Undecodable> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Undecodable> {
        de::Deserializer::deserialize_any(self, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Undecodable> {
        de::Deserializer::deserialize_any(self, visitor)
    }
}

impl de::Error for Undecodable {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }

    // The defaults repeat the value, which may be somebody's name, and these messages are logged.

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self(format!("expected {expected}, found {}", kind(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self(format!("expected {expected}, found another {}", kind(found)))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self(format!("expected one of {}", expected.join(", ")))
    }
}

fn kind(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "number",
        Unexpected::Char(_) | Unexpected::Str(_) => "text",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "array",
        Unexpected::Map => "document",
        _ => "value",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bson::DateTime;
    use proptest::prelude::*;
    use serde::{Deserialize, Serialize, Serializer};

    /// Milliseconds since 1970, stored as a date.
    #[derive(Clone, Debug, PartialEq, Deserialize)]
    struct Date(i64);

    impl Serialize for Date {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            DateTime::from_millis(self.0).serialize(serializer)
        }
    }

    #[test]
    fn what_does_not_decode_is_not_repeated() {
        #[derive(Debug, Deserialize)]
        struct Wanted {
            #[expect(dead_code, reason = "only its parsing matters")]
            field: u32,
        }
        #[derive(Debug, Deserialize)]
        struct Chosen {
            #[expect(dead_code, reason = "only its parsing matters")]
            field: Choice,
        }
        #[derive(Debug, Deserialize)]
        enum Choice {
            One,
            Two,
        }
        for (value, found) in [
            (bson::Bson::String("Ada".into()), "expected u32, found text"),
            (bson::Bson::Int64(-4242), "expected u32, found another number"),
        ] {
            let bytes = bson::serialize_to_vec(&bson::doc! { "field": value }).unwrap();
            assert_eq!(decode_document::<Wanted>(&bytes).unwrap_err().to_string(), found);
        }
        let bytes = bson::serialize_to_vec(&bson::doc! { "field": "Ada" }).unwrap();
        let told = decode_document::<Chosen>(&bytes).unwrap_err().to_string();
        assert_eq!(told, "expected one of One, Two");
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    enum Shape {
        Dot,
        Circle(i64),
        Line(i64, i64),
        Square { side: i32 },
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "type")]
    enum Tagged {
        Some { at: i64 },
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Thing {
        name: String,
        count: i64,
        small: u32,
        weight: f64,
        good: bool,
        nothing: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        maybe: Option<i32>,
        at: Date,
        shapes: Vec<Shape>,
        tagged: Tagged,
        within: Vec<Thing>,
    }

    fn things() -> impl Strategy<Value = Thing> {
        let shape = prop_oneof![
            Just(Shape::Dot),
            any::<i64>().prop_map(Shape::Circle),
            any::<(i64, i64)>().prop_map(|(a, b)| Shape::Line(a, b)),
            any::<i32>().prop_map(|side| Shape::Square { side }),
        ];
        let parts = (
            "\\PC{0,8}",
            any::<i64>(),
            any::<u32>(),
            -1e9..1e9_f64,
            any::<bool>(),
            proptest::option::of("[a-z]{0,4}"),
            proptest::option::of(any::<i32>()),
            -10_000_000_000_000..10_000_000_000_000_i64,
            proptest::collection::vec(shape, 0..4),
        );
        let leaf =
            parts.prop_map(|(name, count, small, weight, good, nothing, maybe, millis, shapes)| Thing {
                name,
                count,
                small,
                weight,
                good,
                nothing,
                maybe,
                at: Date(millis),
                shapes,
                tagged: Tagged::Some { at: millis },
                within: Vec::new(),
            });
        leaf.prop_recursive(3, 12, 3, |inner| {
            (inner.clone(), proptest::collection::vec(inner, 0..3))
                .prop_map(|(thing, within)| Thing { within, ..thing })
        })
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(thing in things()) {
            let bytes = bson::serialize_to_vec(&thing).unwrap();
            prop_assert_eq!(decode_document::<Thing>(&bytes).unwrap(), thing);
        }

        #[test]
        fn broken_bytes_are_refused_and_nothing_worse(
            thing in things(),
            cut in any::<prop::sample::Index>(),
            at in any::<prop::sample::Index>(),
            byte in any::<u8>(),
        ) {
            let mut bytes = bson::serialize_to_vec(&thing).unwrap();
            prop_assert!(decode_document::<Thing>(&bytes[..cut.index(bytes.len())]).is_err());
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = decode_document::<Thing>(&bytes);
            let _ = decode_document::<de::IgnoredAny>(&bytes);
        }
    }

    #[test]
    fn fields_that_no_type_names_are_passed_over() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Narrow {
            b: i64,
        }
        let wide = bson::doc! { "a": { "deep": [1, 2, { "x": 1.5 }] }, "b": 7_i64, "c": "text" };
        let bytes = bson::serialize_to_vec(&wide).unwrap();
        assert_eq!(decode_document::<Narrow>(&bytes).unwrap(), Narrow { b: 7 });
        assert_eq!(decode_document::<Narrow>(&[]).unwrap_err().to_string(), truncated().to_string());
    }

    #[test]
    fn a_document_within_is_handed_on_as_it_is() {
        #[derive(Deserialize)]
        struct Answer<'a> {
            #[serde(borrow)]
            documents: Vec<Undecoded<'a>>,
        }
        let inner = bson::doc! { "b": [1.5, "x"], "c": { "d": null } };
        let outer = bson::doc! { "a": 1, "documents": [inner.clone(), {}], "z": true };
        let bytes = bson::serialize_to_vec(&outer).unwrap();
        let answer = decode_document::<Answer<'_>>(&bytes).unwrap();
        let documents = answer.documents.iter().map(|document| document.0.to_vec()).collect::<Vec<_>>();
        let expected =
            [inner, bson::Document::new()].map(|document| bson::serialize_to_vec(&document).unwrap());
        assert_eq!(documents, expected);
        let none = bson::serialize_to_vec(&bson::doc! { "documents": [7] }).unwrap();
        assert!(decode_document::<Answer<'_>>(&none).is_err());
    }

    #[test]
    fn what_the_shop_does_not_store_is_refused_by_name() {
        #[derive(Debug, Deserialize)]
        struct Odd {
            #[expect(dead_code, reason = "only its decoding matters")]
            a: String,
        }
        let odd = bson::doc! { "a": bson::oid::ObjectId::new() };
        let error = decode_document::<Odd>(&bson::serialize_to_vec(&odd).unwrap()).unwrap_err();
        assert_eq!(error.to_string(), "values of kind 0x07 are not stored in the shop");
    }
}
