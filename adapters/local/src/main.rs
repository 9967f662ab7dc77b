//! `mcommerce`: the shop's command line.

fn main() {}
