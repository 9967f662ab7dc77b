//! Compiled components on disk, so that only the first start compiles.

use std::collections::hash_map::DefaultHasher;
use std::fs::File;
use std::hash::{Hash as _, Hasher as _};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use super::Runtime;

/// Why a component can't be run.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// Its file is missing.
    #[error("{} is missing: build it, `make up` builds everything", source_file.display())]
    Missing {
        /// Which file.
        source_file: PathBuf,
    },
    /// Its file, or the folder of compiled components, can't be used.
    #[error("{}: {error}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// It is no component, or not one for `wasi:http/service` with what this host offers.
    #[error("{}: {error:#}", source_file.display())]
    Unfit {
        /// Which file.
        source_file: PathBuf,
        /// Why.
        error: wasmtime::Error,
    },
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

/// The component of a `.wasm` file, from `cache` if it was compiled before by an engine like this one.
pub(super) fn load(engine: &Engine, source: &Path, cache: &Path) -> Result<Component, CompileError> {
    let unreadable = |error| CompileError::unreadable(source, error);
    let kept = cache.join(cache_name(engine, digest(source).map_err(unreadable)?));
    if let Some(component) = from_cache(engine, &kept) {
        return Ok(component);
    }
    let wasm = std::fs::read(source).map_err(unreadable)?;
    // Of what was read now: the file may have been built anew since.
    let kept = cache.join(cache_name(engine, Sha256::digest(&wasm).into()));
    let unfit = |error| CompileError::Unfit { source_file: source.to_owned(), error };
    let compiled = engine.precompile_component(&wasm).map_err(unfit)?;
    keep(&kept, &compiled).map_err(|error| CompileError::Io { path: kept.clone(), error })?;
    match from_cache(engine, &kept) {
        Some(component) => Ok(component),
        None => Component::new(engine, &wasm).map_err(unfit),
    }
}

/// Compiles a component into `cache`, so that the next start finds it there.
pub fn compile(runtime: &Runtime, source: &Path, cache: &Path) -> Result<(), CompileError> {
    load(runtime.engine(), source, cache).map(drop)
}

/// The SHA-256 of a file, which is not held as a whole: a start that compiles nothing needs little memory.
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

/// Names the code that this engine makes of a file with this digest.
fn cache_name(engine: &Engine, digest: [u8; 32]) -> String {
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    format!("{:016x}-{}.cwasm", hasher.finish(), hex::encode(digest))
}

/// Maps the file instead of reading it: pages of code that never runs take no memory, and sixteen components
/// are there in milliseconds.
#[expect(unsafe_code, reason = "compiled code can only be loaded so; see the comment within")]
fn from_cache(engine: &Engine, kept: &Path) -> Option<Component> {
    if !kept.exists() {
        return None;
    }
    // SAFETY: the file was made by `keep` in a folder that only this user writes to, is named by the hash of
    // its source and of the engine's settings, and is replaced as a whole, never changed.
    match unsafe { Component::deserialize_file(engine, kept) } {
        Ok(component) => Some(component),
        Err(error) => {
            tracing::debug!(%error, "a compiled component is no use any more");
            None
        }
    }
}

/// Writes a file as a whole or not at all.
fn keep(kept: &Path, compiled: &[u8]) -> std::io::Result<()> {
    let folder = kept.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let unique = uuid::Uuid::new_v4().simple().to_string();
    let unfinished = folder.join(format!("{unique}.unfinished"));
    std::fs::write(&unfinished, compiled)?;
    std::fs::rename(&unfinished, kept)
}
