//! Withdrawing what a source's feed no longer has, and keeping what must not go that way.

use std::collections::{HashMap, HashSet};

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use super::{
    PublishFault, WriteTx,
    claimed::claimed_of,
    national::{LINES_BY_SLUG, day_of},
};
use crate::{
    domain::{change::Removal, listing::Kind},
    store::{
        Store,
        error::StoreError,
        schema::{hub, listing, source},
    },
};

enumeration! {
    /// Why a listing stays that was to go by itself.
    Kept {
        /// Another source vouches for it.
        OtherSource = "other_source",
        /// Somebody keeps it, and has said something of it.
        Claimed = "claimed",
        /// Others that stay name it as their organisation or as the hub that they are part of.
        DependedOn = "depended_on",
        /// Without it a country would have no national line.
        LastNationalLine = "last_national_line",
    }
}

/// What became of a listing that was to go: its feed no longer has it, or nobody confirms it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expired {
    pub id: Uuid,
    pub kind: Kind,
    pub slug: String,
    /// None where it was withdrawn.
    pub kept: Option<Kept>,
}

#[derive(QueryableByName)]
struct NationalLine {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    country: String,
}

/// What is to go, and what is told of it and of that which stays.
pub(super) struct Leaving {
    /// Who names others goes before them.
    pub going: Vec<Uuid>,
    pub told: Vec<Expired>,
}

/// Listings that others name, and by whom.
type Dependence = (Uuid, Uuid);

/// So many listings are looked up in one go.
const MANY: usize = 5_000;

impl Store {
    /// Listings of the source with their ids there, in the order of those, from the one after `after` on.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn sourced(
        &self,
        name: &str,
        after: &str,
        limit: i64,
    ) -> Result<Vec<(String, Uuid)>, StoreError> {
        let mut connection = self.connection().await?;
        Ok(source::table
            .filter(source::name.eq(name).and(source::external_id.gt(after)))
            .order(source::external_id)
            .limit(limit)
            .select((source::external_id, source::listing))
            .load(&mut connection)
            .await?)
    }
}

impl WriteTx<'_> {
    /// Withdraws `missing`, which the feed of `source` no longer has, but for those that must be kept.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn expire(
        &mut self,
        source: &str,
        missing: &[Uuid],
        now: Timestamp,
    ) -> Result<Vec<Expired>, PublishFault> {
        self.hold_drafts_of(missing).await?;
        self.one_at_a_time_with_lines().await?;
        let candidates: HashSet<Uuid> = missing.iter().copied().collect();
        let kept = self.vouched_for(source, missing).await?;
        let leaving = self.leave(&candidates, kept, now).await?;
        for id in leaving.going {
            self.withdraw(id, Removal::Expired, now).await?;
        }
        Ok(leaving.told)
    }

    /// Which of the candidates go, beside those that are kept already, and in what order.
    pub(super) async fn leave(
        &mut self,
        candidates: &HashSet<Uuid>,
        mut kept: HashMap<Uuid, Kept>,
        now: Timestamp,
    ) -> Result<Leaving, StoreError> {
        let all: Vec<Uuid> = candidates.iter().copied().collect();
        // What was gone before is nothing that goes by this.
        self.watch_national_lines(now).await?;
        self.leave_lines();
        self.keep_last_national_lines(candidates, &mut kept, now)
            .await?;
        let dependences = self.dependences(&all).await?;
        keep_depended_on(candidates, &dependences, &mut kept);
        let mut told = self.named(&all, &kept).await?;
        told.sort_by(|a, b| (a.kind.as_str(), &a.slug).cmp(&(b.kind.as_str(), &b.slug)));
        // Groups come first this way, so that none is written anew for a helpline that goes with it.
        let going = told.iter().rev().filter(|one| one.kept.is_none());
        let going = dependents_first(going.map(|one| one.id).collect(), &dependences);
        Ok(Leaving { going, told })
    }

    async fn vouched_for(
        &mut self,
        source: &str,
        missing: &[Uuid],
    ) -> Result<HashMap<Uuid, Kept>, StoreError> {
        let mut kept = HashMap::new();
        for ids in missing.chunks(MANY) {
            let others: Vec<Uuid> = source::table
                .filter(source::listing.eq_any(ids).and(source::name.ne(source)))
                .select(source::listing)
                .load(self.connection)
                .await?;
            let claimed = claimed_of(self.connection, ids).await?;
            kept.extend(claimed.into_iter().map(|id| (id, Kept::Claimed)));
            kept.extend(others.into_iter().map(|id| (id, Kept::OtherSource)));
        }
        Ok(kept)
    }

    async fn keep_last_national_lines(
        &mut self,
        candidates: &HashSet<Uuid>,
        kept: &mut HashMap<Uuid, Kept>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let rows: Vec<NationalLine> = diesel::sql_query(LINES_BY_SLUG)
            .bind::<sql_types::Date, _>(day_of(now).to_diesel())
            .load(self.connection)
            .await?;
        let mut remaining: HashMap<&str, usize> = HashMap::new();
        let goes = |id: &Uuid, kept: &HashMap<Uuid, Kept>| {
            candidates.contains(id) && !kept.contains_key(id)
        };
        for line in rows.iter().filter(|line| !goes(&line.id, kept)) {
            *remaining.entry(&line.country).or_default() += 1;
        }
        for line in &rows {
            let others = remaining.get(line.country.as_str()).copied();
            if goes(&line.id, kept) && others.unwrap_or(0) == 0 {
                kept.insert(line.id, Kept::LastNationalLine);
                for country in rows.iter().filter(|row| row.id == line.id) {
                    *remaining.entry(&country.country).or_default() += 1;
                }
            }
        }
        Ok(())
    }

    async fn dependences(&mut self, missing: &[Uuid]) -> Result<Vec<Dependence>, StoreError> {
        let mut dependences = Vec::new();
        for ids in missing.chunks(MANY) {
            let provided: Vec<(Option<Uuid>, Uuid)> = listing::table
                .filter(listing::organisation.eq_any(ids))
                .select((listing::organisation, listing::id))
                .load(self.connection)
                .await?;
            let parts: Vec<(Option<Uuid>, Uuid)> = hub::table
                .filter(hub::part_of.eq_any(ids))
                .select((hub::part_of, hub::id))
                .load(self.connection)
                .await?;
            let all = provided.into_iter().chain(parts);
            dependences.extend(all.filter_map(|(named, by)| Some((named?, by))));
        }
        Ok(dependences)
    }

    async fn named(
        &mut self,
        missing: &[Uuid],
        kept: &HashMap<Uuid, Kept>,
    ) -> Result<Vec<Expired>, StoreError> {
        let mut named = Vec::with_capacity(missing.len());
        for ids in missing.chunks(MANY) {
            let rows: Vec<(Uuid, String, String)> = listing::table
                .filter(listing::id.eq_any(ids))
                .select((listing::id, listing::kind, listing::slug))
                .load(self.connection)
                .await?;
            for (id, kind, slug) in rows {
                let known = Kind::parse(&kind);
                named.push(Expired {
                    id,
                    kind: known.ok_or_else(|| StoreError::corrupt("a listing", "its kind"))?,
                    slug,
                    kept: kept.get(&id).copied(),
                });
            }
        }
        Ok(named)
    }
}

