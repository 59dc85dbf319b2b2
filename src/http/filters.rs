//! The filters of lists and of the search, and their grammar: a comma list is any of its values, one with a minus
//! before each value is none of them; a parameter that may be repeated holds conditions that all apply.

use std::marker::PhantomData;

use serde::{Deserialize, Deserializer, de::Error};
use utoipa::{
    __dev::ComposeSchema,
    IntoParams,
    openapi::{
        RefOr,
        schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type},
    },
};
use validator::Validate;

use super::{labels, refusal::problem::Problem};
use crate::{
    app::{
        App,
        find::{Facet, Filters, TermFilter},
    },
    domain::{
        Enumeration,
        area::AreaCode,
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

/// Most values in one comma list.
const MOST: usize = 50;

/// What a filter takes.
pub(super) trait Value {
    /// The value as the indexes know it.
    fn read(text: &str) -> Result<Box<str>, String>;
    /// A regular expression for one value.
    fn pattern() -> String;
    /// What may be written.
    fn example() -> &'static str;
}

impl<E: Enumeration> Value for E {
    fn read(text: &str) -> Result<Box<str>, String> {
        match E::read(text) {
            Some(value) => Ok(value.text().into()),
            None => Err(format!("one of {}", names::<E>(", "))),
        }
    }

    fn pattern() -> String {
        format!("({})", names::<E>("|"))
    }

    fn example() -> &'static str {
        E::all().first().map_or("", |value| value.text())
    }
}

fn names<E: Enumeration>(separator: &str) -> String {
    E::all()
        .iter()
        .map(|value| value.text())
        .collect::<Vec<_>>()
        .join(separator)
}

macro_rules! text_values {
    ($($name:ident $pattern:literal $example:literal;)+) => {$(
        impl Value for $name {
            fn read(text: &str) -> Result<Box<str>, String> {
                $name::parse(text).map(|value| value.as_str().into()).map_err(|error| error.to_string())
            }

            fn pattern() -> String {
                $pattern.to_owned()
            }

            fn example() -> &'static str {
                $example
            }
        }
    )+};
}

text_values! {
    Slug "[a-z0-9]+(-[a-z0-9]+)*" "depression";
    AreaCode "[a-z0-9][a-z0-9.-]+" "bd-dhaka";
    Country "[A-Za-z]{2}" "BD";
    Language "[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*" "bn";
}

/// One condition: any of the values, or none of them.
#[derive(Debug)]
pub(super) struct Terms<V> {
    none_of: bool,
    values: Vec<Box<str>>,
    of: PhantomData<V>,
}

impl<'de, V: Value> Deserialize<'de> for Terms<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let none_of = text.starts_with('-');
        let mut values = Vec::new();
        for term in text.split(',') {
            let value = match (none_of, term.strip_prefix('-')) {
                (true, Some(value)) => value,
                (false, None) => term,
                _ => {
                    return Err(D::Error::custom(
                        "either a minus before every value, or before none",
                    ));
                }
            };
            values.push(V::read(value).map_err(D::Error::custom)?);
        }
        if values.len() > MOST {
            return Err(D::Error::custom(format!("at most {MOST} values")));
        }
        Ok(Self {
            none_of,
            values,
            of: PhantomData,
        })
    }
}

/// Conditions that all apply.
#[derive(Debug)]
pub(super) struct All<V>(Vec<Terms<V>>);

/// Most conditions on one facet.
const MOST_CONDITIONS: usize = 10;

impl<V> Default for All<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, V: Value> Deserialize<'de> for All<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let terms = Vec::deserialize(deserializer)?;
        let fits = terms.len() <= MOST_CONDITIONS;
        if fits {
            Ok(Self(terms))
        } else {
            Err(D::Error::custom(format!(
                "at most {MOST_CONDITIONS} conditions"
            )))
        }
    }
}

impl<V: Value> ComposeSchema for Terms<V> {
    fn compose(_: Vec<RefOr<Schema>>) -> RefOr<Schema> {
        let one = V::pattern();
        let schema = ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .pattern(Some(format!("^({one}(,{one})*|-{one}(,-{one})*)$")))
            .min_length(Some(1))
            .max_length(Some(2_000))
            .examples([V::example()]);
        RefOr::T(Schema::Object(schema.build()))
    }
}

