//! Orders, their states and totals: rules without I/O.
//!
//! An order is a snapshot: what was bought at which price, by whom, to be sent where. It is priced from the catalogue,
//! never from the client, and changes only by the operations in [`changes`], each of which holds what must be true when
//! it commits.

mod access;
mod address;
pub mod changes;
mod contract;
mod events;
mod line;
mod new_order;
mod number;
mod order;
mod pricing;
mod settlement;
mod status;
#[cfg(test)]
mod testing;
mod view;

pub use access::access_token;
pub use address::{Address, NewAddress};
pub use contract::{Asker, Contact, Due, DueLine, Paid, PaymentSucceeded};
pub use events::{OrderCreated, OrderExpired, OrderStatusChanged, StockOfLine};
pub use line::{OrderLine, Quantity, UnknownQuantity};
pub use new_order::{NewOrder, NewOrderItem, Placement, Wanted};
pub use number::{OrderNumber, UnknownNumber};
pub use order::{
    Buyer, Idempotency, KEPT_AT_MOST, ORDERS, Order, OrderId, PAY_WITHIN, PAYMENT_TAKES, PaymentId,
    PaymentOfOrder, RefundDue,
};
pub use pricing::{Offer, Refusal, price};
pub use settlement::Settlement;
pub use status::{ChangedBy, OrderStatus, StatusChange};
pub use view::OrderView;
