//! Finding listings: words go to an engine behind a port, everything else is answered in process by the catalogue.
//!
//! Invariants: no structure here stores a value that depends on now, and none derives from the true point of a
//! confidential place (what enters is already redacted). Wire formats and Postgres are deliberately absent: documents
//! are decoded by a function that is passed in.

pub mod ask;
pub mod catalogue;
pub mod entry;
mod lists;
mod names;
pub mod reference;
pub mod region;
pub mod words;

#[cfg(test)]
pub(crate) mod sample;
