//! The integration tests, one binary: a folder a layer, and `support` for all of them.
//!
//! The database is always a real Postgres, and nobody has to set it up: see `support::server`.

mod app;
mod cli;
mod golden;
mod http;
mod running;
mod seed;
mod store;
mod support;
