use contracts::ids::UserId;
use kit::{Bridge, BridgeError};
use orders_model::{ORDERS, Order, OrderView};
use protocol::{Cursor, Direction, Filter, Query, Readable, SortKey, path};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use values::{FieldCode, FieldFault, Invalid, Problem, parse_within};

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageParameters {
    /// The most orders to return.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
    /// Continue at this place: `next` of an earlier answer.
    after: Option<String>,
}

/// Orders, newest first.
#[derive(Clone, Serialize, ToSchema)]
pub struct OrderList {
    items: Vec<OrderView>,
    /// Where to continue, if there are more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Valid [`PageParameters`].
pub(super) struct Page {
    limit: u32,
    after: Option<Cursor>,
}

const DEFAULT_LIMIT: u32 = 20;
const MAX_LIMIT: u32 = 100;

impl Page {
    pub(super) fn parse(parameters: PageParameters) -> Result<Self, Invalid> {
        let limit = parameters.limit.as_deref().map(|text| parse_within(text, 1..=MAX_LIMIT)).transpose();
        let limit = limit.map_err(|fault| Invalid::field("limit", fault))?.unwrap_or(DEFAULT_LIMIT);
        Ok(Self { limit, after: parameters.after.map(Cursor::from_client) })
    }

    pub(super) async fn read(self, bridge: &Bridge, buyer: UserId) -> Result<OrderList, Problem> {
        let newest_first = |field| SortKey { path: path(field), direction: Direction::Descending };
        let query = Query {
            sort: vec![newest_first("createdAt"), newest_first("_id")],
            limit: self.limit,
            after: self.after,
            ..ORDERS.query(Filter::Eq(path("buyer.userId"), buyer.into()))
        };
        let continues = query.after.is_some();
        let found = match bridge.query::<Readable<Order>>(query).await {
            Err(BridgeError::Refused(_)) if continues => {
                let fault = FieldFault::new(FieldCode::Format, "must be `next` of an earlier answer");
                return Err(Invalid::field("after", fault).into());
            }
            found => found?,
        };
        let (orders, _) = bridge.readable(found.documents);
        Ok(OrderList {
            items: orders.into_iter().map(OrderView::from).collect(),
            next: found.next.map(|next| next.as_str().to_owned()),
        })
    }
}
