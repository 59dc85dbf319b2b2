//! The filters of lists and of the search, as parameters.

use serde::Deserialize;
use utoipa::IntoParams;
use validator::Validate;

use super::{
    labels,
    refusal::problem::Problem,
    terms::{All, Conditions, OfArea, OfProvider, Terms},
};
use crate::{
    app::{
        App,
        find::{Facet, Filters, Likely, Named},
    },
    domain::{
        country::Country,
        details::{
            Anonymity, Approach, GroupKind, HubKind, Joining, Leader, Moderator, OrganisationKind,
            Readers, Timing,
        },
        fault::{Fault, FaultCode},
        language::Language,
        listing::Kind,
        offer::{Access, Audience, CostModel, Delivery, IntakeState},
        place::Accessibility,
        slug::Slug,
    },
    web::input::Part,
};

/// A group of filters.
pub(super) trait Narrows {
    /// Adds its conditions.
    fn narrow(&self, filters: &mut Filters);
}

macro_rules! narrows {
    ($name:ident: $($field:ident $facet:ident),+) => {
        impl Narrows for $name {
            fn narrow(&self, filters: &mut Filters) {
                $(filters.terms.extend(self.$field.on(Facet::$facet));)+
            }
        }

        impl Part for $name {}
    };
}

/// Filters for listings of every kind.
#[derive(Debug, Default, Deserialize, IntoParams, Validate)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct Common {
    /// Countries in which a place is, or from which one may use it.
    #[param(inline)]
    country: Option<Terms<Country>>,
    /// Areas with everything in them: codes of `/v1/areas`, or names in any language. Of several areas of one name the
    /// likeliest is taken.
    #[param(inline)]
    area: Option<Terms<OfArea>>,
    /// Topics of `/v1/topics`, with everything below them.
    #[param(inline, required = false)]
    topic: All<Slug>,
    /// Languages in which help is given.
    #[param(inline, required = false)]
    spoken: All<Language>,
    /// Slugs of the organisations that provide it; their ids, and slugs and ids that lead to them since they were renamed
    /// or merged, do as well.
    #[param(inline)]
    organisation: Option<Terms<OfProvider>>,
    /// How help is given.
    #[param(inline, required = false)]
    delivery: All<Delivery>,
    /// For whom it is meant especially.
    #[param(inline, required = false)]
    audience: All<Audience>,
    /// What it takes to be seen.
    #[param(inline, required = false)]
    access: All<Access>,
    /// How it is paid for.
    #[param(inline)]
    cost: Option<Terms<CostModel>>,
    /// Whether new people are taken on.
    #[param(inline)]
    intake: Option<Terms<IntakeState>>,
    /// What makes a place usable for people with disabilities.
    #[param(inline, required = false)]
    accessibility: All<Accessibility>,
    /// An age in years that is served.
    #[param(maximum = 120, example = 16)]
    #[validate(range(max = 120, message = "years, 0 to 120"))]
    age: Option<u8>,
    /// Only what is open at this moment.
    #[param(example = true)]
    open_now: Option<bool>,
}

impl Narrows for Common {
    fn narrow(&self, filters: &mut Filters) {
        let conditions = [
            self.country.on(Facet::Country),
            self.area.on(Facet::Area),
            self.topic.on(Facet::Topic),
            self.spoken.on(Facet::Spoken),
            self.organisation.on(Facet::Organisation),
            self.delivery.on(Facet::Delivery),
            self.audience.on(Facet::Audience),
            self.access.on(Facet::Access),
            self.cost.on(Facet::Cost),
            self.intake.on(Facet::Intake),
            self.accessibility.on(Facet::Accessibility),
        ];
        filters.terms.extend(conditions.into_iter().flatten());
        filters.age = self.age;
        filters.open_now = self.open_now == Some(true);
    }
}

impl Part for Common {}

/// Filters of organisations.
#[derive(Debug, Default, Deserialize, IntoParams, Validate)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct OfOrganisation {
    /// What sort of body it is.
    #[param(inline)]
    organisation_kind: Option<Terms<OrganisationKind>>,
}

narrows!(OfOrganisation: organisation_kind OrganisationKind);

