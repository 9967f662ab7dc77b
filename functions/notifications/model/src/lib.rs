//! What is written to whom, in which language: rules without I/O.
