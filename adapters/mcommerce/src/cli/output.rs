use std::fmt::Write as _;
use std::path::Path;

use mcommerce::accounts::Credentials;
use mcommerce::{DemoAccounts, Shop};
use serde_json::{Value, json};

/// The message that a shop prints when it has started.
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
    format!("\n{}{}\n  Press Ctrl-C to stop.\n", aligned(&lines), accounts(shop.accounts()))
}

/// Lists the demo accounts and the test card.
pub(super) fn accounts(accounts: &DemoAccounts) -> String {
    let mut lines = Vec::new();
    if let Some(Credentials { email, password }) = &accounts.shopper {
        lines.push(("Shopper", format!("{email}  password {password}")));
    }
    if let Some(Credentials { email, password }) = &accounts.admin {
        lines.push(("Admin", format!("{email}  password {password}  (not shown again)")));
    }
    lines.push(("Test card", "4242 4242 4242 4242, any future date, any three digits".to_owned()));
    aligned(&lines)
}

fn aligned(lines: &[(&str, String)]) -> String {
    lines.iter().fold(String::new(), |mut text, (name, value)| {
        // Writing to a string can't fail.
        let _ = writeln!(text, "  {name:<10} {value}");
        text
    })
}

/// The addresses and accounts as one line of JSON.
pub(super) fn json_line(shop: &Shop) -> String {
    let addresses = shop.addresses();
    let credentials = |account: &Option<Credentials>| -> Value {
        account.as_ref().map_or(Value::Null, |it| json!({ "email": it.email, "password": it.password }))
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
