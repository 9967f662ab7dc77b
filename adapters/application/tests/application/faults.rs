//! Each contradiction is named with its file and key.

use crate::shop::Files;

const DOMAIN: &str = "functions/notes/domain.toml";

/// Changes to a sound shop, and what is said of each: the file (`@`), what is taken out (`-`) and put in (`+`), and what
/// the refusal says (`!`).
const CHANGES: &str = include_str!("faults.txt");

#[test]
fn every_contradiction_is_named_with_its_file_and_key() {
    let changes: Vec<&str> = CHANGES.split("\n\n").collect();
    assert!(changes.len() > 30);
    for change in changes {
        let marked = |mark: &str| -> String {
            let lines: Vec<&str> = change.lines().filter_map(|line| line.strip_prefix(mark)).collect();
            lines.join("\n")
        };
        let (file, said) = (marked("@ "), marked("! "));
        let refusal = Files::small().change(&file, &marked("- "), &marked("+ ")).refusal();
        let named = refusal.lines().any(|line| line.contains(&said)) && refusal.contains(&file);
        assert!(named, "{change}\n\nwas refused with\n{refusal}");
    }
}

#[test]
fn all_faults_are_named_at_once() {
    let refusal = Files::small()
        .change("spin.toml", "callers = [\"anyone\"]", "")
        .change(DOMAIN, "[collections.notes]", "[collections.drafts]\n[collections.notes]")
        .refusal();
    assert!(refusal.contains("callers") && refusal.contains("collections.drafts"), "{refusal}");
}

#[test]
fn a_component_without_a_stanza_is_refused_in_a_shop_and_taken_outside_one() {
    let (before, after) = ("[component.count-notes.tool.mcommerce]", "[component.count-notes.tool.other]");
    let refusal = Files::small().change("spin.toml", before, after).refusal();
    assert!(refusal.contains("component.count-notes.tool.mcommerce"), "{refusal}");
    let plain = Files::manifest(crate::manifest::SMALLEST).load();
    assert_eq!(plain.declarations(), &application::Declarations::default());
}

#[test]
fn in_a_checkout_a_component_has_a_crate_in_its_domains_folder() {
    let checkout =
        Files::small().with("Cargo.toml", "[workspace]").with("functions/notes/write-note/Cargo.toml", "");
    let refusal = checkout.refusal();
    assert!(
        refusal.contains("component.count-notes.tool.mcommerce.domain: there is no crate in"),
        "{refusal}"
    );
    assert!(!refusal.contains("write-note.tool"), "{refusal}");
    checkout.with("functions/notes/count-notes/Cargo.toml", "").load();
}

#[test]
fn components_whose_routes_overlap_are_deployed_together() {
    let overlapping = Files::small().change("spin.toml", "\"/internal/notes/:id\"", "\"/:any/notes\"");
    assert!(!overlapping.refusal().contains(".app: "));
    let apart = overlapping.change(
        "spin.toml",
        "callers = [\"write-note\"]",
        "callers = [\"anyone\"]\napp = \"counter\"",
    );
    let named =
        "component.write-note.tool.mcommerce.app: its route /api/notes can mean a path of /:any/notes";
    let refusal = apart.refusal();
    assert!(refusal.contains(named), "{refusal}");
}

#[test]
fn a_missing_domain_toml_is_named() {
    let refusal = Files::small().change("spin.toml", "domain = \"notes\"", "domain = \"papers\"").refusal();
    assert!(refusal.contains("functions/papers/domain.toml: "), "{refusal}");
}

#[test]
fn an_adapter_is_not_named_like_a_component() {
    let adapter =
        "description = \"Counts.\"\nurl = \"http://counter\"\n[bridge]\ncollections = { notes = [\"read\"] }";
    let refusal = Files::small().with("adapters/write-note/adapter.toml", adapter).refusal();
    assert!(
        refusal.contains("adapters/write-note/adapter.toml: spin.toml has a component of this name"),
        "{refusal}"
    );
}

#[test]
fn a_domain_without_components_is_named() {
    let refusal = Files::small().with("functions/ghosts/domain.toml", "boo").refusal();
    assert!(refusal.contains("functions/ghosts/domain.toml: no component is of this domain"), "{refusal}");
}

#[test]
fn a_schedule_is_of_one_domain() {
    let other = "description = \"Others.\"\n[schedules.recount]\nevery = \"1m\"\nemit = \"note.recount_due\"\n\
                 [deploy]\ncpu = \"50m\"\nmemory = \"64Mi\"\nmemory_limit = \"128Mi\"\nconnections = 64\nscale = { cpu = 70 }";
    let before = "[component.count-notes.tool.mcommerce]\ndomain = \"notes\"";
    let refusal = Files::small()
        .change("spin.toml", before, &before.replace("\"notes\"", "\"others\""))
        .with("functions/others/domain.toml", other)
        .refusal();
    let said = "functions/others/domain.toml: schedules.recount: functions/notes/domain.toml has a schedule of this name";
    assert!(refusal.contains(said), "{refusal}");
}
