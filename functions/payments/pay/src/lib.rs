//! Paying an order.
