//! Postgres: where every listing, revision and change is kept.
//!
//! No row type and no pool leaves this module.

pub mod cluster;
