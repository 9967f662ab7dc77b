use bson::error::Result;

/// The BSON of a document of any type.
///
/// `bson` compiles what it writes with anew for the type of each field, which made up two fifths of a component. Of a trait
/// object it is compiled once, here.
pub fn encode(document: &dyn erased_serde::Serialize) -> Result<Vec<u8>> {
    bson::serialize_to_vec(&document)
}
