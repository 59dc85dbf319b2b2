//! Haven: a community mental-health resource directory.
//!
//! The map, in layer order; which module may name which is held by `tests/tidy.rs`.

/// Pure types and rules.
pub mod domain;

/// The text pipeline, shared by every index and every query.
pub mod wording;

/// Wire formats.
pub mod exchange;

/// Postgres.
pub mod store;
