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
        Brief, BriefContact, BriefPlace, Explained, ExplainedUnit, ExplainedWord, FacetValue,
        Highlights, Hit, Instead, ListingSummary, NamedArea, Reader, SearchAnswer, ShownPoint,
        Text, Times, Total, Understood, UnderstoodFilter, UnderstoodPlace, Why, segments,
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

/// The answer in the reader's languages. Which areas were `named` by a name is told beside what the words say.
pub(super) fn shown(
    app: &App,
    found: &find::Found,
    named: &[find::Named],
    languages: &[Language],
    explain: bool,
) -> Shown {
    let reference = app.reference();
    let reader = Reader::new(languages, app.now(), &*reference);
    let answer = &found.answer;
    let mut changes: Vec<Timestamp> = Vec::new();
    let crisis = found.crisis.as_ref().map(|known| {
        let (crisis, change) = super::crisis::answer(known, &reader);
        changes.extend(change);
        crisis
    });
    let mut hits = hits(&answer.hits, &reader, &mut changes);
    let explained = explain
        .then_some(found.words.as_deref())
        .flatten()
        .map(|words| explained(app, words, &answer.hits, &mut hits, &reader));
    let instead: Vec<Instead> = found
        .instead
        .iter()
        .map(|step| instead(step, &reader, &mut changes))
        .collect();
    let facets = answer
        .facets
        .iter()
        .map(|counts| (counts.facet.to_string(), values(counts, &reader)));
    let shown = SearchAnswer {
        crisis,
        outcome: outcome(&hits, answer.total.value, &instead),
        understood: understood(found.understood.as_ref(), named, &reader),
        facets: facets.collect::<BTreeMap<_, _>>(),
        hits,
        total: total(&answer.total),
        degraded: answer.degraded,
        engine: answer.engine,
        near: answer.near.map(ShownPoint::of),
        next: None,
        instead,
        explained,
    };
    Shown {
        answer: shown,
        languages: reader.shown(),
        change: changes.into_iter().min(),
    }
}

/// Fewer than this are few.
const FEW: u64 = 3;

fn outcome(hits: &[Hit], total: u64, instead: &[Instead]) -> &'static str {
    match total {
        0 if hits.is_empty() && instead.is_empty() => "nothing",
        FEW.. => "found",
        _ => "few",
    }
}

fn total(total: &find::Total) -> Total {
    Total {
        value: total.value,
        exact: total.exact,
    }
}

fn hits(found: &[find::Hit], reader: &Reader<'_>, changes: &mut Vec<Timestamp>) -> Vec<Hit> {
    let shown = found.iter().map(|found| {
        let (hit, change) = hit(found, reader);
        changes.extend(change);
        hit
    });
    shown.collect()
}

fn instead(step: &find::Instead, reader: &Reader<'_>, changes: &mut Vec<Timestamp>) -> Instead {
    Instead {
        relaxation: step.relaxation.as_str(),
        words: step.words.clone(),
        topics: step.topics.iter().map(|slug| reader.topic(slug)).collect(),
        hits: hits(&step.hits, reader, changes),
        total: total(&step.total),
    }
}

fn understood(
    found: Option<&find::Understood>,
    named: &[find::Named],
    reader: &Reader<'_>,
) -> Option<Understood> {
    let areas = |codes: &[AreaCode]| codes.iter().map(|code| reader.area(code)).collect();
    let place = |place: &find::UnderstoodPlace| UnderstoodPlace {
        said: place.said.clone(),
        areas: areas(&place.areas),
        alternatives: areas(&place.alternatives),
        undone: place.undone,
    };
    let filter = |filter: &find::UnderstoodFilter| UnderstoodFilter {
        said: filter.said.clone(),
        filter: filter.filter,
        value: filter.value.clone(),
        undone: filter.undone,
    };
    let named: Vec<NamedArea> = named
        .iter()
        .map(|named| NamedArea {
            parameter: named.parameter,
            area: reader.area(&named.area),
            alternatives: areas(&named.alternatives),
        })
        .collect();
    let shown = Understood {
        words: found.and_then(|found| found.words.clone()),
        place: found.and_then(|found| found.place.as_ref()).map(place),
        filters: found
            .map(|found| found.filters.iter().map(filter).collect())
            .unwrap_or_default(),
        hint: found
            .filter(|found| found.point_wanted)
            .map(|_| "point_wanted"),
        named,
    };
    (found.is_some() || !shown.named.is_empty()).then_some(shown)
}

/// What the words became; writes into `shown` why each of the hits is there.
fn explained(
    app: &App,
    words: &str,
    hits: &[find::Hit],
    shown: &mut [Hit],
    reader: &Reader<'_>,
) -> Explained {
    let explanation = find::explain(app, words, hits);
    for (hit, reasons) in shown.iter_mut().zip(explanation.hits) {
        let why = |why: find::Why| Why {
            field: why.section.as_str(),
            words: why.words,
        };
        hit.why = reasons.into_iter().map(why).collect();
    }
    let read = explanation.read;
    let unit = |unit: find::ReadUnit| ExplainedUnit {
        words: unit
            .words
            .into_iter()
            .map(|word| ExplainedWord {
                text: word.text,
                stems: word.stems,
                terms: word.terms,
            })
            .collect(),
        topics: unit.topics,
    };
    let readers = || reader.languages.first().map(Language::as_str);
    Explained {
        words: words.to_owned(),
        script: read.script,
        language: read.language.or_else(readers).map(str::to_owned),
        units: read.units.into_iter().map(unit).collect(),
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
        why: Vec::new(),
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
