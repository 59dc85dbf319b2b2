//! Withdrawing what nobody who keeps it confirms, and keeping it apart so that it can come back as it was: under its id,
//! with the ids of its places and contacts, its former slugs, the groups that referred to it, and what was said of it in the
//! face of feeds. What people said of it waits meanwhile. What somebody takes off lies there too, with why. Deliberately absent:
//! its earlier revisions; what owners typed is in their drafts.

use std::collections::{HashMap, HashSet};

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use serde_json::Value;
use uuid::Uuid;

use super::{
    PublishFault, WriteTx,
    expire::{Expired, Kept},
    identity,
    write::Writing,
};
use crate::{
    domain::{
        actor::Scope,
        change::Removal,
        draft::TakenOffBy,
        listing::{Kind, Listing},
    },
    exchange,
    store::{
        Store,
        error::StoreError,
        schema::{lapsed, membership, stood_for},
    },
};

/// A listing that was withdrawn because nobody confirmed it.
#[derive(Clone, Debug)]
pub struct Lapsed {
    pub listing: Uuid,
    pub kind: Kind,
    pub slug: String,
    /// Whose it is: its organisation's, or its own.
    pub organisation: Uuid,
    /// The version that it had.
    pub version: i64,
    pub body: Value,
    pub lapsed_at: Timestamp,
    /// Where it did not lapse.
    pub taken_off: Option<TakenOff>,
}

/// Who took a listing off, and why.
#[derive(Clone, Debug)]
pub struct TakenOff {
    pub by: TakenOffBy,
    pub why: String,
}

type Row = (
    Uuid,
    String,
    String,
    Uuid,
    i64,
    Value,
    jiff_diesel::Timestamp,
    Option<String>,
    Option<String>,
);

const COLUMNS: (
    lapsed::listing,
    lapsed::kind,
    lapsed::slug,
    lapsed::organisation,
    lapsed::version,
    lapsed::body,
    lapsed::lapsed_at,
    lapsed::taken_off,
    lapsed::taken_off_by,
) = (
    lapsed::listing,
    lapsed::kind,
    lapsed::slug,
    lapsed::organisation,
    lapsed::version,
    lapsed::body,
    lapsed::lapsed_at,
    lapsed::taken_off,
    lapsed::taken_off_by,
);

const SET_ASIDE: &str = concat!(
    "
    insert into lapsed (listing, kind, slug, organisation, version, body, lapsed_at, taken_off, taken_off_by, former_slugs, places, contacts,
        referred_by, by_owner, status_set, fields)
    select l.id, l.kind, l.slug, ",
    whose!(),
    ", l.version, r.body, $2, $3, $4,
        array(select slug from former_slug where listing = l.id order by slug),
        array(select id from place where listing = l.id order by position),
        array(select id from contact where listing = l.id order by position),
        array(select support_group from group_referral where refers_to = l.id and support_group <> l.id order by support_group),
        coalesce(f.by_owner, false), coalesce(f.status_set, false), coalesce(f.fields, '{}')
    from listing l join revision r on r.listing = l.id and r.version = l.version left join stood_for f on f.listing = l.id
    where l.id = $1"
);

const SOURCES: &str = "
    insert into lapsed_source (name, external_id, listing)
    select name, external_id, listing from source where listing = $1
    on conflict (name, external_id) do update set listing = excluded.listing";

/// What led to it leads there again, where no other listing has taken the name.
const SLUGS: &str = "
    insert into former_slug (kind, slug, listing)
    select $1, former.slug, $2 from unnest($3) as former (slug)
    where not exists (select from listing where kind = $1 and listing.slug = former.slug)
    on conflict do nothing";

