//! Pure types and rules of the directory: no input or output, no untyped JSON, no wall clock.
//!
//! What comes from outside is parsed once (`parse`), into types that cannot hold a contradiction; inside, nothing is
//! checked twice. The wire shape of a listing is deliberately absent: it lives in `exchange::listing`.

#[macro_use]
mod enumeration;

pub mod account;
pub mod actor;
pub mod area;
pub mod change;
pub mod clock;
pub mod confirmation;
pub mod confirmed;
pub mod contact;
pub mod country;
pub mod crisis;
pub mod details;
pub mod digits;
pub mod draft;
pub mod fault;
pub mod id;
pub mod language;
pub mod listing;
pub mod offer;
pub mod pairing;
pub mod place;
pub mod schedule;
pub mod slug;
pub mod source;
pub mod text;
pub mod topic;

pub use enumeration::Enumeration;
