//! Listings that a feed may not write, because somebody keeps them: what their owners handed in or confirmed wins, and
//! what they let go, or a moderator took off or merged, does not come back by a feed. What the feed says is kept as a
//! suggestion, but of what was merged: the other listing says it otherwise anyway.

use std::collections::{HashMap, HashSet};

use diesel::{prelude::*, sql_types};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::{Publication, PublishFault, WriteTx};
use crate::{
    domain::{listing::Listing, offer::StatusState, source::OWN},
    exchange::{drafts::suggested, listing::Status},
    store::{
        drafts::NewSuggestion,
        error::StoreError,
        schema::{listing, stood_for},
    },
};

/// What is claimed of that which a batch names.
#[derive(Default)]
pub(super) struct Claimed {
    public: HashSet<Uuid>,
    /// Of which moderators said how they are.
    statuses: HashSet<Uuid>,
    /// Of which moderators changed these keys.
    said: HashMap<Uuid, Vec<String>>,
    /// What lapsed, by source.
    lapsed: HashMap<(String, String), (Uuid, Value)>,
    /// What was merged into another one that is there, by source.
    merged: HashMap<(String, String), Uuid>,
}

#[derive(QueryableByName)]
struct PublicRow {
    #[diesel(sql_type = sql_types::Uuid)]
    listing: Uuid,
}

#[derive(QueryableByName)]
struct LapsedRow {
    #[diesel(sql_type = sql_types::Text)]
    name: String,
    #[diesel(sql_type = sql_types::Text)]
    external_id: String,
    #[diesel(sql_type = sql_types::Uuid)]
    listing: Uuid,
    #[diesel(sql_type = sql_types::Jsonb)]
    body: Value,
}

#[derive(QueryableByName)]
struct MergedRow {
    #[diesel(sql_type = sql_types::Text)]
    name: String,
    #[diesel(sql_type = sql_types::Text)]
    external_id: String,
    #[diesel(sql_type = sql_types::Uuid)]
    into_listing: Uuid,
}

/// Those with an owner of which somebody who keeps them handed something in, or confirmed something. That a feed says of
/// values that they were confirmed is not that.
const PUBLIC: &str = concat!(
    "
    select l.id as listing from listing l
    where l.id = any($1)
        and exists (select from membership m where m.role = 'owner'
            and m.organisation = ",
    whose!(),
    ")
        and (exists (select from stood_for f where f.listing = l.id and f.by_owner) or exists (select from source s where s.listing = l.id
            and s.name = $2 and s.external_id = l.id::text))"
);

const LAPSED: &str = "
    select s.name, s.external_id, s.listing, l.body from unnest($1, $2) as wanted (name, external_id)
    join lapsed_source s on s.name = wanted.name and s.external_id = wanted.external_id
    join lapsed l on l.listing = s.listing
    where l.taken_off is not null
        or exists (select from membership m where m.role = 'owner' and m.organisation = l.organisation)";

const MERGED: &str = "
    select m.name, m.external_id, m.into_listing from unnest($1, $2) as wanted (name, external_id)
    join merged_source m on m.name = wanted.name and m.external_id = wanted.external_id
    where exists (select from listing where id = m.into_listing)
        or exists (select from lapsed where listing = m.into_listing)";

/// Which of these public listings are claimed.
pub(super) async fn claimed_of(
    connection: &mut AsyncPgConnection,
    listings: &[Uuid],
) -> Result<HashSet<Uuid>, StoreError> {
    let rows: Vec<PublicRow> = diesel::sql_query(PUBLIC)
        .bind::<sql_types::Array<sql_types::Uuid>, _>(listings)
        .bind::<sql_types::Text, _>(OWN)
        .load(connection)
        .await?;
    Ok(rows.into_iter().map(|row| row.listing).collect())
}

impl Claimed {
    pub(super) async fn load(
        connection: &mut AsyncPgConnection,
        wave: &[(usize, Publication)],
        existing: Vec<Uuid>,
    ) -> Result<Self, StoreError> {
        let mut claimed = Self::default();
        if !existing.is_empty() {
            claimed.public = claimed_of(connection, &existing).await?;
            let of_these = stood_for::listing.eq_any(&existing);
            let stood_for: Vec<(Uuid, bool, Vec<String>)> = stood_for::table
                .filter(of_these)
                .select((stood_for::listing, stood_for::status_set, stood_for::fields))
                .load(connection)
                .await?;
            for (listing, status_set, fields) in stood_for {
                claimed.statuses.extend(status_set.then_some(listing));
                if !fields.is_empty() {
                    claimed.said.insert(listing, fields);
                }
            }
        }
        let sources = wave.iter().flat_map(|(_, new)| &new.listing.sources);
        let (names, ids): (Vec<&str>, Vec<&str>) = sources
            .map(|of| (of.name.as_str(), of.external_id.as_str()))
            .unzip();
        let rows: Vec<LapsedRow> = diesel::sql_query(LAPSED)
            .bind::<sql_types::Array<sql_types::Text>, _>(&names)
            .bind::<sql_types::Array<sql_types::Text>, _>(&ids)
            .load(connection)
            .await?;
        let keyed = rows
            .into_iter()
            .map(|row| ((row.name, row.external_id), (row.listing, row.body)));
        claimed.lapsed.extend(keyed);
        let rows: Vec<MergedRow> = diesel::sql_query(MERGED)
            .bind::<sql_types::Array<sql_types::Text>, _>(names)
            .bind::<sql_types::Array<sql_types::Text>, _>(ids)
            .load(connection)
            .await?;
        let keyed = rows
            .into_iter()
            .map(|row| ((row.name, row.external_id), row.into_listing));
        claimed.merged.extend(keyed);
        Ok(claimed)
    }

    pub(super) fn holds(&self, listing: Uuid) -> bool {
        self.public.contains(&listing)
    }

    pub(super) fn holds_status(&self, listing: Uuid) -> bool {
        self.statuses.contains(&listing)
    }

    /// What moderators changed of it.
    pub(super) fn said(&self, listing: Uuid) -> Option<&[String]> {
        self.said.get(&listing).map(Vec::as_slice)
    }

    /// What lapsed that the feed would bring back.
    pub(super) fn lapsed(&self, new: &Listing) -> Option<&(Uuid, Value)> {
        by_source(&self.lapsed, new)
    }

    /// Into what that was merged which the feed would make anew.
    pub(super) fn merged(&self, new: &Listing) -> Option<Uuid> {
        by_source(&self.merged, new).copied()
    }
}

fn by_source<'k, T>(known: &'k HashMap<(String, String), T>, new: &Listing) -> Option<&'k T> {
    let mut sources = new.sources.iter();
    sources.find_map(|of| known.get(&(of.name.clone(), of.external_id.clone())))
}