/// A group that lapsed too refers to it once it is back itself.
const LAPSED_REFERS: &str = "
    update lapsed set body = jsonb_set(body, '{group_details,refers_to}',
        coalesce(body #> '{group_details,refers_to}', '[]') || to_jsonb($2::text))
    where listing = $1 and not coalesce(body #> '{group_details,refers_to}', '[]') ? $2";

/// What a listing that comes back had.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = lapsed)]
pub(super) struct Former {
    pub version: i64,
    pub slug: String,
    pub body: Value,
    pub former_slugs: Vec<String>,
    pub places: Vec<Uuid>,
    pub contacts: Vec<Uuid>,
    pub referred_by: Vec<Uuid>,
    pub by_owner: bool,
    pub status_set: bool,
    pub fields: Vec<String>,
}

impl Former {
    /// Gives the listing's places and contacts the ids of those that they were.
    pub(super) fn identify(&self, new: &mut Listing) {
        let body = exchange::listing::Listing::from_value(self.body.clone());
        if let Ok(former) = body.and_then(|body| body.parse()) {
            identity::keep_all(&former, (&self.places, &self.contacts), new);
        }
    }
}

fn read(row: Row) -> Result<Lapsed, StoreError> {
    let (listing, kind, slug, organisation, version, body, lapsed_at, why, by) = row;
    let kind = Kind::parse(&kind);
    let by = by.as_deref().and_then(TakenOffBy::parse);
    Ok(Lapsed {
        listing,
        kind: kind.ok_or_else(|| StoreError::corrupt("a lapsed listing", "its kind"))?,
        slug,
        organisation,
        version,
        body,
        lapsed_at: lapsed_at.to_jiff(),
        taken_off: by.zip(why).map(|(by, why)| TakenOff { by, why }),
    })
}

/// What of it a scope covers. A macro, because Diesel's type of it fills a page.
macro_rules! covered {
    ($scope:expr) => {{
        let scope: Scope = $scope;
        let all = matches!(scope, Scope::Directory(_)).into_sql::<sql_types::Bool>();
        let own = membership::table
            .filter(membership::account.eq(scope.account()))
            .select(membership::organisation);
        lapsed::table
            .filter(all.or(lapsed::organisation.eq_any(own)))
            .select(COLUMNS)
    }};
}

impl Store {
    /// The listing of that id, where it lapsed and the scope covers it.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn find_lapsed(
        &self,
        scope: Scope,
        listing: Uuid,
    ) -> Result<Option<Lapsed>, StoreError> {
        let row: Option<Row> = covered!(scope)
            .filter(lapsed::listing.eq(listing))
            .first(&mut self.connection().await?)
            .await
            .optional()?;
        row.map(read).transpose()
    }

    /// What lapsed, as far as the scope covers it, by id, after the one given.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_lapsed(
        &self,
        scope: Scope,
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<Vec<Lapsed>, StoreError> {
        let rows: Vec<Row> = covered!(scope)
            .filter(lapsed::listing.gt(after.unwrap_or_default()))
            .order(lapsed::listing)
            .limit(limit)
            .load(&mut self.connection().await?)
            .await?;
        rows.into_iter().map(read).collect()
    }
}

impl WriteTx<'_> {
    /// As the store's, for nobody else to bring back until this transaction ends.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn hold_lapsed(
        &mut self,
        scope: Scope,
        listing: Uuid,
    ) -> Result<Option<Lapsed>, StoreError> {
        let row: Option<Row> = covered!(scope)
            .filter(lapsed::listing.eq(listing))
            .for_update()
            .first(self.connection)
            .await
            .optional()?;
        row.map(read).transpose()
    }

    /// Withdraws these listings, which nobody confirmed, but for a country's last national line and what others depend
    /// on. What goes is set aside: `publish_as` brings it back under its id.
    ///
    /// # Errors
    /// Any error of the database; `Faults` where those that would go provide each other.
    pub async fn lapse(
        &mut self,
        silent: &[Uuid],
        now: Timestamp,
    ) -> Result<Vec<Expired>, PublishFault> {
        let candidates: HashSet<Uuid> = silent.iter().copied().collect();
        let lapsed = self.leave(&candidates, HashMap::new(), now).await?;
        for id in &lapsed.going {
            self.set_aside(*id, None, now).await?;
            self.withdraw(*id, Removal::Unconfirmed, now).await?;
        }
        Ok(lapsed.told)
    }

    /// Withdraws a listing, and sets it aside with who wants that and why; whether it was there.
    ///
    /// # Errors
    /// `Faults` where it provides or contains other listings.
    pub async fn take_off(
        &mut self,
        id: Uuid,
        taken_off: &TakenOff,
        now: Timestamp,
    ) -> Result<bool, PublishFault> {
        self.set_aside(id, Some(taken_off), now).await?;
        self.withdraw(id, Removal::TakenOff, now).await
    }

    /// As `take_off`, for those who keep it; but for a country's last national line and what others depend on, which stays,
    /// and of which this says why. What it takes is held before: see `hold_to_withdraw`.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn let_go(
        &mut self,
        id: Uuid,
        why: String,
        now: Timestamp,
    ) -> Result<Option<Kept>, PublishFault> {
        let leaving = self
            .leave(&HashSet::from([id]), HashMap::new(), now)
            .await?;
        let kept = leaving.told.into_iter().find_map(|one| one.kept);
        if kept.is_none() {
            let by = TakenOffBy::Keeper;
            self.take_off(id, &TakenOff { by, why }, now).await?;
        }
        Ok(kept)
    }

    async fn set_aside(
        &mut self,
        id: Uuid,
        taken_off: Option<&TakenOff>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        diesel::sql_query(SET_ASIDE)
            .bind::<sql_types::Uuid, _>(id)
            .bind::<sql_types::Timestamptz, _>(now.to_diesel())
            .bind::<sql_types::Nullable<sql_types::Text>, _>(taken_off.map(|it| &*it.why))
            .bind::<sql_types::Nullable<sql_types::Text>, _>(taken_off.map(|it| it.by.as_str()))
            .execute(self.connection)
            .await?;
        diesel::sql_query(SOURCES)
            .bind::<sql_types::Uuid, _>(id)
            .execute(self.connection)
            .await?;
        Ok(())
    }

    /// What a listing that comes back had; it is no longer among what lapsed.
    pub(super) async fn take_lapsed(
        &mut self,
        listing: Uuid,
    ) -> Result<Option<Former>, StoreError> {
        let gone = diesel::delete(lapsed::table.find(listing));
        Ok(gone
            .returning(Former::as_returning())
            .get_result(self.connection)
            .await
            .optional()?)
    }

    /// Whatever led to the listing leads to it again, now that it is back.
    pub(super) async fn lead_back(&mut self, back: &mut Writing) -> Result<(), StoreError> {
        let Some(former) = back.former.take() else {
            return Ok(());
        };
        let mut slugs = former.former_slugs;
        slugs.push(former.slug);
        diesel::sql_query(SLUGS)
            .bind::<sql_types::Text, _>(back.listing.kind().as_str())
            .bind::<sql_types::Uuid, _>(back.id)
            .bind::<sql_types::Array<sql_types::Text>, _>(slugs)
            .execute(self.connection)
            .await?;
        // What was said in the face of feeds stands again.
        if former.by_owner || former.status_set || !former.fields.is_empty() {
            diesel::insert_into(stood_for::table)
                .values((
                    stood_for::listing.eq(back.id),
                    stood_for::by_owner.eq(former.by_owner),
                    stood_for::status_set.eq(former.status_set),
                    stood_for::fields.eq(former.fields),
                ))
                .execute(self.connection)
                .await?;
        }
        for group in former.referred_by {
            self.refer_again(group, back).await?;
        }
        Ok(())
    }

    async fn refer_again(&mut self, group: Uuid, to: &Writing) -> Result<(), StoreError> {
        let id = to.id.to_string();
        diesel::sql_query(LAPSED_REFERS)
            .bind::<sql_types::Uuid, _>(group)
            .bind::<sql_types::Text, _>(&id)
            .execute(self.connection)
            .await?;
        let referring = self.rewrite(group, to.now, |body, public| {
            body.take_references(public, Uuid::nil(), None);
            if let Some(group) = &mut body.group_details
                && !group.refers_to.contains(&id)
            {
                group.refers_to.push(id);
            }
        });
        match referring.await {
            // A group that may not be written, such as one that refers to too many by now, keeps no listing away.
            Err(PublishFault::Faults(faults)) => {
                tracing::warn!(%group, listing = %to.id, ?faults, "a group does not refer to a listing again");
                Ok(())
            }
            Err(PublishFault::Store(error)) => Err(error),
            Ok(()) => Ok(()),
        }
    }
}
