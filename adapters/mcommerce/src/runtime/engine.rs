use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use wasmtime::component::Linker;
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};
use wasmtime_wasi_http::p3::bindings::ServicePre;

use super::compile::{self, CompileError};
use super::state::State;
use super::variables;

/// How often a guest that never waits yields to others, and how often its timeout is checked.
const TICK: Duration = Duration::from_millis(10);

/// The most instances of all components in all shops that share a runtime.
const MAX_INSTANCES: u32 = 1000;

/// The upper bound for [`super::InstanceLimits::memory`].
const MAX_INSTANCE_MEMORY: usize = 256 * 1024 * 1024;

/// Compiles and runs components. Several shops can share a runtime.
#[derive(Clone)]
pub struct Runtime(Arc<Inner>);

struct Inner {
    engine: Engine,
    linker: Linker<State>,
    compiled: Mutex<HashMap<PathBuf, (Stamp, ServicePre<State>)>>,
}

/// Modification time and length, which change when a file is rebuilt.
type Stamp = (SystemTime, u64);

impl Runtime {
    /// Creates an engine and a thread that advances its epochs until the engine is dropped.
    pub fn new() -> wasmtime::Result<Self> {
        let engine = Engine::new(&config(true)).or_else(|error| {
            // The pool reserves terabytes of address space, which a container may not allow.
            tracing::warn!(%error, "can't pool instances, so each allocates its own memory");
            Engine::new(&config(false))
        })?;
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        wasmtime_wasi::p3::add_to_linker(&mut linker)?;
        wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
        variables::add_to_linker(&mut linker)?;
        let weak = engine.weak();
        std::thread::Builder::new().name("epochs".into()).spawn(move || {
            while let Some(engine) = weak.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(TICK);
            }
        })?;
        Ok(Self(Arc::new(Inner { engine, linker, compiled: Mutex::default() })))
    }

    /// Compiles a component into `cache`. Blocks.
    pub fn compile(&self, source: &Path, cache: &Path) -> Result<(), CompileError> {
        compile::load(&self.0.engine, source, cache).map(drop)
    }

    /// Prepares a component for instantiation. Takes it from memory or `cache`, or compiles it, which takes seconds. Blocks.
    pub(super) fn load(&self, source: &Path, cache: &Path) -> Result<ServicePre<State>, CompileError> {
        let stamp = stamp(source)?;
        let known = self.0.compiled.lock().unwrap_or_else(PoisonError::into_inner).get(source).cloned();
        if let Some((then, ready)) = known
            && then == stamp
        {
            return Ok(ready);
        }
        let component = compile::load(&self.0.engine, source, cache)?;
        let unfit = |error| CompileError::Unfit { source_file: source.to_owned(), error };
        let ready = self.0.linker.instantiate_pre(&component).and_then(ServicePre::new).map_err(unfit)?;
        let entry = (stamp, ready.clone());
        self.0.compiled.lock().unwrap_or_else(PoisonError::into_inner).insert(source.to_owned(), entry);
        Ok(ready)
    }
}

fn stamp(source: &Path) -> Result<Stamp, CompileError> {
    std::fs::metadata(source)
        .and_then(|metadata| Ok((metadata.modified()?, metadata.len())))
        .map_err(|error| CompileError::unreadable(source, error))
}

fn config(pooled: bool) -> Config {
    let mut config = Config::new();
    config.wasm_component_model_async(true);
    config.epoch_interruption(true);
    config.parallel_compilation(true);
    // Components are stripped of function names, so a backtrace would tell nothing.
    config.wasm_backtrace_max_frames(None);
    if pooled {
        let mut pool = PoolingAllocationConfig::default();
        pool.total_component_instances(MAX_INSTANCES);
        pool.total_core_instances(MAX_INSTANCES * 4);
        pool.total_memories(MAX_INSTANCES);
        pool.total_tables(MAX_INSTANCES * 4);
        pool.total_stacks(MAX_INSTANCES * 2);
        pool.max_memory_size(MAX_INSTANCE_MEMORY);
        // Clearing a slot by writing zeros is cheaper than having the kernel unmap its memory.
        pool.linear_memory_keep_resident(64 * 1024);
        pool.table_keep_resident(16 * 1024);
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    }
    config
}
