//! The shop's secrets, which the first start generates and later starts reuse.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use application::{Manifest, TOKEN_KEY};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::SecretKey;
use p256::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, EncodePublicKey as _, LineEnding};

const PRIVATE_KEY: &str = "jwt_private_key";
/// The demo shopper's password, which is not a variable.
const DEMO_PASSWORD: &str = "demo_password";

#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    /// The file is not TOML, or the private key is invalid. Must not reveal the file's contents.
    #[error("{} is damaged: move the file away to generate new secrets (all users have to sign in again)", path.display())]
    Damaged { path: PathBuf },
}

/// Secrets by name. `Debug` does not print them.
#[derive(Clone, Default)]
pub struct Secrets(BTreeMap<String, String>);

impl Secrets {
    /// Loads the secrets from a data folder. Generates those that the manifest requires and the folder lacks.
    pub fn load_or_generate(data: &Path, manifest: &Manifest) -> Result<Self, SecretsError> {
        let path = data.join("secrets.toml");
        let io = |source| SecretsError::Io { path: path.clone(), source };
        let mut secrets = match std::fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text).map_err(|_| SecretsError::Damaged { path: path.clone() })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(io(error)),
        };
        let before = secrets.len();
        for (name, declared) in &manifest.variables {
            if declared.needs_value() && declared.secret && name != PRIVATE_KEY {
                secrets.entry(name.clone()).or_insert_with(random_token);
            }
        }
        secrets.entry(DEMO_PASSWORD.to_owned()).or_insert_with(random_password);
        if manifest.variables.contains_key(PRIVATE_KEY) {
            let damaged = || SecretsError::Damaged { path: path.clone() };
            let private = secrets.entry(PRIVATE_KEY.to_owned()).or_insert_with(random_key);
            let public = public_key(private).ok_or_else(damaged)?;
            secrets.insert(TOKEN_KEY.to_owned(), public);
        }
        if secrets.len() != before {
            let text = toml::to_string(&secrets).map_err(|_| SecretsError::Damaged { path: path.clone() })?;
            std::fs::create_dir_all(data).and_then(|()| write_private(&path, &text)).map_err(io)?;
        }
        Ok(Self(secrets))
    }

    /// All secrets, which include values for the manifest's variables.
    pub fn variables(&self) -> BTreeMap<String, String> {
        self.0.clone()
    }

    pub fn demo_password(&self) -> &str {
        self.0.get(DEMO_PASSWORD).map(String::as_str).unwrap_or_default()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Generates a password of 20 characters that are easy to type.
pub fn random_password() -> String {
    const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let letter = || char::from(LETTERS[rand::random_range(0..LETTERS.len())]);
    let group = || -> String { (0..4).map(|_| letter()).collect() };
    (0..5).map(|_| group()).collect::<Vec<_>>().join("-")
}

fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

fn random_key() -> String {
    loop {
        // Fails for one in 2^32 values, which are not below the curve's order.
        if let Ok(key) = SecretKey::from_slice(&rand::random::<[u8; 32]>())
            && let Ok(pem) = key.to_pkcs8_pem(LineEnding::LF)
        {
            return pem.to_string();
        }
    }
}

fn public_key(private: &str) -> Option<String> {
    SecretKey::from_pkcs8_pem(private).ok()?.public_key().to_public_key_pem(LineEnding::LF).ok()
}

/// Writes a file atomically and readable only by its owner.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let unfinished = path.with_extension("unfinished");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&unfinished, path)
}

#[cfg(test)]
mod tests {
    use application::Application;

    use super::*;

    const MANIFEST: &str = r#"
        spin_manifest_version = 2
        application = { name = "a" }
        [variables]
        jwt_private_key = { default = "", secret = true }
        jwt_public_key = { default = "" }
        token_create_order = { required = true, secret = true }
        plain = { default = "plain" }
        [trigger]
        http = [{ route = "/", component = "a" }]
        [component.a]
        source = "a.wasm"
    "#;

    fn load(data: &Path, manifest: &str) -> Secrets {
        std::fs::write(data.join("spin.toml"), manifest).expect("the manifest is written");
        let application = Application::load(&data.join("spin.toml")).expect("the manifest is valid");
        Secrets::load_or_generate(data, &application).expect("secrets are loaded")
    }

    #[test]
    fn secrets_are_generated_once() {
        let data = tempfile::tempdir().expect("a folder");
        let first = load(data.path(), MANIFEST);
        assert_eq!(first.0, load(data.path(), MANIFEST).0);
        assert!(first.0[PRIVATE_KEY].starts_with("-----BEGIN PRIVATE KEY-----"));
        assert!(first.0[TOKEN_KEY].starts_with("-----BEGIN PUBLIC KEY-----"));
        assert!(first.0["token_create_order"].len() >= 43);
        assert!(!first.0.contains_key("plain"));
    }

    #[test]
    fn a_new_variable_gets_a_secret_and_others_keep_theirs() {
        let data = tempfile::tempdir().expect("a folder");
        let first = load(data.path(), MANIFEST);
        let grown = MANIFEST.replace("[trigger]", "token_pay = { default = \"\", secret = true }\n[trigger]");
        let second = load(data.path(), &grown);
        assert_eq!(first.0["token_create_order"], second.0["token_create_order"]);
        assert!(second.0.contains_key("token_pay"));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_the_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let data = tempfile::tempdir().expect("a folder");
        load(data.path(), MANIFEST);
        let metadata = std::fs::metadata(data.path().join("secrets.toml")).expect("the file is there");
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn debug_does_not_print_secrets() {
        let data = tempfile::tempdir().expect("a folder");
        let secrets = load(data.path(), MANIFEST);
        assert!(!format!("{secrets:?}").contains(&secrets.0["token_create_order"]));
    }
}
