//! National lines by country.

use std::{collections::HashMap, sync::Arc};

use uuid::Uuid;

use super::areas::AreaTree;
use crate::{
    domain::{country::Country, listing::Listing},
    search::entry::Decoder,
};

/// A country's national line.
#[derive(Clone, Debug)]
pub struct Line {
    /// Nil in the copy built into the program.
    pub id: Uuid,
    pub version: i64,
    pub listing: Listing,
    pub document: Arc<str>,
}

/// A line whose document could not be read.
#[derive(Clone, Debug)]
pub struct Refused {
    pub id: Uuid,
    pub reason: String,
}

#[derive(Default)]
pub(super) struct Lines {
    by_country: HashMap<Country, Vec<Arc<Line>>>,
    refused: Vec<Refused>,
}

impl Lines {
    pub(super) fn new(
        rows: Vec<(Uuid, i64, Arc<str>)>,
        areas: &AreaTree,
        decode: &Decoder,
    ) -> Self {
        let mut lines = Self::default();
        for (id, version, document) in rows {
            match decode(&document) {
                Ok(listing) => lines.add(
                    Line {
                        id,
                        version,
                        listing,
                        document,
                    },
                    areas,
                ),
                Err(reason) => lines.refused.push(Refused { id, reason }),
            }
        }
        lines
    }

    fn add(&mut self, line: Line, areas: &AreaTree) {
        let places = line.listing.places.iter().map(|place| &place.area);
        let coverage = line
            .listing
            .coverage
            .iter()
            .flat_map(|coverage| &coverage.areas);
        let mut countries: Vec<Country> = places
            .chain(coverage)
            .filter_map(|code| areas.get(code))
            .map(|area| area.country)
            .collect();
        countries.sort_unstable();
        countries.dedup();
        if countries.is_empty() {
            self.refused.push(Refused {
                id: line.id,
                reason: "the line names no area that is known".to_owned(),
            });
            return;
        }
        let line = Arc::new(line);
        for country in countries {
            self.by_country
                .entry(country)
                .or_default()
                .push(Arc::clone(&line));
        }
    }

    pub(super) fn of(&self, country: Country) -> &[Arc<Line>] {
        self.by_country.get(&country).map_or(&[], Vec::as_slice)
    }

    pub(super) fn countries(&self) -> impl Iterator<Item = Country> {
        self.by_country.keys().copied()
    }

    pub(super) fn refused(&self) -> &[Refused] {
        &self.refused
    }
}
