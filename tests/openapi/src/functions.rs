// Generated from spin.toml and functions/*/*/Cargo.toml by `cargo xtask generate`.

//! The components' modules. Code that only a component uses is dead here.

use kit::describe::Component;

#[path = "../../../functions/orders/create-order/src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only signatures are read")]
mod create_order;
#[path = "../../../functions/gateway/health/src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only signatures are read")]
mod health;
#[path = "../../../functions/catalogue/list-products/src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only signatures are read")]
mod list_products;
#[path = "../../../functions/accounts/login/src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only signatures are read")]
mod login;
#[path = "../../../functions/accounts/my-account/src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only signatures are read")]
mod my_account;
#[path = "../../../functions/payments/pay/src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only signatures are read")]
mod pay;
#[path = "../../../functions/accounts/register/src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only signatures are read")]
mod register;
#[path = "../../../functions/notifications/send-email/src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only signatures are read")]
mod send_email;
#[path = "../../../functions/orders/settle-order/src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only signatures are read")]
mod settle_order;
#[path = "../../../functions/gateway/storefront/src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only signatures are read")]
mod storefront;
#[path = "../../../functions/orders/track-orders/src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only signatures are read")]
mod track_orders;
#[path = "../../../functions/accounts/validate-token/src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only signatures are read")]
mod validate_token;
#[path = "../../../functions/catalogue/view-product/src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only signatures are read")]
mod view_product;

/// What the signatures of each component's endpoints say.
pub(crate) fn components() -> [(&'static str, Component); 13] {
    [
        ("create-order", create_order::describe()),
        ("health", health::describe()),
        ("list-products", list_products::describe()),
        ("login", login::describe()),
        ("my-account", my_account::describe()),
        ("pay", pay::describe()),
        ("register", register::describe()),
        ("send-email", send_email::describe()),
        ("settle-order", settle_order::describe()),
        ("storefront", storefront::describe()),
        ("track-orders", track_orders::describe()),
        ("validate-token", validate_token::describe()),
        ("view-product", view_product::describe()),
    ]
}
