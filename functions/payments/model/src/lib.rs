//! Payments, cards and providers: rules without I/O.
