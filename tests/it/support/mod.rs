//! What every test may use: a database of its own, a clock that stands, sample listings, a little reference data.

pub mod app;
pub mod beside;
pub mod child;
mod clock;
mod database;
pub mod findable;
pub mod meilisearch;
pub mod people;
mod postgres;
pub mod promise;
pub mod proxy;
mod reference;
pub mod sample;
mod server;
mod sweep;

pub use app::TestApp;
pub use child::Haven;
pub use clock::clock;
pub use database::TestDb;
pub use postgres::OwnPostgres;
pub use reference::{areas, seed_reference, topics};
pub use sample::Sample;
pub use server::{connect as sql, parent as cluster_parent};
