//! Users, passwords, sessions and permissions: rules without I/O.
