//! What is read: the public form of listings, the feed of its changes, what a change affects, reference data, sources.

mod affected;
mod export;
mod feed;
mod published;
pub(in crate::store) mod reference;
mod sources;

pub use affected::Affected;
pub use feed::{FeedEntry, FeedPage, FeedPosition, FeedState};
pub use published::{FormerNames, Located, Provider, PublishedListing};
pub use reference::ReferenceView;
pub use sources::SourceSummary;
