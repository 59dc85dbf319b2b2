//! One page of the listings that meet the conditions, in order, with the total and the counts.
//!
//! Two ways lead to the same page. Where much matches, the catalogue is walked in the wanted order until the page is
//! full; else everything that matches is looked at and the first few are kept.

use std::{ops::Bound, sync::Arc};

use jiff::{Timestamp, civil::Date};
use roaring::RoaringBitmap;
use uuid::Uuid;

use super::{
    Catalogue,
    card::Card,
    count::FacetCounts,
    facet::Facet,
    filter::{Filters, PlaceFilter, TermFilter},
    matching::{Conditions, Matched},
    rank::{Candidate, First, Key, Order, Sort},
    spots::{Spot, Unit},
    times::day_of,
};
use crate::{
    domain::{confirmation::ConfirmationState, place::Precision},
    search::words::Match,
};

/// What is asked of the catalogue.
#[derive(Clone, Copy)]
pub struct Selection<'q> {
    pub filters: &'q Filters,
    pub place: &'q PlaceFilter,
    pub sort: Sort,
    /// Listings that meet any of these are of use to the asker especially, and come before equals; none for no
    /// preference.
    pub favoured: &'q [TermFilter],
    /// What the words engine found, most relevant first; none where no words were asked for.
    pub matches: Option<&'q [Match]>,
    /// The moment by which statuses, confirmations and hours are judged; the same for all pages of an answer.
    pub at: Timestamp,
    pub after: Option<Key>,
    pub limit: usize,
    /// What to count.
    pub facets: &'q [Facet],
}

/// A page of hits.
#[derive(Debug)]
pub struct Selected {
    pub found: Vec<Found>,
    pub total: u64,
    /// The key after which the next page begins; none on the last page.
    pub next: Option<Key>,
    pub facets: Vec<FacetCounts>,
}

/// A listing on the page.
#[derive(Clone, Debug)]
pub struct Found {
    pub card: Arc<Card>,
    /// Which of the card's places met the conditions, the nearest of them.
    pub place: Option<usize>,
    /// Exact metres to that place; absent without a point on either side, and where the place is confidential.
    pub distance_m: Option<f64>,
    /// Whether the place's point stands for an area.
    pub approximate: bool,
}

/// A page of a list, in the order of ids.
#[derive(Debug)]
pub struct Page {
    pub cards: Vec<Arc<Card>>,
    pub total: u64,
    /// Whether more come after the last.
    pub more: bool,
}

/// By how much looking at one listing on a walk in order costs more than on a plain scan.
const WALK_COST: u64 = 4;

/// From this share of the best score on, a match is about as good: of few words none may be missing.
const AS_GOOD: f32 = 0.85;

/// What the order of a selection depends on.
struct Ordering<'q> {
    order: Order,
    near: Option<Unit>,
    today: Date,
    after: Option<Key>,
    /// One more than the page, to know whether there is a next.
    limit: usize,
    matches: Option<&'q [Match]>,
    favoured: Option<RoaringBitmap>,
}

impl Catalogue {
    /// The page that `selection` asks for.
    #[must_use]
    pub fn select(&self, selection: &Selection<'_>) -> Selected {
        // Whoever found them may know of some that are no more.
        let among = selection
            .matches
            .map(|matches| self.numbered(matches.iter().map(|found| found.number)));
        let conditions =
            Conditions::new(selection.filters, selection.place, selection.at).among(among.as_ref());
        let matched = self.matched(&conditions, None);
        let favoured = selection
            .favoured
            .iter()
            .map(|filter| self.terms.matching(filter));
        let ordering = Ordering::of(selection, favoured.reduce(|a, b| a | b));
        let mut candidates = self.first(&matched, &ordering);
        let more = candidates.len() > selection.limit;
        candidates.truncate(selection.limit);
        Selected {
            found: candidates
                .iter()
                .filter_map(|candidate| self.found(candidate, &matched, ordering.near.as_ref()))
                .collect(),
            total: matched.listings.len(),
            next: candidates
                .last()
                .filter(|_| more)
                .map(|candidate| candidate.key),
            facets: self.count(&conditions, &matched, selection.facets),
        }
    }

    /// A page of the listings that meet the filters, by id.
    #[must_use]
    pub fn list(
        &self,
        filters: &Filters,
        after: Option<Uuid>,
        limit: usize,
        at: Timestamp,
    ) -> Page {
        let anywhere = PlaceFilter::default();
        let conditions = Conditions::new(filters, &anywhere, at);
        let matched = self.matched(&conditions, None);
        let ordering = Ordering {
            order: Order::Id,
            near: None,
            today: day_of(at),
            after: after.map(Key::of_id),
            limit: limit + 1,
            matches: None,
            favoured: None,
        };
        let candidates = self.first(&matched, &ordering);
        let cards = candidates
            .iter()
            .take(limit)
            .filter_map(|candidate| self.row(candidate.listing));
        Page {
            cards: cards.map(|row| Arc::clone(&row.card)).collect(),
            total: matched.listings.len(),
            more: candidates.len() > limit,
        }
    }

    fn first(&self, matched: &Matched<'_>, ordering: &Ordering<'_>) -> Vec<Candidate> {
        let mut first = First::new(ordering.limit, ordering.after);
        let many = |all: usize| {
            matched.listings.len().pow(2) > WALK_COST * ordering.limit as u64 * all as u64
        };
        match (ordering.order, &ordering.near, ordering.matches) {
            (Order::Words | Order::Nearby, _, Some(matches)) => {
                self.walk_matches(&mut first, matched, ordering, matches);
            }
            (Order::Id, ..) if many(self.by_id.len()) => {
                self.walk_ids(&mut first, matched, ordering)
            }
            (Order::Distance, Some(near), _) if many(self.places.spots.len()) => {
                self.walk_nearest(&mut first, matched, ordering, near);
            }
            _ => {
                for number in matched.listings.iter() {
                    self.offer(&mut first, matched, ordering, number, 0.0);
                }
            }
        }
        first.into_sorted()
    }

