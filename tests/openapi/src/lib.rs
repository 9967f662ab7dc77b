//! The OpenAPI document, read off the handlers' own types.
//!
//! Endpoints are Wasm components, which nothing native can link. Their modules are compiled here once more, natively, only
//! for the annotations on their handlers.

mod functions;

use functions::{
    create_order, health, list_products, login, my_account, pay, register, track_orders, validate_token,
    view_product,
};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

/// Every public route of the shop.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Mcommerce",
        description = "A shop whose every endpoint is a WebAssembly function.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    paths(
        list_products::list_products,
        view_product::view_by_id,
        view_product::view_by_sku,
        register::register,
        login::login,
        login::refresh,
        login::logout,
        my_account::me,
        validate_token::validate,
        validate_token::jwks,
        create_order::create_order,
        track_orders::my_orders,
        track_orders::order_by_id,
        track_orders::find_guest_order,
        pay::pay,
        pay::payment_by_id,
        health::health,
    ),
    modifiers(&Credentials),
)]
struct Document;

struct Credentials;

impl Modify for Credentials {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        let header = ApiKeyValue::new("X-Order-Token");
        components.add_security_scheme("orderToken", SecurityScheme::ApiKey(ApiKey::Header(header)));
    }
}

/// The document as it is kept in `docs/api/openapi.json`: JSON, indented.
#[must_use]
pub fn text() -> String {
    Document::openapi().to_pretty_json().expect("a document of our own serialises")
}
