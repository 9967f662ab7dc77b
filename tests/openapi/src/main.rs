//! Prints what the endpoints' signatures say, for `cargo xtask generate`, as JSON: `public`, the text of the shop's OpenAPI
//! document, and `components`, what each component says.

use std::path::Path;

use application::Application;

#[expect(clippy::print_stdout, reason = "printing is what this program is for")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let manifest = std::env::args().nth(1).unwrap_or_else(|| "spin.toml".to_owned());
    let application = Application::load(Path::new(&manifest))?;
    let printed = serde_json::json!({
        "public": openapi::public(openapi::by_component(&application))?.to_pretty_json()?,
        "components": openapi::by_component(&application),
    });
    println!("{printed}");
    Ok(())
}
