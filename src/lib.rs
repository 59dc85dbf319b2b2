//! Haven: a community mental-health resource directory.
//!
//! The map, in layer order; a module may name only modules above it as listed in `tests/tidy.rs`.

#[macro_use]
pub mod domain;
pub mod wording;
pub mod exchange;
pub mod search;
