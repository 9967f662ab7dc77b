//! The catalogue, page by page.

use catalogue_model::{
    Category, ListParameters, ListedProduct, Listing, ProductList, ProductSummary, category_counts,
};
use kit::{Bridge, IfNoneMatch, Search, Tagged};
use protocol::{Found, Readable};
use values::Problem;

kit::component!(list_products);

/// A page of the catalogue.
#[kit::endpoint(GET "/api/products")]
pub async fn list_products(
    bridge: Bridge,
    known: IfNoneMatch,
    Search(parameters): Search<ListParameters>,
) -> Result<Tagged<ProductList>, Problem> {
    let listing = Listing::parse(&parameters)?;
    let (products, categories): (Found<Readable<ListedProduct>>, Found<Readable<Category>>) =
        bridge.queries(listing.queries()).await?;
    let (items, _) = bridge.readable(products.documents);
    let (categories, _) = bridge.readable(categories.documents);
    let list = ProductList {
        items: items.into_iter().map(ProductSummary::from).collect(),
        page: listing.page(),
        limit: listing.limit(),
        total: products.total.unwrap_or_default(),
        categories: category_counts(categories, products.facets.first().map_or(&[], Vec::as_slice)),
    };
    // Stock changes by the second, so a browser asks each time, and gets 304 if nothing has changed.
    Ok(known.tagged(&list, "no-cache"))
}
