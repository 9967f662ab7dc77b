//! Every contradiction is reported with its file and key.

use crate::shop::Files;

const DOMAIN: &str = "functions/notes/domain.toml";

/// Changes to a valid shop, and the fault that each causes: the file (`@`), removed (`-`) and added (`+`) lines, and a part
/// of the message (`!`).
const CHANGES: &str = include_str!("faults.txt");

#[test]
fn every_contradiction_is_reported_with_its_file_and_key() {
    let changes: Vec<&str> = CHANGES.split("\n\n").collect();
    assert!(changes.len() > 30);
    for change in changes {
        let marked = |mark: &str| -> String {
            let lines: Vec<&str> = change.lines().filter_map(|line| line.strip_prefix(mark)).collect();
            lines.join("\n")
        };
        let (file, fault) = (marked("@ "), marked("! "));
        let refusal = Files::small().change(&file, &marked("- "), &marked("+ ")).refusal();
        let reported = refusal.lines().any(|line| line.contains(&fault)) && refusal.contains(&file);
        assert!(reported, "{change}\n\nwas refused with\n{refusal}");
    }
}

#[test]
fn all_faults_are_reported_at_once() {
    let refusal = Files::small()
        .change("spin.toml", "callers = [\"anyone\"]", "")
        .change(DOMAIN, "[collections.notes]", "[collections.drafts]\n[collections.notes]")
        .refusal();
    assert!(refusal.contains("callers") && refusal.contains("collections.drafts"), "{refusal}");
}

#[test]
fn a_component_without_a_stanza_is_refused_only_in_a_shop() {
    let (before, after) = ("[component.count-notes.tool.mcommerce]", "[component.count-notes.tool.other]");
    let refusal = Files::small().change("spin.toml", before, after).refusal();
    assert!(refusal.contains("component.count-notes.tool.mcommerce"), "{refusal}");
    let plain = Files::manifest(crate::manifest::SMALLEST).load();
    assert_eq!(plain.declarations(), &application::Declarations::default());
}

#[test]
fn a_component_in_a_checkout_needs_a_crate_in_its_domains_folder() {
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
fn components_whose_routes_overlap_must_be_deployed_together() {
    let overlapping = Files::small().change("spin.toml", "\"/internal/notes/:id\"", "\"/:any/notes\"");
    assert!(!overlapping.refusal().contains(".app: "));
    let apart = overlapping.change(
        "spin.toml",
        "callers = [\"write-note\"]",
        "callers = [\"anyone\"]\napp = \"counter\"",
    );
    let fault = "component.write-note.tool.mcommerce.app: the route /api/notes overlaps /:any/notes";
    let refusal = apart.refusal();
    assert!(refusal.contains(fault), "{refusal}");
}

#[test]
fn a_missing_domain_toml_is_reported() {
    let refusal = Files::small().change("spin.toml", "domain = \"notes\"", "domain = \"papers\"").refusal();
    assert!(refusal.contains("functions/papers/domain.toml: "), "{refusal}");
}

#[test]
fn an_adapter_cannot_share_the_name_of_a_component() {
    let adapter =
        "description = \"Counts.\"\nurl = \"http://counter\"\n[bridge]\ncollections = { notes = [\"read\"] }";
    let refusal = Files::small().with("adapters/write-note/adapter.toml", adapter).refusal();
    assert!(
        refusal.contains("adapters/write-note/adapter.toml: spin.toml has a component with this name"),
        "{refusal}"
    );
}

#[test]
fn a_domain_without_components_is_reported() {
    let refusal = Files::small().with("functions/ghosts/domain.toml", "boo").refusal();
    assert!(
        refusal.contains("functions/ghosts/domain.toml: no component belongs to this domain"),
        "{refusal}"
    );
}

#[test]
fn a_schedule_belongs_to_one_domain() {
    let other = "description = \"Others.\"\n[schedules.recount]\nevery = \"1m\"\nemit = \"note.recount_due\"\n\
                 [deploy]\ncpu = \"50m\"\nmemory = \"64Mi\"\nmemory_limit = \"128Mi\"\nconnections = 64\nscale = { cpu = 70 }";
    let before = "[component.count-notes.tool.mcommerce]\ndomain = \"notes\"";
    let refusal = Files::small()
        .change("spin.toml", before, &before.replace("\"notes\"", "\"others\""))
        .with("functions/others/domain.toml", other)
        .refusal();
    let fault = "functions/others/domain.toml: schedules.recount: functions/notes/domain.toml already has a schedule with this name";
    assert!(refusal.contains(fault), "{refusal}");
}
