use application::{Application, environment_name, token_variable};
use mcommerce::secrets::Secrets;

use super::PlaceOptions;

/// Prints `export` lines: each secret as the variable Spin reads, and clients' tokens as the bridge reads them.
pub(super) fn print(place: &PlaceOptions) -> anyhow::Result<()> {
    let application = Application::load(&place.manifest)?;
    let secrets = Secrets::keep(&place.data, &application)?.variables();
    for (name, value) in secrets.iter().filter(|(name, _)| application.variables.contains_key(*name)) {
        println!("export {}={}", environment_name(name), quoted(value));
    }
    for client in application.declarations().clients() {
        if let Some(value) = secrets.get(&token_variable(client)) {
            let name = client.snake_case().to_ascii_uppercase();
            println!("export MCOMMERCE_TOKEN_{name}={}", quoted(value));
        }
    }
    Ok(())
}

/// Prints what a bridge of this application is told, for `mcommerce-bridge --config`.
pub(super) fn print_bridge_config(place: &PlaceOptions) -> anyhow::Result<()> {
    print!("{}", Application::load(&place.manifest)?.declarations().to_toml());
    Ok(())
}

/// A value that a shell takes as it is.
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}
