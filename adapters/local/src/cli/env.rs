use mcommerce::manifest::Manifest;
use mcommerce::secrets::{Secrets, function_of_token};

use super::PlaceOptions;

/// Prints `export` lines: each secret as the variable Spin reads, and functions' tokens as the bridge reads them.
pub(super) fn print(place: &PlaceOptions) -> anyhow::Result<()> {
    let manifest = Manifest::load(&place.manifest)?;
    let secrets = Secrets::keep(&place.data, &manifest)?.variables();
    for (name, value) in secrets.iter().filter(|(name, _)| manifest.variables.contains_key(*name)) {
        println!("export SPIN_VARIABLE_{}={}", name.to_ascii_uppercase(), quoted(value));
        if let Some(function) = function_of_token(name) {
            let function = function.replace('-', "_").to_ascii_uppercase();
            println!("export MCOMMERCE_TOKEN_{function}={}", quoted(value));
        }
    }
    Ok(())
}

/// A value that a shell takes as it is.
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}
