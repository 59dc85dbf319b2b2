//! Answers as they travel: what readers get, each text in one language with its label.
//!
//! Invariants: absent means unknown and is left out, `null` is never written (GeoJSON's geometry apart); whatever
//! depends on now is computed here, from the reader's moment; nothing confidential can appear, because only redacted
//! listings come in.

mod brief;
mod changes;
mod confirmation;
mod contact;
mod crisis;
mod detail;
mod geojson;
mod hours;
mod names;
mod offer;
mod place;
mod reader;
mod search;
mod status;
mod suggest;
mod summary;
mod times;
mod understood;

pub use brief::{Brief, BriefContact, BriefPlace, Provider};
pub use changes::{ChangeAnswer, ChangeEnd, ChangeList};
pub use confirmation::Confirmation;
pub use contact::ShownContact;
pub use crisis::{Chooser, CountryChoice, CountryCrisis, CrisisAnswer, CrisisLine, EmergencyLine};
pub use detail::{Coverage, ListingDetail, OrganisationName};
pub use geojson::{Feature, FeatureCollection, Geometry};
pub use hours::{ShownClosure, ShownHours};
pub use names::{
    AreaAnswer, AreaList, AreaName, LocateAnswer, Names, OtherName, TopicAnswer, TopicList,
    TopicName,
};
pub use offer::{
    ShownCost, ShownGroup, ShownHub, ShownLink, ShownSource, ShownStatus, SourceAnswer, SourceList,
};
pub use place::{ShownPlace, ShownPoint};
pub use reader::{Reader, Text};
pub use search::{FacetValue, Highlights, Hit, Instead, SearchAnswer, Segment, Total, segments};
pub use status::{StatusAnswer, StatusBehind, StatusConnections, StatusPart};
pub use suggest::{SuggestAnswer, Suggestion};
pub use summary::{ListAnswer, ListingSummary};
pub use times::{NextSession, Times};
pub use understood::{
    Explained, ExplainedUnit, ExplainedWord, NamedArea, Understood, UnderstoodFilter,
    UnderstoodPlace, Why,
};

#[cfg(test)]
mod tests;
