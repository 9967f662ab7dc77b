use std::collections::BTreeMap;

use application::{Application, Refused};
use tempfile::TempDir;

/// The files of a shop with one domain, two components and an adapter.
#[derive(Clone)]
pub(crate) struct Files(BTreeMap<String, String>);

const SPIN: &str = r#"
spin_manifest_version = 2
[application]
name = "notes"
[variables]
bridge_url = { default = "http://127.0.0.1:1" }
counter_url = { default = "http://count-notes.spin.internal" }
mail_host = { default = "" }
note_key = { default = "", secret = true }
token_write_note = { default = "", secret = true }
token_count_notes = { default = "", secret = true }
token_indexer = { default = "", secret = true }

[[trigger.http]]
route = "/api/notes"
component = "write-note"

[component.write-note]
description = "Writes a note."
source = "write_note.wasm"
allowed_outbound_hosts = ["{{ bridge_url }}", "{{ counter_url }}", "https://api.example", "tcp://{{ mail_host }}:25"]
[component.write-note.variables]
bridge_url = "{{ bridge_url }}"
bridge_token = "{{ token_write_note }}"
counter_url = "{{ counter_url }}"
mail_host = "{{ mail_host }}"
key = "{{ note_key }}"
[component.write-note.tool.mcommerce]
domain = "notes"
callers = ["anyone"]
collections = { notes = ["read", "insert"] }
emits = ["note.written"]

[[trigger.http]]
route = "/internal/notes/:id"
component = "count-notes"
[[trigger.http]]
route = "/events/count-notes"
component = "count-notes"
[[trigger.http]]
route = "/events/recount"
component = "count-notes"

[component.count-notes]
description = "Counts notes."
source = "count_notes.wasm"
allowed_outbound_hosts = ["{{ bridge_url }}"]
[component.count-notes.variables]
bridge_url = "{{ bridge_url }}"
bridge_token = "{{ token_count_notes }}"
[component.count-notes.tool.mcommerce]
domain = "notes"
callers = ["write-note"]
[component.count-notes.tool.mcommerce.consumes.count-notes]
events = ["note.written"]
attempts = 3
first_delay = "1s"
longest_delay = "2s"
timeout = "10s"
concurrency = 4
[component.count-notes.tool.mcommerce.consumes.recount]
events = ["note.recount_due"]
attempts = 3
first_delay = "1s"
longest_delay = "2s"
timeout = "10s"
concurrency = 1
"#;

const DOMAIN: &str = r#"
description = "Notes."
publishes = ["note.written"]
[collections.notes]
indexes = [{ name = "text", keys = ["text"] }]
[schedules.recount]
every = "1h"
emit = "note.recount_due"
[deploy]
cpu = "50m"
memory = "64Mi"
memory_limit = "128Mi"
connections = 64
scale = { cpu = 70, queue = { subscription = "count-notes", messages = 50 } }
"#;

const ADAPTER: &str = r#"
description = "Finds notes."
url = "http://indexer.example"
[bridge]
collections = { notes = ["read"] }
[bridge.consumes.index-notes]
events = ["note.written"]
attempts = 3
first_delay = "1s"
longest_delay = "2s"
timeout = "10s"
concurrency = 4
"#;

impl Files {
    /// A valid shop.
    pub(crate) fn small() -> Self {
        let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        Self(
            [
                file("spin.toml", SPIN),
                file("functions/notes/domain.toml", DOMAIN),
                file("adapters/indexer/adapter.toml", ADAPTER),
                file("adapters/README.md", "No adapter."),
            ]
            .into(),
        )
    }

    /// Just a manifest.
    pub(crate) fn manifest(text: &str) -> Self {
        Self([("spin.toml".to_owned(), text.to_owned())].into())
    }

    /// Replaces a part of a file. Panics if the file does not contain it.
    pub(crate) fn change(mut self, file: &str, from: &str, to: &str) -> Self {
        let text = self.0.get_mut(file).expect("the file is there");
        assert!(text.contains(from), "{file} has {from:?}");
        *text = text.replace(from, to);
        self
    }

    /// Adds a file.
    pub(crate) fn with(mut self, file: &str, text: &str) -> Self {
        self.0.insert(file.to_owned(), text.to_owned());
        self
    }

    pub(crate) fn try_load(&self) -> Result<Application, Refused> {
        let folder = TempDir::new().expect("a folder");
        for (name, text) in &self.0 {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("the folder is made");
            std::fs::write(path, text).expect("the file is written");
        }
        Application::load(&folder.path().join("spin.toml"))
    }

    pub(crate) fn load(&self) -> Application {
        self.try_load().unwrap_or_else(|refused| panic!("{refused}"))
    }

    /// The faults, one per line.
    pub(crate) fn refusal(&self) -> String {
        self.try_load().expect_err("it is refused").to_string()
    }
}
