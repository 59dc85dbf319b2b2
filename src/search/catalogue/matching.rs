//! Which listings meet the conditions of a question.
//!
//! Conditions on places must all hold of one and the same place, opening hours included.

use std::{borrow::Cow, cell::RefCell, collections::HashMap, sync::Arc};

use jiff::{Timestamp, civil::Date};
use roaring::RoaringBitmap;

use super::{
    Catalogue, Row,
    facet::Facet,
    filter::{Filters, PlaceFilter, TermFilter},
    places::{PlaceRow, Unit, distance},
    times::day_of,
};
use crate::{
    domain::{offer::StatusState, place::Point, schedule::Schedule},
    search::region::{Circle, Rectangle},
};

/// What must hold, and when.
#[derive(Clone, Copy)]
pub(super) struct Conditions<'q> {
    pub(super) filters: &'q Filters,
    pub(super) place: &'q PlaceFilter,
    pub(super) at: Timestamp,
    /// Only these listings; all where absent.
    pub(super) among: Option<&'q RoaringBitmap>,
}

/// The listings that match, and the test that tells through which of their places.
pub(super) struct Matched<'c> {
    pub(super) listings: Cow<'c, RoaringBitmap>,
    pub(super) places: PlaceTest<'c>,
}

/// The conditions on places.
pub(super) struct PlaceTest<'c> {
    catalogue: &'c Catalogue,
    terms: Option<RoaringBitmap>,
    circle: Option<(Circle, Unit)>,
    rectangle: Option<Rectangle>,
    open: Option<OpenTest>,
}

/// Below this many listings their places are looked at one by one, instead of asking the tree.
const FEW: u64 = 64;

impl Catalogue {
    /// Resolves the conditions but for those on the facet `leave_out`.
    pub(super) fn matched(
        &self,
        conditions: &Conditions<'_>,
        leave_out: Option<Facet>,
    ) -> Matched<'_> {
        let mut listings = self.published_at(conditions);
        let terms = || {
            conditions
                .filters
                .terms
                .iter()
                .filter(|term| Some(term.facet) != leave_out)
        };
        for filter in terms().filter(|filter| !filter.facet.is_of_place()) {
            listings = Cow::Owned(&*listings & self.meeting(filter));
        }
        if let Some(age) = conditions.filters.age {
            listings = Cow::Owned(
                listings
                    .iter()
                    .filter(|number| self.serves_age(*number, age))
                    .collect(),
            );
        }
        let of_places: Vec<&TermFilter> = terms()
            .filter(|filter| filter.facet.is_of_place())
            .collect();
        let places = PlaceTest::new(self, conditions, &of_places);
        if let ([filter], true) = (of_places.as_slice(), places.is_of_terms_only())
            && !filter.none_of
        {
            // A single positive condition holds of the listing if it holds of any of its places.
            listings = Cow::Owned(&*listings & self.terms.matching(filter));
        } else if !places.is_empty() {
            listings = Cow::Owned(places.narrow(&listings));
        }
        Matched { listings, places }
    }

    /// Everything asked about, without what has ended.
    fn published_at(&self, conditions: &Conditions<'_>) -> Cow<'_, RoaringBitmap> {
        let mut listings = match conditions.among {
            Some(among) => Cow::Owned(among & &self.live),
            None => Cow::Borrowed(&self.live),
        };
        let today = day_of(conditions.at);
        let ended = |number: &u32| {
            self.row(*number)
                .is_some_and(|row| row.card.status_on(today) == StatusState::Ended)
        };
        for number in self.ending.iter().filter(ended) {
            listings.to_mut().remove(number);
        }
        listings
    }

    /// Listings that meet a condition not on places. An organisation may be named by its id.
    fn meeting(&self, filter: &TermFilter) -> RoaringBitmap {
        if filter.facet != Facet::Organisation {
            return self.terms.matching(filter);
        }
        let slug = |value: &str| {
            let organisation = self.find(&value.parse().ok()?)?;
            Some(Box::from(organisation.slug.as_str()))
        };
        let values = filter
            .values
            .iter()
            .map(|value| slug(value).unwrap_or_else(|| value.clone()))
            .collect();
        self.terms.matching(&TermFilter { values, ..*filter })
    }

    fn serves_age(&self, number: u32, age: u8) -> bool {
        let range = self.row(number).and_then(|row| row.age);
        range.is_some_and(|range| {
            range.min.is_none_or(|min| min <= age) && range.max.is_none_or(|max| age <= max)
        })
    }
}

