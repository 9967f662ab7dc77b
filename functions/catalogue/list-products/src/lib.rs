//! The catalogue, page by page.
//!
//! One round trip to the bridge brings the page, its total, the categories and what each holds.

use axum::response::Response;
use catalogue_model::{
    Category, ListParameters, ListedProduct, Listing, ProductList, ProductSummary, category_counts,
};
use http::HeaderMap;
use kit::{Context, Found, Problem, Search};

kit::component!(list_products);

/// A page of the catalogue.
#[utoipa::path(get, path = "/api/products", tag = "catalogue", operation_id = "listProducts",
    params(ListParameters),
    responses(
        (status = 200, description = "The page, with an ETag.", body = ProductList),
        (status = 304, description = "The page is what If-None-Match names."),
        (status = 422, description = "Some parameters are not valid.", body = kit::ProblemBody),
        (status = 503, description = "The catalogue can't be read now.", body = kit::ProblemBody),
    ))]
pub async fn list_products(
    context: Context,
    headers: HeaderMap,
    Search(parameters): Search<ListParameters>,
) -> Result<Response, Problem> {
    let listing = Listing::parse(&parameters)?;
    let (products, categories): (Found<ListedProduct>, Found<Category>) =
        context.bridge().await?.queries(listing.queries()).await?;
    let list = ProductList {
        items: products.documents.into_iter().map(ProductSummary::from).collect(),
        page: listing.page(),
        limit: listing.limit(),
        total: products.total.unwrap_or_default(),
        categories: category_counts(categories.documents, products.facets.first().map_or(&[], Vec::as_slice)),
    };
    // Stock changes by the second: a browser asks each time, and is told that nothing has changed when nothing has.
    kit::tagged(&headers, &list, "no-cache")
}
