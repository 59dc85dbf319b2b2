//! Which listings meet the conditions of a question.
//!
//! Conditions on places must all hold of one and the same place, opening hours included.

use std::{borrow::Cow, cell::OnceCell};

use jiff::{Timestamp, civil::Date};
use roaring::RoaringBitmap;

use super::{
    Catalogue,
    facet::Facet,
    filter::{Filters, PlaceFilter, TermFilter},
    hours::OpenAt,
    spots::{Spot, Unit, distance},
    times::day_of,
};
use crate::{
    domain::{offer::StatusState, place::Point},
    search::region::{Circle, Rectangle},
};

/// What must hold, and when.
pub(super) struct Conditions<'q> {
    pub(super) filters: &'q Filters,
    place: &'q PlaceFilter,
    at: Timestamp,
    /// Only these listings; all where absent.
    among: Option<&'q RoaringBitmap>,
    /// What lies in the circle or the box, once that was asked; it is so for every facet that is left out.
    inside: OnceCell<Vec<Spot>>,
}

impl<'q> Conditions<'q> {
    pub(super) fn new(filters: &'q Filters, place: &'q PlaceFilter, at: Timestamp) -> Self {
        Self {
            filters,
            place,
            at,
            among: None,
            inside: OnceCell::new(),
        }
    }

    /// Only these listings; all where absent.
    pub(super) fn among(self, among: Option<&'q RoaringBitmap>) -> Self {
        Self { among, ..self }
    }
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
    open: Option<OpenTest<'c>>,
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
            listings = Cow::Owned(places.narrow(&listings, &conditions.inside));
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

    /// Listings that meet a condition not on places. An organisation may be named by its id, and by what it was called
    /// before.
    fn meeting(&self, filter: &TermFilter) -> RoaringBitmap {
        if filter.facet != Facet::Organisation {
            return self.terms.matching(filter);
        }
        let slug = |value: &str| {
            let present = value.parse().ok().and_then(|id| self.find(&id));
            let organisation = present.or_else(|| self.find(self.former.find(value)?))?;
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
                .then(|| OpenTest::new(catalogue, conditions.at)),
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
                && self.is_in_rectangle(point)
        };
        let located = match &place.point {
            Some((point, unit)) => inside(point, unit),
            None => self.circle.is_none() && self.rectangle.is_none(),
        };
        located && self.passes_inside(place.spot(number))
    }

    fn is_in_rectangle(&self, point: &Point) -> bool {
        self.rectangle
            .is_none_or(|rectangle| rectangle.contains(point))
    }

    /// Whether every condition holds of a place that lies where it should.
    fn passes_inside(&self, spot: Spot) -> bool {
        self.terms
            .as_ref()
            .is_none_or(|terms| terms.contains(spot.place))
            && self.open.as_ref().is_none_or(|open| open.holds(spot))
    }

    /// The nearest place that passes of a listing that matched, with its distance; the first where `near` is absent.
    pub(super) fn best(&self, listing: u32, near: Option<&Unit>) -> Option<(u32, f64)> {
        let metres = |number: u32| {
            let place = self.catalogue.places.get(number);
            near.map_or(0.0, |near| place.distance(near))
        };
        let passing = self.passing(listing).map(|number| (number, metres(number)));
        passing.min_by(|(_, a), (_, b)| a.total_cmp(b))
    }

    /// The places that pass of a listing that matched: where it has only one, that one did.
    pub(super) fn passing(&self, listing: u32) -> impl Iterator<Item = u32> {
        let places = self.catalogue.places_of.get(listing);
        let certain = places.len() == 1 || self.is_empty();
        places
            .iter()
            .copied()
            .filter(move |number| certain || self.passes(*number))
    }

    /// Those of `listings` of which a place passes.
    fn narrow(&self, listings: &RoaringBitmap, inside: &OnceCell<Vec<Spot>>) -> RoaringBitmap {
        let is_bounded = self.circle.is_some() || self.rectangle.is_some();
        if !is_bounded || listings.len() <= FEW {
            let any = |number: &u32| {
                let mut places = self.catalogue.places_of.get(*number).iter();
                places.any(|place| self.passes(*place))
            };
            return listings.iter().filter(any).collect();
        }
        let passing = inside
            .get_or_init(|| self.inside())
            .iter()
            .filter(|spot| listings.contains(spot.owner) && self.passes_inside(**spot));
        self.catalogue.numbered(passing.map(|spot| spot.owner))
    }

    /// The places in the circle and the rectangle, of which there is at least one.
    fn inside(&self) -> Vec<Spot> {
        let places = &self.catalogue.places;
        let in_rectangle = |spot: &Spot| {
            let point = &places.get(spot.place).point;
            point.is_some_and(|(point, _)| self.is_in_rectangle(&point))
        };
        let mut inside = match (self.circle, self.rectangle) {
            (Some((circle, _)), None) => return places.spots.within(&circle),
            (Some((circle, _)), Some(_)) => places.spots.within(&circle),
            (None, Some(rectangle)) => match rectangle.surrounding() {
                Some(circle) => places.spots.around(&circle),
                None => places.spots.all().collect(),
            },
            (None, None) => Vec::new(),
        };
        inside.retain(in_rectangle);
        inside
    }
}

/// Whether somebody is open at a moment.
struct OpenTest<'c> {
    catalogue: &'c Catalogue,
    hours: OpenAt<'c>,
    today: Date,
}

impl<'c> OpenTest<'c> {
    fn new(catalogue: &'c Catalogue, now: Timestamp) -> Self {
        Self {
            catalogue,
            hours: OpenAt::new(&catalogue.hours, now),
            today: day_of(now),
        }
    }

    /// By the hours that count for the place. Who is closed, moved or ended on that day is not open, whatever they say.
    fn holds(&self, spot: Spot) -> bool {
        let operates = || {
            let row = self.catalogue.row(spot.owner);
            row.is_some_and(|row| row.card.status_on(self.today) == StatusState::Operating)
        };
        self.hours.holds(self.catalogue.places.hours(spot.place))
            && (!self.catalogue.stating.contains(spot.owner) || operates())
    }
}
