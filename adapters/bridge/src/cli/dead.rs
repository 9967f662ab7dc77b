use std::fmt::Write as _;

use anyhow::bail;
use clap::{Args, Subcommand};
use mcommerce_bridge::config::own_collections;
use mcommerce_bridge::{BrokerUrl, DeadLetter, DeadLetters, open_store_with, read_declarations};

use super::options::{Backends, Config};

#[derive(Args)]
pub(super) struct Dead {
    #[command(flatten)]
    config: Config,
    #[command(flatten)]
    backends: Backends,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Lists the dead letters.
    List {
        /// Print a JSON array instead of a table.
        #[arg(long)]
        json: bool,
    },
    /// Shows a dead letter and its event, as JSON.
    Show {
        /// The id that `list` prints.
        id: String,
    },
    /// Delivers a dead letter again, with as many attempts as a new event.
    Replay {
        /// The id that `list` prints.
        #[arg(required_unless_present = "all")]
        id: Option<String>,
        /// Replay every dead letter.
        #[arg(long, conflicts_with = "id")]
        all: bool,
    },
    /// Deletes a dead letter.
    Drop {
        /// The id that `list` prints.
        id: String,
    },
}

impl Dead {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let letters = self.letters().await?;
        match self.action {
            Action::List { json: true } => {
                println!("{}", serde_json::to_string_pretty(&letters.list().await?)?);
            }
            Action::List { json: false } => print!("{}", table(&letters.list().await?)),
            Action::Show { id } => match letters.find(&id).await? {
                Some(letter) => println!("{}", serde_json::to_string_pretty(&letter)?),
                None => bail!("no dead letter has the id {id}"),
            },
            Action::Replay { id: Some(id), .. } => {
                if !letters.replay(&id).await? {
                    bail!("no dead letter has the id {id}");
                }
                println!("replayed {id}");
            }
            Action::Replay { id: None, .. } => println!("replayed {}", letters.replay_all().await?),
            Action::Drop { id } => {
                if !letters.discard(&id).await? {
                    bail!("no dead letter has the id {id}");
                }
                println!("dropped {id}");
            }
        }
        Ok(())
    }

    /// Opens the dead letters. It needs no tokens, because nothing is delivered from here.
    async fn letters(&self) -> anyhow::Result<DeadLetters> {
        match &self.backends.broker {
            BrokerUrl::Amqp(url) => {
                let declared = read_declarations(&self.config.config)?;
                Ok(DeadLetters::in_rabbit(url, &self.backends.broker_prefix, declared.subscriptions()))
            }
            BrokerUrl::Store => {
                let store = open_store_with(&self.backends.store, self.backends.settings)?;
                store.prepare(&own_collections()).await?;
                Ok(DeadLetters::in_store(store))
            }
        }
    }
}

fn table(letters: &[DeadLetter]) -> String {
    let header = ["ID", "TYPE", "ATTEMPTS", "PARKED", "LAST REASON"].map(str::to_owned);
    let rows: Vec<[String; 5]> = std::iter::once(header)
        .chain(letters.iter().map(|letter| {
            let kind = letter.event.get("type").and_then(serde_json::Value::as_str).unwrap_or("?").to_owned();
            let (parked, reason) = (letter.parked_at.clone(), letter.reason.clone());
            [letter.id.clone(), kind, letter.attempts.to_string(), parked, reason]
        }))
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2), width(3)];
    let mut out = String::new();
    for row in &rows {
        for (cell, width) in row.iter().zip(widths) {
            // Writing to a string can't fail.
            let _ = write!(out, "{cell:width$}  ");
        }
        out.push_str(&row[4]);
        out.push('\n');
    }
    out
}
