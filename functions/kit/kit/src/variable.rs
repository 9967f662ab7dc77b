use std::fmt::Display;
use std::sync::OnceLock;

use values::{Fault, Variable};

use crate::host;
use crate::host::Compiled;

/// Reads and parses a variable of this component.
pub async fn read_variable<T: Variable>(name: &'static str) -> Result<T, Fault> {
    let text = host::variable(name).await?;
    T::parse(text).map_err(|error| invalid(name, &error))
}

/// Compiled here, whatever the type of the variable.
#[cold]
#[inline(never)]
fn invalid(name: &str, error: &dyn Display) -> Fault {
    Fault::internal(format!("variable {name}: {error}"))
}

/// Reads a variable the first time in an instance, since each read is a call to the host, and keeps it.
pub(crate) fn variable_once<'a, T: Variable>(
    kept: &'static OnceLock<T>,
    name: &'static str,
) -> Compiled<'a, Result<&'static T, Fault>> {
    Box::pin(async move {
        if let Some(value) = kept.get() {
            return Ok(value);
        }
        let value = read_variable(name).await?;
        Ok(kept.get_or_init(|| value))
    })
}
