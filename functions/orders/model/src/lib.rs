//! Orders, their states and totals: rules without I/O.
//!
//! An order is a snapshot of what was bought at which price, by whom, and where it goes. It is priced from the catalogue,
//! never from the client, and changes only by the operations in [`changes`], each of which states what must be true when
//! it commits.

mod access;
mod address;
pub mod changes;
mod events;
mod line;
mod new_order;
mod order;
mod pricing;
mod refusals;
mod settlement;
mod status_change;
#[cfg(test)]
mod testing;
mod view;

pub use access::access_token;
pub use address::{Address, NewAddress};
pub use line::OrderLine;
pub use new_order::{NewOrder, NewOrderItem, Placement, Wanted};
pub use order::{Buyer, KEPT_AT_MOST, ORDERS, Order, PAY_WITHIN, PAYMENT_TAKES, RefundDue};
pub use pricing::{Offer, price};
pub use refusals::{NoSuchOrder, NotPlaced, NotSettled};
pub use settlement::Settlement;
pub use status_change::{ChangedBy, StatusChange};
pub use view::OrderView;
