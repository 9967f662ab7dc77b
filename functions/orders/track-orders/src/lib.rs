//! A buyer's orders.

mod lookup;
mod own;

use contracts::ids::OrderId;
use kit::{Bridge, Input, Json, OrderAsker, Parameter, Search, SignedIn};
use orders_model::{NoSuchOrder, ORDERS, OrderView};
use protocol::Filter;
use values::{Problem, Secret};

use self::lookup::{GuestLookup, Lookup};
use self::own::{OrderList, Page, PageParameters};

kit::component!(list_my_orders, find_guest_order, get_order; variables = { order_secret: Secret });

/// The signed-in buyer's orders, newest first.
#[kit::endpoint(GET "/api/orders/mine")]
pub async fn list_my_orders(
    bridge: Bridge,
    SignedIn(claims): SignedIn,
    Search(parameters): Search<PageParameters>,
) -> Result<Json<OrderList>, Problem> {
    let page = Page::parse(parameters)?;
    Ok(Json(page.read(&bridge, claims.sub).await?))
}

/// An order, for its owner or for whoever has the access token of a guest's order.
#[kit::endpoint(GET "/api/orders/{id}")]
pub async fn get_order(
    bridge: Bridge,
    variables: &'static Variables,
    OrderAsker(asker): OrderAsker,
    Parameter(id): Parameter<OrderId>,
) -> Result<Json<OrderView>, Problem<NoSuchOrder>> {
    match bridge.find(ORDERS, Filter::id(id)).await? {
        Some(order) if order.opens_to(&asker, &variables.order_secret) => Ok(Json(order.into())),
        _ => Err(NoSuchOrder::NotFound.into()),
    }
}

/// A guest's order, for whoever knows its number and e-mail address.
///
/// The answer contains the order's access token.
#[kit::endpoint(POST "/api/orders/guest-lookup")]
pub async fn find_guest_order(
    bridge: Bridge,
    variables: &'static Variables,
    Input(lookup): Input<GuestLookup>,
) -> Result<Json<OrderView>, Problem<NoSuchOrder>> {
    let lookup = Lookup::parse(&lookup)?;
    let order = bridge.find(ORDERS, lookup.filter()).await?.ok_or(NoSuchOrder::NotFound)?;
    Ok(Json(OrderView::with_token(order, &variables.order_secret)))
}
