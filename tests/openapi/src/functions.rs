// Generated from spin.toml and functions/*/*/Cargo.toml by `cargo xtask generate`.

//! Each component's module. What only a component uses of it is dead here.

use utoipa::OpenApi as _;

#[path = "../../../functions/orders/create-order/src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only annotations are read")]
mod create_order;
#[path = "../../../functions/gateway/health/src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only annotations are read")]
mod health;
#[path = "../../../functions/catalogue/list-products/src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only annotations are read")]
mod list_products;
#[path = "../../../functions/accounts/login/src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only annotations are read")]
mod login;
#[path = "../../../functions/accounts/my-account/src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only annotations are read")]
mod my_account;
#[path = "../../../functions/payments/pay/src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only annotations are read")]
mod pay;
#[path = "../../../functions/accounts/register/src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only annotations are read")]
mod register;
#[path = "../../../functions/notifications/send-email/src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only annotations are read")]
mod send_email;
#[path = "../../../functions/orders/settle-order/src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only annotations are read")]
mod settle_order;
#[path = "../../../functions/gateway/storefront/src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only annotations are read")]
mod storefront;
#[path = "../../../functions/orders/track-orders/src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only annotations are read")]
mod track_orders;
#[path = "../../../functions/accounts/validate-token/src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only annotations are read")]
mod validate_token;
#[path = "../../../functions/catalogue/view-product/src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only annotations are read")]
mod view_product;

/// What the handlers of each component say of themselves.
pub(crate) fn documents() -> [(&'static str, utoipa::openapi::OpenApi); 13] {
    [
        ("create-order", create_order::Document::openapi()),
        ("health", health::Document::openapi()),
        ("list-products", list_products::Document::openapi()),
        ("login", login::Document::openapi()),
        ("my-account", my_account::Document::openapi()),
        ("pay", pay::Document::openapi()),
        ("register", register::Document::openapi()),
        ("send-email", send_email::Document::openapi()),
        ("settle-order", settle_order::Document::openapi()),
        ("storefront", storefront::Document::openapi()),
        ("track-orders", track_orders::Document::openapi()),
        ("validate-token", validate_token::Document::openapi()),
        ("view-product", view_product::Document::openapi()),
    ]
}
