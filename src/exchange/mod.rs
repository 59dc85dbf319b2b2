//! Wire formats: how listings and answers look in JSON, and how their schemas look in the OpenAPI document.
//!
//! Only shapes and their translation to and from `domain`; no storage, no HTTP.

pub mod answer;
pub mod appointment;
pub mod batches;
mod day;
pub mod drafts;
pub mod faults;
pub mod keys;
pub mod listing;
pub mod people;
pub mod profile;
pub mod queue;
pub mod reference;
mod schema;
pub mod second_factor;
pub mod sheet;
