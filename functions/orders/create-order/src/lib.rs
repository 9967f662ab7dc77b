//! Placing an order: prices, stock and the order in one transaction.
