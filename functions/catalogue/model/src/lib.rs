//! Products, variants, prices and stock: rules without I/O.
