//! The shop over HTTP, as shoppers and attackers meet it.
