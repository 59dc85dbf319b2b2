//! What every test may use: a database of its own, a clock that stands, sample listings, a little reference data.

mod clock;
mod database;
mod reference;
pub mod sample;
mod server;
mod sweep;

#[allow(unused_imports)] // The clock is for the tests of the layers above the store.
pub use clock::{NOW, clock, now};
pub use database::TestDb;
pub use reference::{areas, seed_reference, topics};
pub use sample::Sample;
pub use server::parent as cluster_parent;
