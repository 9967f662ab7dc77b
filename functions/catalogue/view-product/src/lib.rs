//! One product, by id or SKU.

use catalogue_model::{NoSuchProduct, PRODUCTS, ProductView};
use contracts::catalogue::Sku;
use contracts::ids::ProductId;
use kit::{Bridge, IfNoneMatch, Parameter, Tagged};
use protocol::{Filter, path};
use values::Problem;

kit::component!(get_product, get_product_by_sku);

/// The product with this id.
#[kit::endpoint(GET "/api/products/id/{id}")]
pub async fn get_product(
    bridge: Bridge,
    known: IfNoneMatch,
    Parameter(id): Parameter<ProductId>,
) -> Result<Tagged<ProductView>, Problem<NoSuchProduct>> {
    view(&bridge, known, Filter::id(id)).await
}

/// The product that a SKU belongs to.
#[kit::endpoint(GET "/api/products/sku/{sku}")]
pub async fn get_product_by_sku(
    bridge: Bridge,
    known: IfNoneMatch,
    Parameter(sku): Parameter<Sku>,
) -> Result<Tagged<ProductView>, Problem<NoSuchProduct>> {
    view(&bridge, known, Filter::Eq(path("variants.sku"), (&sku).into())).await
}

async fn view(
    bridge: &Bridge,
    known: IfNoneMatch,
    filter: Filter,
) -> Result<Tagged<ProductView>, Problem<NoSuchProduct>> {
    let product = bridge.find(PRODUCTS, filter).await?.ok_or(NoSuchProduct::NotFound)?;
    Ok(known.tagged(&product.into(), "no-cache"))
}