impl<'c> PlaceTest<'c> {
    fn new(catalogue: &'c Catalogue, conditions: &Conditions<'_>, filters: &[&TermFilter]) -> Self {
        let terms = filters
            .iter()
            .map(|filter| catalogue.places.terms.matching(filter))
            .reduce(|a, b| a & b);
        Self {
            catalogue,
            terms,
            circle: conditions
                .place
                .circle()
                .map(|circle| (circle, circle.centre.unit())),
            rectangle: conditions.place.rectangle,
            open: conditions
                .filters
                .open_now
                .then(|| OpenTest::new(conditions.at)),
        }
    }

    fn is_of_terms_only(&self) -> bool {
        self.terms.is_some()
            && self.circle.is_none()
            && self.rectangle.is_none()
            && self.open.is_none()
    }

    /// Whether there are no conditions on places.
    pub(super) fn is_empty(&self) -> bool {
        self.terms.is_none()
            && self.circle.is_none()
            && self.rectangle.is_none()
            && self.open.is_none()
    }

    /// Whether every condition holds of this place.
    pub(super) fn passes(&self, number: u32) -> bool {
        let place = self.catalogue.places.get(number);
        let inside = |point: &Point, unit: &Unit| {
            self.circle
                .is_none_or(|(circle, centre)| distance(unit, &centre) <= circle.radius_m)
                && self
                    .rectangle
                    .is_none_or(|rectangle| rectangle.contains(point))
        };
        self.terms
            .as_ref()
            .is_none_or(|terms| terms.contains(number))
            && match &place.point {
                Some((point, unit)) => inside(point, unit),
                None => self.circle.is_none() && self.rectangle.is_none(),
            }
            && self.open.as_ref().is_none_or(|open| {
                self.catalogue
                    .row(place.owner)
                    .is_some_and(|row| open.holds(row, place))
            })
    }

    /// The nearest place that passes of a listing that matched, with its distance; the first where `near` is absent.
    pub(super) fn best(&self, row: &Row, near: Option<&Unit>) -> Option<(u32, f64)> {
        let metres = |number: u32| {
            let place = self.catalogue.places.get(number);
            near.map_or(0.0, |near| place.distance(near))
        };
        let passing = self.passing(row).map(|number| (number, metres(number)));
        passing.min_by(|(_, a), (_, b)| a.total_cmp(b))
    }

    /// The places that pass of a listing that matched: where it has only one, that one did.
    pub(super) fn passing(&self, row: &Row) -> impl Iterator<Item = u32> {
        let certain = row.places.len() == 1 || self.is_empty();
        let places = row.places.iter().copied();
        places.filter(move |number| certain || self.passes(*number))
    }

    /// Those of `listings` of which a place passes.
    fn narrow(&self, listings: &RoaringBitmap) -> RoaringBitmap {
        let around = self
            .circle
            .map(|(circle, _)| circle)
            .or_else(|| self.rectangle.and_then(|r| r.surrounding()));
        let Some(circle) = around.filter(|_| listings.len() > FEW) else {
            let any = |number: &u32| {
                let row = self.catalogue.row(*number);
                row.is_some_and(|row| row.places.iter().any(|place| self.passes(*place)))
            };
            return listings.iter().filter(any).collect();
        };
        let owner = |number: u32| self.catalogue.places.get(number).owner;
        let near = self.catalogue.places.around(&circle);
        let passing =
            near.filter(|number| listings.contains(owner(*number)) && self.passes(*number));
        let mut owners: Vec<u32> = passing.map(owner).collect();
        owners.sort_unstable();
        owners.dedup();
        owners.into_iter().collect()
    }
}

/// Whether somebody is open at a moment. Many listings share their hours, so each schedule is asked once.
struct OpenTest {
    now: Timestamp,
    today: Date,
    asked: RefCell<HashMap<*const Schedule, bool>>,
}

impl OpenTest {
    fn new(now: Timestamp) -> Self {
        Self {
            now,
            today: day_of(now),
            asked: RefCell::default(),
        }
    }

    fn holds(&self, row: &Row, place: &PlaceRow) -> bool {
        row.card
            .is_open(place.index.map(usize::from), self.today, |schedule| {
                let open = || schedule.open_state(self.now).is_open();
                *self
                    .asked
                    .borrow_mut()
                    .entry(Arc::as_ptr(schedule))
                    .or_insert_with(open)
            })
    }
}