/// Filters of hubs.
#[derive(Debug, Default, Deserialize, IntoParams, Validate)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct OfHub {
    /// What sort of place it is.
    #[param(inline)]
    hub_kind: Option<Terms<HubKind>>,
}

narrows!(OfHub: hub_kind HubKind);

/// Filters of support groups.
#[derive(Debug, Default, Deserialize, IntoParams, Validate)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct OfGroup {
    /// What sort of group it is.
    #[param(inline)]
    group_kind: Option<Terms<GroupKind>>,
    /// Whether people meet at one time or write when they like.
    #[param(inline)]
    timing: Option<Terms<Timing>>,
    /// Who keeps it safe.
    #[param(inline)]
    moderated_by: Option<Terms<Moderator>>,
    /// Under which names people take part.
    #[param(inline, required = false)]
    anonymity: All<Anonymity>,
    /// Who can read what is said.
    #[param(inline)]
    readable_by: Option<Terms<Readers>>,
    /// How one gets in.
    #[param(inline)]
    joining: Option<Terms<Joining>>,
    /// How it works.
    #[param(inline, required = false)]
    approach: All<Approach>,
}

narrows!(OfGroup: group_kind GroupKind, timing Timing, moderated_by ModeratedBy, anonymity Anonymity,
    readable_by ReadableBy, joining Joining, approach Approach);

/// Who leads a group, or who answers a line.
#[derive(Debug, Default, Deserialize, IntoParams, Validate)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct Led {
    /// Who leads, or who answers.
    #[param(inline)]
    led_by: Option<Terms<Leader>>,
}

narrows!(Led: led_by LedBy);

/// Filters of helplines.
#[derive(Debug, Default, Deserialize, IntoParams, Validate)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct OfHelpline {
    /// Whether it takes calls of people in danger of their lives.
    #[param(example = true)]
    crisis: Option<bool>,
    /// Whether it is its country's national line.
    #[param(example = true)]
    national: Option<bool>,
}

narrows!(OfHelpline: crisis Crisis, national National);

/// The filter by kind, where all kinds are searched.
#[derive(Debug, Default, Deserialize, IntoParams, Validate)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct OfKind {
    /// The kinds of listings.
    #[param(inline)]
    kind: Option<Terms<Kind>>,
}

narrows!(OfKind: kind Kind);

/// The conditions of all `groups`. A topic or an area that does not exist is a fault: nothing could match it.
pub(super) fn narrow(
    app: &App,
    groups: &[&dyn Narrows],
    refuse: fn(Vec<Fault>) -> Problem,
) -> Result<Filters, Problem> {
    narrow_for(app, groups, Likely::default(), refuse).map(|(filters, _)| filters)
}

/// The same for somebody of whom more is known; also tells which areas were named by a name.
pub(super) fn narrow_for(
    app: &App,
    groups: &[&dyn Narrows],
    likely: Likely<'_>,
    refuse: fn(Vec<Fault>) -> Problem,
) -> Result<(Filters, Vec<Named>), Problem> {
    let mut filters = Filters::default();
    groups.iter().for_each(|group| group.narrow(&mut filters));
    let (mut faults, mut named) = (Vec::new(), Vec::new());
    for term in &mut filters.terms {
        let (known, expected) = match term.facet {
            Facet::Topic => (
                term.values
                    .iter()
                    .all(|value| labels::knows_topic(app, value)),
                "slugs of topics that /v1/topics has",
            ),
            Facet::Area => (
                term.values
                    .iter_mut()
                    .all(|value| resolve(app, value, likely, &mut named)),
                "codes or names of areas that /v1/areas has",
            ),
            _ => continue,
        };
        if !known {
            faults.push(Fault::new(
                term.facet.as_str(),
                FaultCode::NotFound,
                expected,
            ));
        }
    }
    if faults.is_empty() {
        Ok((filters, named))
    } else {
        Err(refuse(faults))
    }
}

/// Puts the code of an area in the place of its name; says whether there is such an area.
fn resolve(app: &App, value: &mut Box<str>, likely: Likely<'_>, named: &mut Vec<Named>) -> bool {
    if labels::knows_area(app, value) {
        return true;
    }
    let Some(found) = labels::area_named(app, "area", value, likely) else {
        return false;
    };
    *value = found.area.as_str().into();
    named.push(found);
    true
}
