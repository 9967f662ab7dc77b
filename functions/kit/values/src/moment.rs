use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use bson::DateTime;
use protocol::Scalar;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{KnownFormat, RefOr, Schema};

/// A moment, to the millisecond: RFC 3339 in UTC in JSON, a date in BSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(DateTime);

impl Moment {
    /// The current time.
    #[must_use]
    pub fn now() -> Self {
        Self(DateTime::now())
    }

    /// The moment this many milliseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        Self(DateTime::from_millis(millis))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.0.timestamp_millis()
    }

    /// The moment `duration` later; saturates.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_millis(self.millis().saturating_add(millis))
    }

    /// RFC 3339 in UTC.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        self.0.try_to_rfc3339_string().unwrap_or_default()
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&self.0.try_to_rfc3339_string().map_err(serde::ser::Error::custom)?)
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = Cow::<'de, str>::deserialize(deserializer)?;
            DateTime::parse_rfc3339_str(text).map(Self).map_err(de::Error::custom)
        } else {
            deserializer.deserialize_any(Date).map(Self::from_millis)
        }
    }
}

/// Reads a date as `protocol`'s decoder presents it, in milliseconds, or as `bson`'s does,
/// `{"$date": {"$numberLong": "…"}}`. `DateTime` would first decode as any BSON value, which costs a component hundreds of
/// kilobytes.
struct Date;

impl<'de> Visitor<'de> for Date {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date")
    }

    fn visit_i64<E: de::Error>(self, millis: i64) -> Result<i64, E> {
        Ok(millis)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<i64, A::Error> {
        match map.next_key::<Cow<'de, str>>()?.as_deref() {
            Some("$date") => map.next_value::<Millis>().map(|millis| millis.0),
            _ => Err(de::Error::custom("expected a date")),
        }
    }
}

struct Millis(i64);

impl<'de> Deserialize<'de> for Millis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self(0))
    }
}

impl<'de> Visitor<'de> for Millis {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("milliseconds since 1970")
    }

    fn visit_i64<E: de::Error>(self, millis: i64) -> Result<Self, E> {
        Ok(Self(millis))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        match map.next_key::<Cow<'de, str>>()?.as_deref() {
            Some("$numberLong") => {
                let millis = map.next_value::<Cow<'de, str>>()?.parse().map_err(de::Error::custom)?;
                Ok(Self(millis))
            }
            _ => Err(de::Error::custom("expected milliseconds since 1970")),
        }
    }
}

impl From<Moment> for Scalar {
    fn from(moment: Moment) -> Self {
        Self::Time(moment.0)
    }
}

impl utoipa::PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .into()
    }
}

impl utoipa::ToSchema for Moment {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Moment")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct Holder {
        at: Moment,
    }

    #[test]
    fn a_moment_is_text_in_json_and_a_date_in_bson() {
        let holder = Holder { at: Moment::from_millis(1_795_170_000_123) };
        let json = serde_json::to_string(&holder).unwrap();
        assert_eq!(json, r#"{"at":"2026-11-20T10:20:00.123Z"}"#);
        assert_eq!(serde_json::from_str::<Holder>(&json).unwrap(), holder);

        let bytes = bson::serialize_to_vec(&holder).unwrap();
        let document: bson::Document = bson::deserialize_from_slice(&bytes).unwrap();
        assert!(matches!(document.get("at"), Some(bson::Bson::DateTime(_))));
        assert_eq!(bson::deserialize_from_slice::<Holder>(&bytes).unwrap(), holder);
    }
}
