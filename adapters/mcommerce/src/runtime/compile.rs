//! Compiles components and caches them on disk, so that only the first start compiles.

use std::collections::hash_map::DefaultHasher;
use std::fs::File;
use std::hash::{Hash as _, Hasher as _};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    #[error("{} is missing: build it, `make up` builds everything", source_file.display())]
    Missing { source_file: PathBuf },
    /// The component or the cache can't be read or written.
    #[error("{}: {error}", path.display())]
    Io { path: PathBuf, error: std::io::Error },
    /// The file is not a component for `wasi:http/service`, or it imports what `mcommerce` does not provide.
    #[error("{}: {error:#}", source_file.display())]
    Unfit { source_file: PathBuf, error: wasmtime::Error },
}

impl CompileError {
    pub(super) fn unreadable(source: &Path, error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::NotFound {
            Self::Missing { source_file: source.to_owned() }
        } else {
            Self::Io { path: source.to_owned(), error }
        }
    }
}

/// Loads a component from `cache` if the same engine has compiled it before.
pub(super) fn load(engine: &Engine, source: &Path, cache: &Path) -> Result<Component, CompileError> {
    let unreadable = |error| CompileError::unreadable(source, error);
    let cached = cache.join(cache_name(engine, digest(source).map_err(unreadable)?));
    if let Some(component) = from_cache(engine, &cached) {
        return Ok(component);
    }
    let wasm = std::fs::read(source).map_err(unreadable)?;
    // The file may have been rebuilt since its digest was taken.
    let cached = cache.join(cache_name(engine, Sha256::digest(&wasm).into()));
    let unfit = |error| CompileError::Unfit { source_file: source.to_owned(), error };
    let compiled = engine.precompile_component(&wasm).map_err(unfit)?;
    write_atomically(&cached, &compiled).map_err(|error| CompileError::Io { path: cached.clone(), error })?;
    match from_cache(engine, &cached) {
        Some(component) => Ok(component),
        None => Component::new(engine, &wasm).map_err(unfit),
    }
}

/// The SHA-256 of a file. Reads in pieces, so that a start which compiles nothing needs little memory.
fn digest(source: &Path) -> std::io::Result<[u8; 32]> {
    let mut file = BufReader::with_capacity(64 * 1024, File::open(source)?);
    let mut digest = Sha256::new();
    loop {
        let bytes = file.fill_buf()?;
        if bytes.is_empty() {
            return Ok(digest.finalize().into());
        }
        digest.update(bytes);
        let count = bytes.len();
        file.consume(count);
    }
}

/// The name of the cached code for an engine and a file's digest.
fn cache_name(engine: &Engine, digest: [u8; 32]) -> String {
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    format!("{:016x}-{}.cwasm", hasher.finish(), hex::encode(digest))
}

/// Maps the file instead of reading it. Code that never runs takes no memory, and sixteen components load in milliseconds.
#[expect(unsafe_code, reason = "compiled code can only be loaded unsafely")]
fn from_cache(engine: &Engine, cached: &Path) -> Option<Component> {
    if !cached.exists() {
        return None;
    }
    // SAFETY: `write_atomically` wrote the file to a folder that only this user can write to. Its name contains the hashes
    // of its source and of the engine's settings, and it is only ever replaced as a whole.
    match unsafe { Component::deserialize_file(engine, cached) } {
        Ok(component) => Some(component),
        Err(error) => {
            tracing::debug!(%error, "a cached component is unusable");
            None
        }
    }
}

fn write_atomically(path: &Path, compiled: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let unique = uuid::Uuid::new_v4().simple().to_string();
    let unfinished = folder.join(format!("{unique}.unfinished"));
    std::fs::write(&unfinished, compiled)?;
    std::fs::rename(&unfinished, path)
}
