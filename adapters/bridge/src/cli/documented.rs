//! Holds the table of variables in `docs/operations.md` to what the command line defines.

use std::collections::BTreeSet;

use clap::{Arg, ArgAction, CommandFactory as _};

use super::Arguments;

/// A row of the table: `| variable | program | meaning | value | default |`.
fn row(argument: &Arg) -> Option<String> {
    let variable = argument.get_env()?.to_str()?;
    let meaning = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let value = if matches!(argument.get_action(), ArgAction::SetTrue) {
        "true, false".to_owned()
    } else {
        argument.get_value_names().unwrap_or_default().join(" ")
    };
    let default = match argument.get_default_values() {
        [] if argument.is_required_set() => "required".to_owned(),
        [] => String::new(),
        values => {
            format!("`{}`", values.iter().map(|value| value.to_string_lossy()).collect::<Vec<_>>().join(","))
        }
    };
    Some(format!("| `{variable}` | bridge | {meaning} | {value} | {default} |"))
}

#[test]
fn every_variable_is_in_the_table_as_the_command_line_defines_it() {
    let command = Arguments::command();
    let serve = command.find_subcommand("serve").unwrap();
    let defined: BTreeSet<String> = serve.get_arguments().filter_map(row).collect();
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations.md");
    let page = std::fs::read_to_string(page).unwrap();
    let documented: BTreeSet<String> = page
        .lines()
        .filter(|line| line.starts_with("| `MCOMMERCE_") && !line.starts_with("| `MCOMMERCE_TOKEN_"))
        .map(str::to_owned)
        .collect();
    let missing: Vec<&String> = defined.difference(&documented).collect();
    let outdated: Vec<&String> = documented.difference(&defined).collect();
    assert!(missing.is_empty() && outdated.is_empty(), "missing: {missing:#?}\noutdated: {outdated:#?}");
}
