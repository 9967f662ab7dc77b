//! `GET /api/products` as one would write it natively: axum and the MongoDB driver in one process.

use anyhow::Result;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::serve::ListenerExt as _;
use bson::{Document, doc};
use catalogue_model::{
    Category, ListParameters, ListedProduct, Listing, ProductList, ProductSummary, category_counts,
};
use futures::TryStreamExt as _;
use http::StatusCode;
use kit::{Answer, IfNoneMatch, Search};
use mongodb::Database;
use protocol::FacetCount;

/// Serves the twin on a free port and prints its address as JSON.
#[expect(clippy::print_stdout, reason = "whoever started it reads its address")]
pub(crate) async fn serve(uri: &str) -> Result<()> {
    let client = mongodb::Client::with_uri_str(uri).await?;
    let database = client.default_database().ok_or_else(|| anyhow::anyhow!("an address with a database"))?;
    let routes = Router::new().route("/api/products", get(list_products)).with_state(database);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", serde_json::json!({ "twin": format!("http://{}", listener.local_addr()?) }));
    let listener = listener.tap_io(|stream| {
        // Without it the twin would wait for acknowledgements where the shop does not.
        let _ = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, routes).await?)
}

async fn list_products(
    State(database): State<Database>,
    known: IfNoneMatch,
    Search(parameters): Search<ListParameters>,
) -> Response {
    match answer(&database, known, &parameters).await {
        Ok(response) => response,
        Err(error) => IntoResponse::into_response((StatusCode::INTERNAL_SERVER_ERROR, error.to_string())),
    }
}

async fn answer(database: &Database, known: IfNoneMatch, parameters: &ListParameters) -> Result<Response> {
    let listing = Listing::parse(parameters)?;
    let products = database.collection::<ListedProduct>("products");
    let fields = doc! {
        "slug": 1, "name": 1, "category": 1, "images": 1, "variants.stock": 1, "priceFrom": 1, "priceTo": 1, "createdAt": 1
    };
    let page = async {
        products
            .find(doc! {})
            .sort(doc! { "createdAt": -1, "_id": 1 })
            .projection(fields)
            .limit(i64::from(listing.limit()))
            .await?
            .try_collect::<Vec<_>>()
            .await
    };
    let total = products.count_documents(doc! {});
    let counts = async {
        let group = [doc! { "$group": { "_id": "$category.slug", "count": { "$sum": 1 } } }];
        database.collection::<Document>("products").aggregate(group).await?.try_collect::<Vec<_>>().await
    };
    let categories = async {
        let all =
            database.collection::<Category>("categories").find(doc! {}).sort(doc! { "position": 1 }).await?;
        all.try_collect::<Vec<_>>().await
    };
    let (page, total, counts, categories) =
        futures::try_join!(page, std::future::IntoFuture::into_future(total), counts, categories)?;
    let counts: Vec<FacetCount<String>> = counts
        .into_iter()
        .filter_map(|count| {
            let number = count.get_i32("count").ok()?;
            Some(FacetCount {
                value: count.get_str("_id").ok()?.to_owned(),
                count: u64::try_from(number).ok()?,
            })
        })
        .collect();
    let list = ProductList {
        items: page.into_iter().map(ProductSummary::from).collect(),
        page: listing.page(),
        limit: listing.limit(),
        total,
        categories: category_counts(categories, &counts),
    };
    Ok(Answer::into_response(known.tagged(&list, "no-cache")))
}