    fn offer(
        &self,
        first: &mut First,
        matched: &Matched<'_>,
        ordering: &Ordering<'_>,
        number: u32,
        score: f32,
    ) {
        let unfavoured = ordering.is_unfavoured(number);
        let order = ordering.order;
        // Nearly all are turned away before they are looked up, which costs more than all of this. Of equal scores only
        // what is of no use to the asker can be beyond already.
        let least = || Key::least(order, score, unfavoured, ConfirmationState::Confirmed);
        if unfavoured && first.is_beyond(&least()) {
            return;
        }
        let rank = self.rank(number);
        let doubt = rank.doubt(ordering.today);
        let mut distance = 0.0;
        if let Some(near) = &ordering.near {
            if first.is_beyond(&Key::least(order, score, unfavoured, doubt)) {
                return;
            }
            let Some((_, metres)) = matched.places.best(number, Some(near)) else {
                return;
            };
            distance = metres;
        }
        first.offer(Candidate {
            key: Key::new(order, score, unfavoured, doubt, distance, rank.id),
            listing: number,
        });
    }

    /// Matches come with the most relevant first, so that after the page is full only equals are of interest.
    fn walk_matches(
        &self,
        first: &mut First,
        matched: &Matched<'_>,
        ordering: &Ordering<'_>,
        matches: &[Match],
    ) {
        let found = matches
            .iter()
            .filter(|found| matched.listings.contains(found.number));
        let mut best = None;
        for Match { number, score } in found {
            let best = *best.get_or_insert(*score);
            let as_good = ordering.order == Order::Nearby && *score >= best * AS_GOOD;
            let score = if as_good { best } else { *score };
            if first.is_beyond(&Key::least(
                ordering.order,
                score,
                false,
                ConfirmationState::Confirmed,
            )) {
                return;
            }
            self.offer(first, matched, ordering, *number, score);
        }
    }

    /// The listing in an order without words.
    fn candidate(&self, ordering: &Ordering<'_>, listing: u32, distance: f64) -> Candidate {
        let rank = self.rank(listing);
        let key = Key::new(
            ordering.order,
            0.0,
            ordering.is_unfavoured(listing),
            rank.doubt(ordering.today),
            distance,
            rank.id,
        );
        Candidate { key, listing }
    }

    fn walk_ids(&self, first: &mut First, matched: &Matched<'_>, ordering: &Ordering<'_>) {
        let from = ordering
            .after
            .map_or(Bound::Unbounded, |key| Bound::Excluded(key.id()));
        let following = self
            .by_id
            .range((from, Bound::Unbounded))
            .map(|(_, number)| *number);
        for number in following
            .filter(|number| matched.listings.contains(*number))
            .take(ordering.limit)
        {
            self.offer(first, matched, ordering, number, 0.0);
        }
    }

    fn walk_nearest(
        &self,
        first: &mut First,
        matched: &Matched<'_>,
        ordering: &Ordering<'_>,
        near: &Unit,
    ) {
        for (Spot { place, owner }, distance) in self.places.spots.nearest(*near) {
            // A place never sorts before its distance in the tree, so nothing better can follow.
            if first.is_full()
                && first
                    .last()
                    .is_some_and(|last| distance > last.key.distance())
            {
                return;
            }
            if !matched.listings.contains(owner) {
                continue;
            }
            match matched.places.best(owner, Some(near)) {
                // A listing with several places comes up once for each, and counts at its nearest.
                Some((best, distance)) if best == place => {
                    first.offer(self.candidate(ordering, owner, distance));
                }
                _ => {}
            }
        }
        for number in matched.listings.iter() {
            let best = matched.places.best(number, Some(near));
            if let Some((_, distance)) = best.filter(|(_, distance)| distance.is_infinite()) {
                first.offer(self.candidate(ordering, number, distance));
            }
        }
    }

    fn found(
        &self,
        candidate: &Candidate,
        matched: &Matched<'_>,
        near: Option<&Unit>,
    ) -> Option<Found> {
        let card = Arc::clone(&self.row(candidate.listing)?.card);
        let (best, _) = matched.places.best(candidate.listing, near)?;
        let row = self.places.get(best);
        let place = row.index.map(usize::from);
        let precision = place
            .and_then(|place| card.places.get(place)?.point)
            .map(|(_, precision)| precision);
        let distance = near
            .filter(|_| !row.approximate)
            .map(|near| row.distance(near));
        Some(Found {
            place,
            distance_m: distance.filter(|distance| distance.is_finite()),
            approximate: row.approximate || precision == Some(Precision::Area),
            card,
        })
    }
}

impl<'q> Ordering<'q> {
    fn of(selection: &Selection<'q>, favoured: Option<RoaringBitmap>) -> Self {
        let near = selection.place.near.map(|point| point.unit());
        let order = match (selection.sort, selection.matches, near) {
            (Sort::Relevance, Some(_), _) | (Sort::Nearby, Some(_), None) => Order::Words,
            (Sort::Nearby, Some(_), Some(_)) => Order::Nearby,
            (_, _, Some(_)) => Order::Distance,
            _ => Order::Confirmation,
        };
        Self {
            order,
            near,
            today: day_of(selection.at),
            after: selection.after,
            limit: selection.limit + 1,
            matches: selection.matches,
            favoured,
        }
    }

    fn is_unfavoured(&self, listing: u32) -> bool {
        self.favoured
            .as_ref()
            .is_some_and(|of_use| !of_use.contains(listing))
    }
}
