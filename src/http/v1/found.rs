//! What a search found, as the reader gets it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    app::{
        App,
        find::{self, Card, Facet, FacetCounts},
    },
    domain::{area::AreaCode, country::Country, language::Language, slug::Slug},
    exchange::answer::{
        Brief, BriefContact, BriefPlace, FacetValue, Highlights, Hit, Instead, ListingSummary,
        Reader, SearchAnswer, ShownPoint, Text, Times, Total, segments,
    },
    http::labels,
};

/// An answer with what its headers say.
pub(super) struct Shown {
    pub answer: SearchAnswer,
    pub languages: Vec<Language>,
    /// When it changes by itself.
    pub change: Option<Timestamp>,
}

/// The answer in the reader's languages.
pub(super) fn shown(
    app: &App,
    found: find::Answer,
    instead: &[find::Instead],
    next: Option<String>,
    languages: &[Language],
) -> Shown {
    let reference = app.reference();
    let reader = Reader::new(languages, app.now(), &*reference);
    let hits: Vec<(Hit, Option<Timestamp>)> =
        found.hits.iter().map(|found| hit(found, &reader)).collect();
    let mut change = hits.iter().filter_map(|(_, change)| *change).min();
    let mut offered = Vec::with_capacity(instead.len());
    for step in instead {
        let (hits, changes): (Vec<_>, Vec<_>) =
            step.hits.iter().map(|found| hit(found, &reader)).unzip();
        change = change
            .into_iter()
            .chain(changes.into_iter().flatten())
            .min();
        let total = Total {
            value: step.total.value,
            exact: step.total.exact,
        };
        offered.push(Instead {
            relaxation: step.relaxation.as_str(),
            hits,
            total,
        });
    }
    let languages = reader.shown();
    let facets = found
        .facets
        .iter()
        .map(|counts| (counts.facet.to_string(), values(counts, &reader)));
    let answer = SearchAnswer {
        facets: facets.collect::<BTreeMap<_, _>>(),
        hits: hits.into_iter().map(|(hit, _)| hit).collect(),
        total: Total {
            value: found.total.value,
            exact: found.total.exact,
        },
        degraded: found.degraded,
        engine: found.engine,
        near: found.near.map(ShownPoint::of),
        next,
        instead: offered,
    };
    Shown {
        answer,
        languages,
        change,
    }
}

fn hit(found: &find::Hit, reader: &Reader<'_>) -> (Hit, Option<Timestamp>) {
    let brief = brief(found);
    let change = brief.times.change(reader.now);
    let listing = ListingSummary::of(&brief, reader);
    let highlights = Highlights {
        name: segments(&listing.name, &found.marks.name),
        summary: segments(&listing.summary, &found.marks.summary),
    };
    let hit = Hit {
        listing,
        // A tenth of a metre is finer than any address.
        distance_m: found
            .distance_m
            .map(|metres| (metres * 10.0).round() / 10.0),
        approximate: found.approximate,
        highlights,
        matched_in: found.matched_in.clone(),
    };
    (hit, change)
}

fn brief(found: &find::Hit) -> Brief<'_> {
    let card: &Card = &found.card;
    Brief {
        kind: card.kind,
        id: card.id,
        version: card.version,
        slug: &card.slug,
        name: &card.name,
        summary: &card.summary,
        organisation: card.organisation.as_deref().map(labels::provider),
        delivery: &card.delivery,
        place: found
            .place
            .and_then(|at| card.places.get(at))
            .map(|place| BriefPlace {
                name: place.name.as_deref(),
                area: &place.area,
                is_virtual: place.is_virtual,
                confidential: place.confidential,
                street: place.street.as_deref(),
                point: place.point,
            }),
        contacts: card
            .contacts
            .iter()
            .map(|contact| BriefContact {
                channel: contact.channel,
                address: &contact.address,
                schedule: contact.schedule.as_deref(),
            })
            .collect(),
        confirmation: card.confirmation,
        times: Times {
            status: found.status,
            open: found.open,
            next_session: found.next_session.clone(),
        },
    }
}

fn values(counts: &FacetCounts, reader: &Reader<'_>) -> Vec<FacetValue> {
    let value = |(value, count): &(std::sync::Arc<str>, u64)| FacetValue {
        label: label(counts.facet, value, reader),
        value: value.as_ref().to_owned(),
        count: *count,
    };
    counts.values.iter().map(value).collect()
}

fn label(facet: Facet, value: &str, reader: &Reader<'_>) -> Option<Text> {
    match facet {
        Facet::Topic => reader.topic(&Slug::parse(value).ok()?).label,
        Facet::Area => reader.area(&AreaCode::parse(value).ok()?).name,
        Facet::Country => labels::country(Country::parse(value).ok()?, reader),
        _ => None,
    }
}
