//! One product, by id or SKU.
