//! Implements `spin:variables`.

use wasmtime::component::{Accessor, HasData, Linker};

use super::state::State;

mod generated {
    wasmtime::component::bindgen!({ path: "wit", world: "host" });
}

use generated::spin::variables::variables;

/// Gives bindings access to the variables in an instance's state.
struct Values;

impl HasData for Values {
    type Data<'a> = &'a mut State;
}

impl variables::Host for &mut State {}

impl variables::HostWithStore<State> for Values {
    async fn get(store: &Accessor<State, Self>, name: String) -> Result<String, variables::Error> {
        let is_valid = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !is_valid {
            return Err(variables::Error::InvalidName(name));
        }
        store
            .with(|mut state| state.get().variables.get(&name).cloned())
            .ok_or(variables::Error::Undefined(name))
    }
}

pub(super) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    variables::add_to_linker::<State, Values>(linker, |state| state)
}
