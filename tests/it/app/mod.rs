//! The use cases without anything around them.

mod expire;
mod export;
pub mod import;
