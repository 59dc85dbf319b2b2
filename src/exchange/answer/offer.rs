//! Terms, links, sources and details of one kind, as a reader gets them.

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::reader::{Reader, Text};
use crate::domain::{
    details::{
        Anonymity, Approach, GroupKind, Hub, HubKind, Joining, Leader, Moderator, Readers,
        SupportGroup, Timing,
    },
    language::Language,
    listing::Reference,
    offer::{Cost, CostModel, Link, LinkRelation, Status, StatusState},
    slug::Slug,
    source::Source,
};

/// What a service costs; amounts are in whole units of the currency.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ShownCost {
    pub model: CostModel,
    /// ISO 4217
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<u32>,
    /// Insurances that pay.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub insurance: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

impl ShownCost {
    pub(super) fn of(cost: &Cost, reader: &Reader<'_>) -> Self {
        Self {
            model: cost.model,
            currency: cost.currency.clone(),
            from: cost.from,
            to: cost.to,
            insurance: cost.insurance.clone(),
            note: cost.note.as_ref().map(|note| reader.text(note)),
        }
    }
}

/// Whether a listing is there today, and what was announced.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ShownStatus {
    /// Today's state; outside its dates a listing operates.
    pub state: StatusState,
    /// The state that is announced for those dates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub announced: Option<StatusState>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    /// The slug of the listing of the same kind to which it moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<Slug>,
}

impl ShownStatus {
    pub(super) fn of(status: Option<&Status>, reader: &Reader<'_>) -> Self {
        let state = status.map_or(StatusState::Operating, |status| status.on(reader.today()));
        Self {
            state,
            announced: status
                .map(|status| status.state)
                .filter(|announced| *announced != state),
            from: status.and_then(|status| status.from),
            until: status.and_then(|status| status.until),
            note: status
                .and_then(|status| status.note.as_ref())
                .map(|note| reader.text(note)),
            moved_to: status.and_then(|status| status.moved_to.clone()),
        }
    }
}

/// A link to a page.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ShownLink {
    pub rel: LinkRelation,
    #[schema(format = "uri")]
    pub url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<Language>,
}

impl ShownLink {
    pub(super) fn of(link: &Link) -> Self {
        Self {
            rel: link.rel,
            url: link.url.clone(),
            lang: link.language.clone(),
        }
    }
}

/// Where facts come from: attribution.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ShownSource {
    pub name: String,
    pub external_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    pub url: Option<String>,
    pub licence: String,
    #[schema(value_type = String, format = Date)]
    pub retrieved_on: Date,
    /// When the source itself says that it last checked the facts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub confirmed_on: Option<Date>,
}

impl ShownSource {
    pub(super) fn of(source: &Source) -> Self {
        Self {
            name: source.name.clone(),
            external_id: source.external_id.clone(),
            url: source.url.clone(),
            licence: source.licence.clone(),
            retrieved_on: source.retrieved_on,
            confirmed_on: source.confirmed_on,
        }
    }
}

/// A source with what the directory has from it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SourceAnswer {
    pub name: String,
    pub licence: String,
    /// How many published listings have facts from it.
    pub listings: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub retrieved_on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub confirmed_on: Option<Date>,
}

/// Every source.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SourceList {
    pub items: Vec<SourceAnswer>,
}

/// What only a hub has.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ShownHub {
    pub kind: HubKind,
    /// The id of the hub in which this one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part_of: Option<String>,
}

impl ShownHub {
    pub(super) fn of(hub: &Hub) -> Self {
        Self {
            kind: hub.kind,
            part_of: hub.part_of.as_ref().map(named),
        }
    }
}

/// What only a support group has; what is absent is unknown.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ShownGroup {
    pub kind: GroupKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timing: Option<Timing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub led_by: Option<Leader>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moderated_by: Option<Moderator>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub anonymity: Vec<Anonymity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub readable_by: Option<Readers>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joining: Option<Joining>,
    /// Only where joining is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    pub join_link: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub approach: Vec<Approach>,
    /// Training of those who lead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leader_training: Option<Text>,
    /// Listings to which people are referred on: ids, or `kind/slug`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub refers_to: Vec<String>,
}

impl ShownGroup {
    pub(super) fn of(group: &SupportGroup, reader: &Reader<'_>) -> Self {
        Self {
            kind: group.kind,
            timing: group.timing,
            led_by: group.led_by,
            moderated_by: group.moderated_by,
            anonymity: group.anonymity.clone(),
            readable_by: group.readable_by,
            joining: group.joining,
            join_link: group.join_link.clone(),
            approach: group.approach.clone(),
            leader_training: group.leader_training.as_ref().map(|text| reader.text(text)),
            refers_to: group.refers_to.iter().map(named).collect(),
        }
    }
}

fn named(reference: &Reference) -> String {
    match reference {
        Reference::Id(id) => id.to_string(),
        Reference::Slug(kind, slug) => format!("{kind}/{slug}"),
    }
}
