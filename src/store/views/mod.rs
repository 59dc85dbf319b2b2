//! What is read: the public form of listings, what a change affects, reference data, sources.

mod affected;
mod published;
pub(in crate::store) mod reference;
mod sources;

pub use affected::Affected;
pub use published::{Located, Provider, PublishedRow};
pub use reference::ReferenceRows;
pub use sources::SourceRow;
