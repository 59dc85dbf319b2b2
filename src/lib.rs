//! Haven: a community mental-health resource directory.
//!
//! The map, in layer order; which module may name which is held by `tests/tidy.rs`.

/// Pure types and rules.
#[macro_use]
pub mod domain;

/// Settings from the environment.
pub mod config;

/// The text pipeline, shared by every index and every query.
pub mod wording;

/// What proves who somebody is.
pub mod credentials;

/// The log.
pub mod telemetry;

/// Wire formats.
pub mod exchange;

/// The only place that sends.
pub mod mail;

/// Postgres.
pub mod store;

/// Finding listings in process: catalogue, words, reference data.
pub mod search;

/// Following the change log: what is searched in process stays current.
pub mod indexing;

/// The use cases.
pub mod app;

/// Work on a timer.
pub mod upkeep;

/// What every handler shares.
pub mod web;

/// Routes and the OpenAPI document.
pub mod http;

/// The pages.
pub mod site;

/// The commands, and the wiring of everything.
pub mod cli;
