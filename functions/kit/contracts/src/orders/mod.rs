//! What other domains know of orders.

mod call;
mod events;
mod number;
mod quantity;
mod status;

pub use call::{Asker, Contact, Due, DueLine, NotPayable, Paid};
pub use events::{ExpiryDue, OrderCreated, OrderExpired, OrderStatusChanged, StockChange};
pub use number::{InvalidOrderNumber, OrderNumber};
pub use quantity::{InvalidQuantity, Quantity};
pub use status::OrderStatus;
