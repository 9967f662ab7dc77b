//! Documents and the types they are made from and decoded into.
//!
//! A generic function is compiled in whatever crate calls it, so that every component would compile the reader of an order
//! anew. These traits are implemented by [`crate::document!`] beside the type, where it is compiled once.

use bson::{Document, RawDocumentBuf};
use serde::Serialize;

use crate::decode::Undecodable;

/// A type that documents are decoded into.
#[diagnostic::on_unimplemented(
    message = "no document is decoded into `{Self}`",
    note = "beside the type, say `kit::from_document!({Self});`, or `kit::document!({Self});` if it is stored too"
)]
pub trait FromDocument: Sized {
    /// Decodes the BSON of one document.
    fn from_document(bytes: &[u8]) -> Result<Self, Undecodable>;
}

/// A type that documents are made from.
#[diagnostic::on_unimplemented(
    message = "no document is made from `{Self}`",
    note = "beside the type, say `kit::document!({Self});`"
)]
pub trait ToDocument {
    /// The document, with dates as dates, where `serde_json` would write texts.
    fn to_document(&self) -> Result<Document, String>;
}

/// Says that a type is what documents of a collection are: it is stored, and decoded.
#[macro_export]
macro_rules! document {
    ($type:ty) => {
        $crate::from_document!($type);

        impl $crate::ToDocument for $type {
            #[inline(never)]
            fn to_document(&self) -> ::std::result::Result<$crate::Document, ::std::string::String> {
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

// Of a document that only counts.
crate::from_document!(serde::de::IgnoredAny);

#[doc(hidden)]
pub fn make_document<T: Serialize>(value: &T) -> Result<Document, String> {
    parse(protocol::encode(value))
}

/// Goes through bytes because `bson::serialize_to_document` serialises for people, with dates as texts; and from bytes
/// without serde, whose decoder of any BSON would be a third of a component.
fn parse(encoded: bson::error::Result<Vec<u8>>) -> Result<Document, String> {
    let raw = encoded.and_then(RawDocumentBuf::from_bytes).map_err(|error| error.to_string())?;
    Document::try_from(raw).map_err(|error| error.to_string())
}
