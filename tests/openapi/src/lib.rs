//! The OpenAPI document, read from the endpoints' signatures.
//!
//! Endpoints are Wasm components, which nothing native can link. Their modules are compiled here again, natively, only for
//! what their signatures say. `cargo xtask generate` writes the list of them into `functions.rs` and the manifest.

#[rustfmt::skip]
mod functions;

use std::collections::{BTreeMap, BTreeSet};

use application::{Application, Audience, Route};
use kit::describe::Component;
use serde::Serialize;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
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
        let mut service = Http::new(HttpAuthScheme::Bearer);
        service.description = Some("The token of another service of the shop.".into());
        components.add_security_scheme("service", SecurityScheme::Http(service));
    }
}

/// What the signatures of a component's endpoints say, public or not.
#[derive(Serialize)]
pub struct SaidOfComponent {
    /// The OpenAPI document of all its endpoints.
    pub document: OpenApi,
    /// The variables that it reads, and whether each must be secret.
    pub variables: BTreeMap<&'static str, bool>,
    /// The types of the events it may emit.
    pub emits: BTreeSet<&'static str>,
    /// The types of the events that are delivered to each path.
    pub consumes: BTreeMap<&'static str, BTreeSet<&'static str>>,
    /// The codes of the problems that its public endpoints answer with.
    #[serde(skip)]
    codes: BTreeSet<&'static str>,
    /// The paths of its public endpoints.
    #[serde(skip)]
    public: BTreeSet<String>,
}

/// What each component's signatures say, by the component's name.
#[must_use]
pub fn by_component(application: &Application) -> BTreeMap<&'static str, SaidOfComponent> {
    functions::components().into_iter().map(|(name, said)| (name, read(application, name, said))).collect()
}

fn read(application: &Application, name: &str, said: Component) -> SaidOfComponent {
    let public: BTreeSet<String> = application
        .routes_to(name)
        .filter(|route| route.audience() == Audience::Public && !route.is_wildcard())
        .map(Route::openapi)
        .collect();
    let stanza = application.components.get(name).and_then(|component| component.stanza.as_ref());
    SaidOfComponent {
        variables: said.variables(),
        emits: said.emits().clone(),
        consumes: said.consumes(),
        codes: said.codes(|path| public.contains(path)),
        public,
        document: said.into_openapi(stanza.map_or("", |stanza| stanza.domain.as_str())),
    }
}

/// Two components have different types of one name, which one document can't have.
#[derive(Debug, thiserror::Error)]
#[error("{component}: the type {schema} differs from the type of this name in an earlier component")]
pub struct AmbiguousSchema {
    component: &'static str,
    schema: String,
}

/// The codes of problems that `mcommerce` answers with itself, beside those that components have too.
const RUNTIME_CODES: [&str; 1] = ["timed_out"];

/// The shop's document: every operation that is for the outside. The page itself is not an operation.
pub fn public(components: BTreeMap<&'static str, SaidOfComponent>) -> Result<OpenApi, AmbiguousSchema> {
    let mut shop = Shop::openapi();
    let mut codes = BTreeSet::from(RUNTIME_CODES);
    for (component, said) in components {
        let mut document = said.document;
        document.paths.paths.retain(|path, _: &mut PathItem| said.public.contains(path));
        if document.paths.paths.is_empty() {
            continue;
        }
        codes.extend(said.codes);
        let known = shop.components.get_or_insert_default();
        for (schema, own) in document.components.iter().flat_map(|components| &components.schemas) {
            if known.schemas.get(schema).is_some_and(|other| other != own) {
                return Err(AmbiguousSchema { component, schema: schema.clone() });
            }
        }
        shop.merge(document);
    }
    let codes = ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("What went wrong, for a program."))
        .enum_values(Some(codes));
    shop.components.get_or_insert_default().schemas.insert("ProblemCode".into(), codes.into());
    Ok(shop)
}