/// A listing that a feed may not write, and what the feed says of it.
pub(super) struct Differing {
    pub listing: Uuid,
    /// What is, or was, public.
    pub own: Value,
}

impl WriteTx<'_> {
    /// Notes that somebody who keeps the listing confirmed single values of it.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn owner_confirmed(&mut self, of: Uuid) -> Result<(), StoreError> {
        diesel::insert_into(stood_for::table)
            .values((stood_for::listing.eq(of), stood_for::by_owner.eq(true)))
            .on_conflict(stood_for::listing)
            .do_update()
            .set(stood_for::by_owner.eq(true))
            .execute(self.connection)
            .await?;
        Ok(())
    }

    /// How a public listing is said to be, and whether a moderator said so.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn status_of(&mut self, of: Uuid) -> Result<(Option<StatusState>, bool), StoreError> {
        let found: Option<(Option<String>, Option<bool>)> = listing::table
            .left_join(stood_for::table.on(stood_for::listing.eq(listing::id)))
            .filter(listing::id.eq(of))
            .select((listing::status_state, stood_for::status_set.nullable()))
            .first(self.connection)
            .await
            .optional()?;
        let (state, by_moderator) = found.unwrap_or_default();
        let state = state.as_deref().and_then(StatusState::parse);
        Ok((state, by_moderator.unwrap_or(false)))
    }

    /// Writes a listing as a new revision of that status, which then stands whatever a feed says; none: the feed's word
    /// counts again.
    ///
    /// # Errors
    /// `Faults` where it cannot be so; any error of the database.
    pub async fn set_status(
        &mut self,
        of: Uuid,
        status: Option<Status>,
        now: Timestamp,
    ) -> Result<(), PublishFault> {
        let set = status.is_some();
        self.rewrite(of, now, |body, public| {
            body.take_references(public, Uuid::nil(), None);
            body.status = status;
        })
        .await?;
        diesel::insert_into(stood_for::table)
            .values((stood_for::listing.eq(of), stood_for::status_set.eq(set)))
            .on_conflict(stood_for::listing)
            .do_update()
            .set(stood_for::status_set.eq(set))
            .execute(self.connection)
            .await
            .map_err(StoreError::from)?;
        Ok(())
    }

    /// Keeps what the feed says where it differs.
    pub(super) async fn hear(
        &mut self,
        differing: &Differing,
        Publication { body, listing, now }: &Publication,
    ) -> Result<(), StoreError> {
        let [source, ..] = listing.sources.as_slice() else {
            return Ok(());
        };
        let body = serde_json::to_value(body);
        let mut body = body.map_err(|error| StoreError::corrupt("a listing", error))?;
        if let Some(object) = body.as_object_mut() {
            object.remove("sources");
        }
        let (changes, _) = suggested(&differing.own, &body);
        if changes.is_empty() {
            let (name, id) = (&source.name, &source.external_id);
            return self.agree(differing.listing, name, id).await;
        }
        let new = NewSuggestion {
            listing: differing.listing,
            source: source.name.clone(),
            external_id: source.external_id.clone(),
            body,
        };
        self.suggest(&new, *now).await
    }
}
