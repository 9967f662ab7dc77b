//! The OpenAPI document, read off the handlers' own types.
//!
//! Endpoints are Wasm components, which nothing native can link. Their modules are compiled here once more, natively, only
//! for the annotations on their handlers. Which they are, `cargo xtask generate` writes into `functions.rs` and the
//! manifest.

#[rustfmt::skip]
mod functions;

use std::collections::BTreeMap;

use application::{Application, Audience};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{OpenApi, PathItem};
use utoipa::{Modify, OpenApi as _};

/// What the shop's document says besides its operations.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Mcommerce",
        description = "A shop whose every endpoint is a WebAssembly function.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    modifiers(&Credentials),
)]
struct Shop;

struct Credentials;

impl Modify for Credentials {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        let header = ApiKeyValue::new("X-Order-Token");
        components.add_security_scheme("orderToken", SecurityScheme::ApiKey(ApiKey::Header(header)));
    }
}

/// What the handlers of each component say of themselves, by the component's name: all they serve, public or not.
#[must_use]
pub fn by_component() -> BTreeMap<&'static str, OpenApi> {
    functions::documents().into()
}

/// Two components have different types of one name, which one document can't.
#[derive(Debug, thiserror::Error)]
#[error("{component}: the type {schema} is another one than the type of this name in a component before it")]
pub struct AmbiguousSchema {
    component: &'static str,
    schema: String,
}

/// The shop's document: every operation that is for the outside. The page itself is none.
pub fn public(application: &Application) -> Result<OpenApi, AmbiguousSchema> {
    let mut shop = Shop::openapi();
    for (component, mut document) in by_component() {
        let public: Vec<String> = application
            .routes_to(component)
            .filter(|route| route.audience() == Audience::Public && !route.is_wildcard())
            .map(application::Route::openapi)
            .collect();
        document.paths.paths.retain(|path, _: &mut PathItem| public.contains(path));
        if document.paths.paths.is_empty() {
            continue;
        }
        let known = shop.components.get_or_insert_default();
        for (schema, own) in document.components.iter().flat_map(|components| &components.schemas) {
            if known.schemas.get(schema).is_some_and(|other| other != own) {
                return Err(AmbiguousSchema { component, schema: schema.clone() });
            }
        }
        shop.merge(document);
    }
    Ok(shop)
}
