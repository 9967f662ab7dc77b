/// A value that BSON can't hold.
#[derive(Debug, thiserror::Error)]
#[error("the value can't be stored: {0}")]
pub struct Unencodable(#[from] bson::error::Error);

/// Encodes a document of any type.
///
/// `bson` compiles its serializer once for the type of each field, which made up two fifths of a component. Through a trait
/// object it is compiled once, here.
pub fn encode(document: &dyn erased_serde::Serialize) -> Result<Vec<u8>, Unencodable> {
    Ok(bson::serialize_to_vec(&document)?)
}
