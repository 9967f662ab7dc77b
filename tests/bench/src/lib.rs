//! What the shop costs, against a native twin.
