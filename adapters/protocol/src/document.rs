//! Documents, and the types they are made from and decoded into.
//!
//! A generic function is compiled in every crate that calls it, so each component would compile the decoder of an order
//! again. [`crate::document!`] implements these traits beside the type, where they are compiled once.

use bson::{Bson, Document, RawDocumentBuf};
use serde::{Deserialize, Serialize};

use crate::decode::{Undecodable, decode_document};
use crate::encode::{Unencodable, encode};

/// A type that documents are decoded into.
#[diagnostic::on_unimplemented(
    message = "documents do not decode into `{Self}`",
    note = "beside the type, say `protocol::from_document!({Self});`, or `protocol::document!({Self});` if it is stored too"
)]
pub trait FromDocument: Sized {
    /// Decodes the BSON of one document.
    fn from_document(bytes: &[u8]) -> Result<Self, Undecodable>;
}

/// A document of a list, which goes on without those that do not decode.
#[derive(Debug)]
pub struct Readable<T>(pub Result<T, Unreadable>);

/// A stored document that does not decode.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub struct Unreadable {
    /// Its `_id`, if that is text.
    pub id: Option<String>,
    /// Why it does not decode.
    pub reason: Undecodable,
}

impl<T: FromDocument> FromDocument for Readable<T> {
    fn from_document(bytes: &[u8]) -> Result<Self, Undecodable> {
        Ok(Self(T::from_document(bytes).map_err(|reason| unreadable(bytes, reason))))
    }
}

/// Compiled here, whatever the type.
#[cold]
#[inline(never)]
fn unreadable(bytes: &[u8], reason: Undecodable) -> Unreadable {
    #[derive(Deserialize)]
    struct Named {
        #[serde(rename = "_id")]
        id: String,
    }
    Unreadable { id: decode_document::<Named>(bytes).ok().map(|named| named.id), reason }
}

/// A type that documents are made from.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be stored",
    note = "beside the type, say `protocol::document!({Self});`"
)]
pub trait ToDocument {
    /// Encodes the document; a moment becomes a BSON date, which `serde_json` would write as text.
    fn to_document(&self) -> Result<Document, Unencodable>;
}

/// Says that a type is what documents of a collection are: it is stored, and decoded.
#[macro_export]
macro_rules! document {
    ($type:ty) => {
        $crate::from_document!($type);

        impl $crate::ToDocument for $type {
            #[inline(never)]
            fn to_document(&self) -> ::std::result::Result<$crate::Document, $crate::Unencodable> {
                $crate::make_document(self)
            }
        }
    };
}

/// Says that a type is decoded from documents, or from a part of their fields.
#[macro_export]
macro_rules! from_document {
    ($type:ty) => {
        impl $crate::FromDocument for $type {
            #[inline(never)]
            fn from_document(bytes: &[u8]) -> ::std::result::Result<Self, $crate::Undecodable> {
                $crate::decode_document(bytes)
            }
        }
    };
}

// For queries that only count.
crate::from_document!(serde::de::IgnoredAny);

/// Encodes a value as part of a document; a moment becomes a BSON date.
pub fn to_bson<T: Serialize>(value: &T) -> Result<Bson, Unencodable> {
    #[derive(Serialize)]
    struct Holder<'a, T> {
        value: &'a T,
    }
    let document = make_document(&Holder { value })?;
    Ok(document.into_iter().next().map_or(Bson::Null, |(_, value)| value))
}

#[doc(hidden)]
pub fn make_document<T: Serialize>(value: &T) -> Result<Document, Unencodable> {
    parse(encode(value))
}

/// Goes through bytes because `bson::serialize_to_document` serialises for people, with dates as text; and reads them
/// without serde, whose decoder of arbitrary BSON would make up a third of a component.
fn parse(encoded: Result<Vec<u8>, Unencodable>) -> Result<Document, Unencodable> {
    Ok(Document::try_from(RawDocumentBuf::from_bytes(encoded?)?)?)
}
