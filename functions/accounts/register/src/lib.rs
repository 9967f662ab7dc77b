//! Opening an account.
