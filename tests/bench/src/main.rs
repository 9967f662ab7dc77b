//! What the shop costs, against a native twin.
//!
//! `make bench` runs this on MongoDB and RabbitMQ and prints a table. The twin answers the same request from the same
//! database with the same bytes, without Wasm and without a bridge; ratios are of one run, so they hold on any machine.

mod load;
mod orders;
mod resources;
mod twin;

use anyhow::{Context as _, Result};
use shop_tests::{Backend, Process, Shop};

use crate::load::{Load, Measured};

const LIST: &str = "/api/products?limit=24";
const CONNECTIONS: [usize; 3] = [1, 16, 64];

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the table is what this program is for")]
async fn main() -> Result<()> {
    if let Some(database) = std::env::args().nth(2)
        && std::env::args().nth(1).as_deref() == Some("twin")
    {
        return twin::serve(&database).await;
    }
    let backend = Backend::services().context("the bench runs on MongoDB and RabbitMQ: use `make bench`")?;
    let Backend::Services { mongodb, .. } = &backend else { unreachable!("services were asked for") };
    let database = mongodb.clone();
    let shop = Shop::start(backend).await;
    let idle = resources::resident_bytes(shop.process_id())?;
    let (_twin, ready) = Process::start("bench", &["twin".into(), database], &[]).await?;
    let twin = ready["twin"].as_str().context("the twin's address")?.to_owned();

    load::same_bytes(shop.url(), &twin, LIST).await?;
    println!("\nGET {LIST}: the same bytes from the same MongoDB\n");
    println!(
        "{:>11} | {:^34} | {:^34} | ratio",
        "connections", "shop: requests/s, p50, p99", "twin: requests/s, p50, p99"
    );
    let mut busiest = idle;
    for connections in CONNECTIONS {
        let load = Load { connections, ..Load::default() };
        let (ours, theirs) = load.alternate(shop.url(), &twin, LIST).await?;
        busiest = busiest.max(resources::resident_bytes(shop.process_id())?);
        println!(
            "{connections:>11} | {} | {} | {:.2}",
            row(&ours),
            row(&theirs),
            ours.per_second() / theirs.per_second()
        );
    }
    let health =
        Load { connections: 16, ..Load::default() }.run(shop.url(), "/.well-known/jwks.json").await?;
    println!("\nGET /.well-known/jwks.json, Wasm without a bridge, 16 connections: {}", row(&health));

    let paid = orders::order_and_pay(&shop, 8, 25).await?;
    println!("order → pay, 8 buyers: {paid:.0} a second");
    busiest = busiest.max(resources::resident_bytes(shop.process_id())?);
    println!(
        "\nresident memory of the whole shop: {} MB idle, {} MB under load",
        idle / 1_000_000,
        busiest / 1_000_000
    );
    println!("\ncomponents:");
    for (name, bytes) in resources::component_sizes()? {
        println!("  {name:<16} {:>5} kB", bytes / 1000);
    }
    shop.stop().await?;
    println!("\n{}", resources::fresh_instances()?);
    Ok(())
}

fn row(measured: &Measured) -> String {
    let [p50, p99] = [50.0, 99.0].map(|percentile| measured.percentile_micros(percentile));
    format!("{:>8.0}/s {:>8.2} ms {:>8.2} ms", measured.per_second(), p50 / 1000.0, p99 / 1000.0)
}
