use std::fmt::Write as _;
use std::path::Path;

use mcommerce::accounts::Credentials;
use mcommerce::{DemoAccounts, Shop};
use serde_json::{Value, json};

/// What a shop that has started says, for a person.
pub(super) fn greeting(shop: &Shop, data: &Path, page: Option<&str>) -> String {
    let addresses = shop.addresses();
    let mut lines = vec![("Shop", page.unwrap_or(&addresses.shop).to_owned())];
    if page.is_some() {
        lines.push(("API", addresses.shop.clone()));
    }
    if let Some(inbox) = &addresses.inbox {
        lines.push(("Inbox", inbox.clone()));
    }
    if let Some(dashboard) = &addresses.dashboard {
        lines.push(("Dashboard", dashboard.clone()));
    }
    if let Some(internal) = &addresses.internal {
        lines.push(("Events", internal.clone()));
    }
    lines.push(("Mail", addresses.smtp.clone()));
    if let Some(bridge) = &addresses.bridge {
        lines.push(("Bridge", bridge.clone()));
    }
    lines.push(("Data", data.display().to_string()));
    format!("\n{}{}\n  Ctrl-C stops it.\n", aligned(&lines), accounts(shop.accounts()))
}

/// Who can sign in, and the card to pay with.
pub(super) fn accounts(accounts: &DemoAccounts) -> String {
    let mut lines = Vec::new();
    if let Some(Credentials { email, password }) = &accounts.shopper {
        lines.push(("Shopper", format!("{email}  password {password}")));
    }
    if let Some(Credentials { email, password }) = &accounts.admin {
        lines
            .push(("Admin", format!("{email}  password {password}  (write it down: it is not shown again)")));
    }
    lines.push(("Test card", "4242 4242 4242 4242, any date to come, any three digits".to_owned()));
    aligned(&lines)
}

fn aligned(lines: &[(&str, String)]) -> String {
    lines.iter().fold(String::new(), |mut text, (name, value)| {
        // Writing to a text does not fail.
        let _ = writeln!(text, "  {name:<10} {value}");
        text
    })
}

/// The same as one line of JSON.
pub(super) fn json_line(shop: &Shop) -> String {
    let addresses = shop.addresses();
    let credentials = |of: &Option<Credentials>| -> Value {
        of.as_ref().map_or(Value::Null, |of| json!({ "email": of.email, "password": of.password }))
    };
    json!({
        "shop": addresses.shop,
        "internal": addresses.internal,
        "inbox": addresses.inbox,
        "dashboard": addresses.dashboard,
        "smtp": addresses.smtp,
        "bridge": addresses.bridge,
        "shopper": credentials(&shop.accounts().shopper),
        "admin": credentials(&shop.accounts().admin),
    })
    .to_string()
}
