//! Applications that are loaded from files, and files that are refused.

mod faults;
mod manifest;
mod shop;

use application::{Audience, Caller, Environment, Grant, Name, OutboundHost, Target};

use shop::Files;

#[test]
fn the_shops_own_files_are_valid() {
    let path = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../spin.toml"));
    let shop = application::Application::load(path).unwrap_or_else(|refused| panic!("{refused}"));
    assert!(shop.stanzas().all(|(_, _, stanza)| shop.domains().contains_key(&stanza.domain)));
}

#[test]
fn the_bridges_configuration_comes_from_stanzas_domains_and_adapters() {
    let shop = Files::small().load();
    let declarations = shop.declarations();
    let read_notes = Grant::Collection("notes".to_owned().try_into().unwrap(), application::Access::Read);
    assert!(declarations.allow("write-note", &read_notes));
    assert!(declarations.allow("indexer", &read_notes));
    assert!(!declarations.allow("count-notes", &read_notes));
    let subscriptions =
        |client: &str| declarations.subscriptions().iter().filter(|it| **it.function() == *client).count();
    assert_eq!(
        (subscriptions("count-notes"), subscriptions("indexer"), subscriptions("write-note")),
        (2, 1, 0)
    );
    assert_eq!(
        declarations.collections().iter().map(|it| (it.name().as_str(), it.owner())).next(),
        Some(("notes", "notes"))
    );
    assert_eq!(
        declarations.clients().into_iter().map(Name::as_str).collect::<Vec<_>>(),
        ["count-notes", "indexer", "write-note"]
    );
}

#[test]
fn components_of_a_domain_are_deployed_together_unless_one_sets_app() {
    let apps = |files: Files| -> Vec<(String, Vec<String>)> {
        let names =
            |app: &application::App<'_>| app.components.iter().map(|(name, ..)| name.to_string()).collect();
        files.load().apps().iter().map(|app| (app.name.to_string(), names(app))).collect()
    };
    let both = ["count-notes", "write-note"].map(str::to_owned).to_vec();
    assert_eq!(apps(Files::small()), [("notes".to_owned(), both)]);
    let apart = Files::small().change(
        "spin.toml",
        "callers = [\"write-note\"]",
        "app = \"counter\"\ncallers = [\"write-note\"]",
    );
    assert_eq!(
        apps(apart),
        [
            ("counter".to_owned(), vec!["count-notes".to_owned()]),
            ("notes".to_owned(), vec!["write-note".to_owned()]),
        ]
    );
}

#[test]
fn a_component_is_left_out_of_environments_that_it_does_not_name() {
    let files = Files::small()
        .change(
            "spin.toml",
            "callers = [\"write-note\"]",
            "environments = [\"local\"]\ncallers = [\"write-note\"]",
        )
        .change("spin.toml", "callers = [\"anyone\"]", "environments = [\"local\"]\ncallers = [\"anyone\"]");
    let shop = files.load();
    assert_eq!(shop.deployed_in(Environment::Local).stanzas().count(), 2);
    let production = shop.deployed_in(Environment::Production);
    assert_eq!(production.stanzas().count(), 0);
    assert!(production.routes.is_empty());
    assert_eq!(
        production.declarations().clients().into_iter().map(Name::as_str).collect::<Vec<_>>(),
        ["indexer"]
    );
}

#[test]
fn an_outbound_host_is_the_bridge_a_component_or_an_outside_host() {
    let shop = Files::small().load();
    let hosts = shop.outbound(&shop.components["write-note"]);
    let [bridge, component, OutboundHost::External(outside), configured] = hosts.as_slice() else {
        panic!("{hosts:?}");
    };
    assert_eq!(bridge, &OutboundHost::Bridge);
    assert_eq!(component, &OutboundHost::Component(Name::parse("count-notes").unwrap()));
    assert_eq!((outside.host(), outside.port()), ("api.example", 443));
    assert_eq!(configured, &OutboundHost::Configured(vec!["mail_host".to_owned()]));
    assert_eq!(shop.addresses()["counter_url"], "count-notes");
}

#[test]
fn routes_have_audiences_and_lead_to_their_component() {
    let shop = Files::small().load();
    let audiences: Vec<_> = shop.routes_to("count-notes").map(application::Route::audience).collect();
    assert_eq!(audiences, [Audience::Functions, Audience::Bridge, Audience::Bridge]);
    let stanza = shop.components["count-notes"].stanza.as_ref().unwrap();
    assert!(stanza.callers.contains(&Caller::Component(Name::parse("write-note").unwrap())));
    let router = shop.router();
    let found = router.route("/internal/notes/7").unwrap();
    assert_eq!(found.value, &Target::Component(Name::parse("count-notes").unwrap()));
    assert_eq!(found.parameters, [("id".to_owned(), "7".to_owned())]);
}

#[test]
fn a_component_requires_the_variables_whose_default_is_empty() {
    let shop = Files::small().load();
    let required = shop.required_variables([&shop.components["write-note"]]);
    assert_eq!(required.into_iter().collect::<Vec<_>>(), ["mail_host", "note_key", "token_write_note"]);
}
