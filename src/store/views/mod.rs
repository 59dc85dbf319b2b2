//! What is read: the public form of listings, what a change affects, reference data, sources.

mod affected;
mod published;
pub(in crate::store) mod reference;
mod sources;

pub use affected::Affected;
pub use published::{Located, Provider, PublishedListing};
pub use reference::ReferenceView;
pub use sources::SourceSummary;
