//! What every handler shares: reading of requests, problems, negotiation, conditional requests, cursors, limits.
//!
//! Invariant: every answer of 400 or more is a problem document, and neither answers nor logs repeat what a searcher
//! wrote. Routes and use cases are deliberately absent: they live in `http` and `app`.

pub mod address;
pub mod admission;
pub mod allowed;
pub mod arrival;
pub mod body;
pub mod conditional;
pub mod connection;
pub mod cors;
pub mod credential;
pub mod cursor;
pub mod head;
pub mod input;
pub mod language;
pub mod limits;
pub mod negotiate;
pub mod pace;
pub mod page;
pub mod precondition;
pub mod private;
pub mod problem;
pub mod query;
pub mod quota;
pub mod request_id;
pub mod security;

#[cfg(test)]
mod tests;
