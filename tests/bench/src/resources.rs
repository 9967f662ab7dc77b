//! Memory and sizes.

use std::path::Path;

use anyhow::{Context as _, Result};

/// The resident memory of a process of this machine, in bytes (Linux).
pub(crate) fn resident_bytes(process: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
    let kilobytes: u64 = line.split_whitespace().next().context("a number")?.parse()?;
    Ok(kilobytes * 1024)
}

/// What `mcommerce instances` says: the median time of a fresh instance of each component.
pub(crate) fn fresh_instances() -> Result<String> {
    let program = std::env::current_exe()?.with_file_name("mcommerce");
    let data = std::env::temp_dir().join(format!("bench-{}", std::process::id()));
    let output = std::process::Command::new(program).arg("instances").arg("--data").arg(&data).output();
    // What it left there is in the way of nobody.
    let _ = std::fs::remove_dir_all(&data);
    Ok(String::from_utf8(output?.stdout)?)
}

/// The components and their sizes in bytes, largest first.
pub(crate) fn component_sizes() -> Result<Vec<(String, u64)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/wasm32-wasip2/function");
    let mut sizes = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        if path.extension().is_some_and(|extension| extension == "wasm") && name != "misbehaving" {
            sizes.push((name, path.metadata()?.len()));
        }
    }
    sizes.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    Ok(sizes)
}
