//! Orders, their states and totals: rules without I/O.
