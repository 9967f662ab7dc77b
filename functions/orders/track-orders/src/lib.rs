//! A buyer's orders.

use http::HeaderMap;
use kit::{
    BridgeError, Caller, Context, EmailAddress, FieldError, Input, Json, Parameter, Problem, Search,
    SignedIn, path,
};
use orders_model::{Asker, ORDERS, Order, OrderId, OrderNumber, OrderView};
use protocol::{Cursor, Direction, Filter, Query, SortKey};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

kit::component!(my_orders, find_guest_order, order_by_id);

/// Which of the buyer's orders.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// How many orders at the most.
    #[serde(default = "default_limit")]
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: u32,
    /// Go on after this place: `next` of an earlier answer.
    after: Option<String>,
}

/// Orders, newest first.
#[derive(Clone, Serialize, ToSchema)]
pub struct OrderList {
    items: Vec<OrderView>,
    /// Where to go on, if there are more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// What a guest knows of an order.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GuestLookup {
    /// The order's number.
    #[schema(example = "MC-7F3K-92QD")]
    number: String,
    /// The address it was placed with.
    #[schema(format = "email")]
    email: String,
}

const fn default_limit() -> u32 {
    20
}

/// The signed-in buyer's orders, newest first.
#[utoipa::path(get, path = "/api/orders/mine", tag = "orders", operation_id = "listMyOrders",
    params(Which),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The orders.", body = OrderList),
        (status = 401, description = "Not signed in.", body = kit::ProblemBody),
        (status = 422, description = "Some parameters are not valid.", body = kit::ProblemBody),
        (status = 503, description = "Orders can't be read now.", body = kit::ProblemBody),
    ))]
pub async fn my_orders(
    context: Context,
    SignedIn(claims): SignedIn,
    Search(which): Search<Which>,
) -> Result<Json<OrderList>, Problem> {
    let invalid = |field, message| Problem::invalid(vec![FieldError::invalid(field, message)]);
    if !(1..=100).contains(&which.limit) {
        return Err(invalid("limit", "must be 1 to 100"));
    }
    let newest_first = |field| SortKey { path: path(field), direction: Direction::Descending };
    let query = Query {
        sort: vec![newest_first("createdAt"), newest_first("_id")],
        limit: which.limit,
        after: which.after.map(Cursor::from_client),
        ..ORDERS.query(Filter::Eq(path("buyer.userId"), claims.sub.into()))
    };
    let continues = query.after.is_some();
    let found = match context.bridge().await?.query::<Order>(query).await {
        Err(BridgeError::Refused(_)) if continues => {
            return Err(invalid("after", "is not the `next` of an earlier answer"));
        }
        found => found?,
    };
    Ok(Json(OrderList {
        items: found.documents.into_iter().map(OrderView::from).collect(),
        next: found.next.map(|next| next.as_str().to_owned()),
    }))
}

/// An order, for its owner or for whoever shows the secret of a guest's order.
#[utoipa::path(get, path = "/api/orders/{id}", tag = "orders", operation_id = "getOrder",
    params(
        ("id" = OrderId, Path, description = "The order's id."),
        ("X-Order-Token" = Option<String>, Header, description = "The `accessToken` of a guest's order."),
    ),
    security((), ("bearer" = [])),
    responses(
        (status = 200, description = "The order.", body = OrderView),
        (status = 401, description = "The access token is not valid.", body = kit::ProblemBody),
        (status = 404, description = "There is no such order, or it is not the caller's.", body = kit::ProblemBody),
        (status = 422, description = "The id is none.", body = kit::ProblemBody),
        (status = 503, description = "Orders can't be read now.", body = kit::ProblemBody),
    ))]
pub async fn order_by_id(
    context: Context,
    caller: Caller,
    headers: HeaderMap,
    Parameter(id): Parameter<OrderId>,
) -> Result<Json<OrderView>, Problem> {
    let secret = kit::secret("order_secret").await?;
    let asker = Asker::of(&caller, &headers);
    match context.bridge().await?.find(ORDERS, Filter::id(id)).await? {
        Some(order) if order.opens_to(&asker, &secret) => Ok(Json(order.into())),
        _ => Err(Problem::not_found("order")),
    }
}

/// A guest's order, for whoever knows its number and address. The answer holds the secret that opens it.
#[utoipa::path(post, path = "/api/orders/guest-lookup", tag = "orders", operation_id = "findGuestOrder",
    request_body = GuestLookup,
    responses(
        (status = 200, description = "The order with its `accessToken`.", body = OrderView),
        (status = 400, description = "No JSON.", body = kit::ProblemBody),
        (status = 404, description = "No guest's order has this number and address.", body = kit::ProblemBody),
        (status = 413, description = "The body is too large.", body = kit::ProblemBody),
        (status = 415, description = "The body is not JSON.", body = kit::ProblemBody),
        (status = 422, description = "Some fields are not valid.", body = kit::ProblemBody),
        (status = 503, description = "Orders can't be read now.", body = kit::ProblemBody),
    ))]
pub async fn find_guest_order(
    context: Context,
    Input(lookup): Input<GuestLookup>,
) -> Result<Json<OrderView>, Problem> {
    let mut faults = kit::Faults::new();
    let number = faults.take("number", lookup.number.parse::<OrderNumber>());
    let email = faults.take("email", lookup.email.parse::<EmailAddress>());
    let (Some(number), Some(email)) = (number, email) else { return Err(faults.into_problem()) };

    let secret = kit::secret("order_secret").await?;
    let of_guest = Filter::Eq(path("number"), (&number).into())
        .and(Filter::Eq(path("buyer.email"), (&email).into()))
        .and(Filter::Exists(path("buyer.userId"), false));
    match context.bridge().await?.find(ORDERS, of_guest).await? {
        Some(order) => Ok(Json(OrderView::with_token(order, &secret))),
        None => Err(Problem::not_found("order")),
    }
}
