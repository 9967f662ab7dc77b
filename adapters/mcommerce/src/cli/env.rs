use std::collections::BTreeSet;

use application::{
    Application, MissingVariables, Name, Sources, Variables, environment_name, token_variable,
};
use mcommerce::secrets::Secrets;

use super::PlaceOptions;

/// Prints shell `export` lines that set secrets for Spin, and clients' tokens for the bridge.
pub(super) fn print(place: &PlaceOptions) -> anyhow::Result<()> {
    let application = Application::load(&place.manifest)?;
    print!("{}", export_lines(&application, &Secrets::load_or_generate(&place.data, &application)?)?);
    Ok(())
}

fn export_lines(application: &Application, secrets: &Secrets) -> Result<String, MissingVariables> {
    let secrets = secrets.variables();
    let clients = application.declarations().clients();
    let tokens: Vec<(&Name, String)> =
        clients.into_iter().map(|client| (client, token_variable(client))).collect();
    let sources = Sources { kept: secrets.clone(), ..Sources::default() };
    let values = Variables::resolve(&application.variables, &sources);
    let names: BTreeSet<&str> =
        secrets.keys().filter(|name| application.variables.contains_key(*name)).map(String::as_str).collect();
    values.require(names.iter().copied().chain(tokens.iter().map(|(_, token)| token.as_str())))?;

    let line = |variable: &str, name: &str| {
        format!("export {variable}={}\n", quoted(values.get(name).unwrap_or_default()))
    };
    let for_spin = names.iter().map(|name| line(&environment_name(name), name));
    let for_bridge = tokens.iter().map(|(client, token)| {
        line(&format!("MCOMMERCE_TOKEN_{}", client.snake_case().to_ascii_uppercase()), token)
    });
    Ok(for_spin.chain(for_bridge).collect())
}

/// Prints the configuration for `mcommerce-bridge --config`.
pub(super) fn print_bridge_config(place: &PlaceOptions) -> anyhow::Result<()> {
    print!("{}", Application::load(&place.manifest)?.declarations().to_toml());
    Ok(())
}

/// Quotes a value for a shell.
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const MANIFEST: &str = r#"
        spin_manifest_version = 2
        application = { name = "a" }
        [variables]
        word = { default = "", secret = true }
        plain = { default = "plain" }
        [trigger]
        http = [{ route = "/", component = "a" }]
        [component.a]
        source = "a.wasm"
        variables = { word = "{{ word }}", plain = "{{ plain }}" }
    "#;

    fn exported(data: &Path) -> Result<String, MissingVariables> {
        let manifest = data.join("spin.toml");
        std::fs::write(&manifest, MANIFEST).expect("the manifest is written");
        let application = Application::load(&manifest).expect("the manifest is valid");
        export_lines(
            &application,
            &Secrets::load_or_generate(data, &application).expect("secrets are loaded"),
        )
    }

    #[test]
    fn secrets_are_quoted_for_a_shell() {
        let data = tempfile::tempdir().expect("a folder");
        std::fs::write(data.path().join("secrets.toml"), "word = \"it's $HOME\"").expect("a file");
        assert_eq!(
            exported(data.path()).expect("all have a value"),
            "export SPIN_VARIABLE_WORD='it'\\''s $HOME'\n"
        );
    }

    #[test]
    fn an_empty_secret_is_refused_by_name() {
        let data = tempfile::tempdir().expect("a folder");
        std::fs::write(data.path().join("secrets.toml"), "word = \"\"").expect("a file");
        assert_eq!(exported(data.path()).expect_err("it is empty").names, ["word"]);
    }
}
