//! One product, by id or SKU.

use axum::response::Response;
use catalogue_model::{PRODUCTS, ProductId, ProductView, Sku};
use http::HeaderMap;
use kit::{Context, Parameter, Problem};
use protocol::Filter;

kit::component!(view_by_id, view_by_sku);

/// A product by its id.
#[utoipa::path(get, path = "/api/products/id/{id}", tag = "catalogue", operation_id = "getProduct",
    params(("id" = ProductId, Path, description = "The product's id.")),
    responses(
        (status = 200, description = "The product, with an ETag.", body = ProductView),
        (status = 304, description = "The product is what If-None-Match names."),
        (status = 404, description = "There is no such product.", body = kit::ProblemBody),
        (status = 422, description = "The id is none.", body = kit::ProblemBody),
        (status = 503, description = "The catalogue can't be read now.", body = kit::ProblemBody),
    ))]
pub async fn view_by_id(
    context: Context,
    headers: HeaderMap,
    Parameter(id): Parameter<ProductId>,
) -> Result<Response, Problem> {
    answer(context, &headers, Filter::id(id)).await
}

/// The product that a SKU belongs to.
#[utoipa::path(get, path = "/api/products/sku/{sku}", tag = "catalogue", operation_id = "getProductBySku",
    params(("sku" = Sku, Path, description = "The SKU of one of its variants.")),
    responses(
        (status = 200, description = "The product, with an ETag.", body = ProductView),
        (status = 304, description = "The product is what If-None-Match names."),
        (status = 404, description = "There is no such product.", body = kit::ProblemBody),
        (status = 422, description = "The SKU is none.", body = kit::ProblemBody),
        (status = 503, description = "The catalogue can't be read now.", body = kit::ProblemBody),
    ))]
pub async fn view_by_sku(
    context: Context,
    headers: HeaderMap,
    Parameter(sku): Parameter<Sku>,
) -> Result<Response, Problem> {
    answer(context, &headers, Filter::Eq(kit::path("variants.sku"), sku.into())).await
}

async fn answer(context: Context, headers: &HeaderMap, which: Filter) -> Result<Response, Problem> {
    let product = context.bridge().await?.find(PRODUCTS, which).await?;
    let product = product.ok_or_else(|| Problem::not_found("product"))?;
    kit::tagged(headers, &ProductView::from(product), "no-cache")
}