/// Those first that none of the others names. What names each other in a circle comes last, in any order.
fn dependents_first(mut going: Vec<Uuid>, dependences: &[Dependence]) -> Vec<Uuid> {
    let mut order = Vec::with_capacity(going.len());
    loop {
        let left: HashSet<Uuid> = going.iter().copied().collect();
        let still_named: HashSet<Uuid> = dependences
            .iter()
            .filter(|(named, by)| left.contains(by) && named != by)
            .map(|(named, _)| *named)
            .collect();
        let before = going.len();
        let (later, now): (Vec<Uuid>, Vec<Uuid>) =
            going.into_iter().partition(|id| still_named.contains(id));
        order.extend(now);
        going = later;
        if going.len() == before || going.is_empty() {
            order.extend(going);
            return order;
        }
    }
}

/// Keeps what those name that stay, and what those name that are kept for it, and so on.
fn keep_depended_on(
    candidates: &HashSet<Uuid>,
    dependences: &[Dependence],
    kept: &mut HashMap<Uuid, Kept>,
) {
    loop {
        let before = kept.len();
        for (named, by) in dependences {
            let stays = !candidates.contains(by) || kept.contains_key(by);
            if stays && !kept.contains_key(named) {
                kept.insert(*named, Kept::DependedOn);
            }
        }
        if kept.len() == before {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_keeps_what_it_names() {
        let [organisation, network, hub, room, other] =
            [1, 2, 3, 4, 5].map(|number: u128| Uuid::from_u128(number));
        let candidates = HashSet::from([organisation, network, hub, other]);
        // The room stays; it is part of the hub, which the organisation provides, which the network provides.
        let dependences = [(network, organisation), (organisation, hub), (hub, room)];
        let mut kept = HashMap::new();
        keep_depended_on(&candidates, &dependences, &mut kept);
        let ids: HashSet<Uuid> = kept.keys().copied().collect();
        assert_eq!(ids, HashSet::from([organisation, network, hub]));
    }

    #[test]
    fn who_names_goes_before_who_is_named() {
        let [organisation, hub, room] = [1, 2, 3].map(|number: u128| Uuid::from_u128(number));
        let dependences = [(organisation, hub), (organisation, room), (hub, room)];
        let order = dependents_first(vec![organisation, hub, room], &dependences);
        assert_eq!(order, [room, hub, organisation]);
    }
}
