//! The endpoints' modules. What only a component uses of them is dead here.

macro_rules! endpoints {
    ($($name:ident at $path:literal),+ $(,)?) => {
        $(
            #[path = $path]
            #[allow(dead_code, unused_imports, unreachable_pub, missing_docs, reason = "a component's routes are not served here")]
            pub(crate) mod $name;
        )+
    };
}

endpoints! {
    list_products at "../../../functions/catalogue/list-products/src/lib.rs",
    view_product at "../../../functions/catalogue/view-product/src/lib.rs",
    register at "../../../functions/accounts/register/src/lib.rs",
    login at "../../../functions/accounts/login/src/lib.rs",
    my_account at "../../../functions/accounts/my-account/src/lib.rs",
    validate_token at "../../../functions/accounts/validate-token/src/lib.rs",
    create_order at "../../../functions/orders/create-order/src/lib.rs",
    track_orders at "../../../functions/orders/track-orders/src/lib.rs",
    pay at "../../../functions/payments/pay/src/lib.rs",
    health at "../../../functions/gateway/health/src/lib.rs",
}
