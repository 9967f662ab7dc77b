//! A buyer's orders.