impl<V: Value> ComposeSchema for All<V> {
    fn compose(_: Vec<RefOr<Schema>>) -> RefOr<Schema> {
        let all = ArrayBuilder::new()
            .items(Terms::<V>::compose(Vec::new()))
            .max_items(Some(MOST_CONDITIONS));
        RefOr::T(Schema::Array(all.build()))
    }
}

/// Conditions on one facet.
trait Conditions {
    fn on(&self, facet: Facet) -> Vec<TermFilter>;
}

impl<V> Conditions for All<V> {
    fn on(&self, facet: Facet) -> Vec<TermFilter> {
        let condition = |terms: &Terms<V>| TermFilter {
            facet,
            none_of: terms.none_of,
            values: terms.values.clone(),
        };
        self.0.iter().map(condition).collect()
    }
}

impl<V> Conditions for Option<Terms<V>> {
    fn on(&self, facet: Facet) -> Vec<TermFilter> {
        let condition = |terms: &Terms<V>| TermFilter {
            facet,
            none_of: terms.none_of,
            values: terms.values.clone(),
        };
        self.iter().map(condition).collect()
    }
}

impl Conditions for Option<bool> {
    fn on(&self, facet: Facet) -> Vec<TermFilter> {
        self.iter()
            .map(|truth| TermFilter::any_of(facet, [if *truth { "true" } else { "false" }]))
            .collect()
    }
}

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
    /// Areas of `/v1/areas`, with everything in them.
    #[param(inline)]
    area: Option<Terms<AreaCode>>,
    /// Topics of `/v1/topics`, with everything below them.
    #[param(inline, required = false)]
    topic: All<Slug>,
    /// Languages in which help is given.
    #[param(inline, required = false)]
    spoken: All<Language>,
    /// Slugs of the organisations that provide it.
    #[param(inline)]
    organisation: Option<Terms<Slug>>,
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
    let mut filters = Filters::default();
    groups.iter().for_each(|group| group.narrow(&mut filters));
    let mut faults = Vec::new();
    for term in &filters.terms {
        let (knows, expected): (fn(&App, &str) -> bool, _) = match term.facet {
            Facet::Topic => (labels::knows_topic, "slugs of topics that /v1/topics has"),
            Facet::Area => (labels::knows_area, "codes of areas that /v1/areas has"),
            _ => continue,
        };
        if !term.values.iter().all(|value| knows(app, value)) {
            faults.push(Fault::new(
                term.facet.as_str(),
                FaultCode::NotFound,
                expected,
            ));
        }
    }
    if faults.is_empty() {
        Ok(filters)
    } else {
        Err(refuse(faults))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn terms<V: Value>(text: &str) -> Result<(bool, Vec<String>), String> {
        let read = serde_json::from_value::<Terms<V>>(json!(text));
        read.map(|terms| {
            (
                terms.none_of,
                terms.values.iter().map(ToString::to_string).collect(),
            )
        })
        .map_err(|error| error.to_string())
    }

    #[test]
    fn any_of_or_none_of_but_not_mixed() {
        assert_eq!(
            terms::<Delivery>("online,phone"),
            Ok((false, vec!["online".into(), "phone".into()]))
        );
        assert_eq!(
            terms::<Delivery>("-online,-phone"),
            Ok((true, vec!["online".into(), "phone".into()]))
        );
        assert!(
            terms::<Delivery>("online,-phone")
                .unwrap_err()
                .contains("minus before every value")
        );
        assert!(terms::<Delivery>("-online,phone").is_err());
        assert!(
            terms::<Delivery>("online,")
                .unwrap_err()
                .contains("in_person, online, hybrid, phone")
        );
        assert_eq!(terms::<Country>("bd"), Ok((false, vec!["BD".into()])));
        assert!(
            terms::<Slug>("").is_err()
                && terms::<Slug>("-").is_err()
                && terms::<Slug>("--a").is_err()
        );
        assert!(
            terms::<Slug>(&vec!["aa"; 51].join(","))
                .unwrap_err()
                .contains("at most 50")
        );
    }
}
