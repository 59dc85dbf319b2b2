//! What an index outside the catalogue may hold of a listing to find less: the values of its facets as plain text, and
//! where it is found.
//!
//! A listing that meets a condition always has one of the condition's labels. The other way round it does not follow:
//! conditions on places hold of one and the same place, and labels do not tell places apart.

use std::collections::BTreeSet;

use super::{
    facet::Facet,
    filter::{TermFilter, spoken_value},
    places::point_of,
    values::Values,
};
use crate::{
    domain::place::Point,
    search::{entry::Entry, reference::Reference},
};

/// Every value of every facet that the listing or one of its places has, as `facet:value`.
#[must_use]
pub fn labels(entry: &Entry, reference: &Reference) -> BTreeSet<String> {
    let mut values = Values::of_listing(entry, reference).0;
    for place in &entry.listing.places {
        values.extend(Values::of_place(place, reference).0);
    }
    if entry.listing.places.is_empty() {
        values.extend(Values::of_coverage(&entry.listing, reference).0);
    }
    values
        .into_iter()
        .map(|(facet, value)| label(facet, value))
        .collect()
}

/// The labels that a positive condition asks for; none where the condition may be met in ways that no label shows.
#[must_use]
pub fn labels_of(filter: &TermFilter) -> Option<Vec<String>> {
    // An organisation may also be named by its id.
    if filter.none_of || filter.facet == Facet::Organisation {
        return None;
    }
    let value = |value: &str| match filter.facet {
        Facet::Spoken => label(filter.facet, spoken_value(value)),
        facet => label(facet, value),
    };
    Some(filter.values.iter().map(|each| value(each)).collect())
}

/// Where the listing is found, as the catalogue has it.
#[must_use]
pub fn points(entry: &Entry, reference: &Reference) -> Vec<Point> {
    let places = entry.listing.places.iter();
    places
        .filter_map(|place| point_of(place, reference))
        .collect()
}

fn label(facet: Facet, value: &str) -> String {
    format!("{}:{value}", facet.as_str())
}
