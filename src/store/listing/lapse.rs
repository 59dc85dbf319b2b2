//! Withdrawing what nobody who keeps it confirms, and keeping it apart so that it can come back as it was.

use std::collections::{HashMap, HashSet};

use diesel::{prelude::*, sql_types};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use serde_json::Value;
use uuid::Uuid;

use super::{PublishFault, WriteTx, expire::Expired};
use crate::{
    domain::{change::Removal, listing::Kind},
    store::{Store, error::StoreError, schema::lapsed},
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
}

type Row = (
    Uuid,
    String,
    String,
    Uuid,
    i64,
    Value,
    jiff_diesel::Timestamp,
);

const SET_ASIDE: &str = "
    insert into lapsed (listing, kind, slug, organisation, version, body, lapsed_at)
    select l.id, l.kind, l.slug,
        case when l.kind = 'organisation' then l.id else coalesce(l.organisation, l.id) end, l.version, r.body, $2
    from listing l join revision r on r.listing = l.id and r.version = l.version where l.id = $1";

const SOURCES: &str = "
    insert into lapsed_source (name, external_id, listing)
    select name, external_id, listing from source where listing = $1
    on conflict (name, external_id) do update set listing = excluded.listing";

fn read(row: Row) -> Result<Lapsed, StoreError> {
    let (listing, kind, slug, organisation, version, body, lapsed_at) = row;
    let kind = Kind::parse(&kind);
    Ok(Lapsed {
        listing,
        kind: kind.ok_or_else(|| StoreError::corrupt("a lapsed listing", "its kind"))?,
        slug,
        organisation,
        version,
        body,
        lapsed_at: lapsed_at.to_jiff(),
    })
}

async fn find(
    connection: &mut AsyncPgConnection,
    listing: Uuid,
) -> Result<Option<Lapsed>, StoreError> {
    let row: Option<Row> = lapsed::table
        .find(listing)
        .first(connection)
        .await
        .optional()?;
    row.map(read).transpose()
}

impl Store {
    /// The listing of that id, where it lapsed.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn find_lapsed(&self, listing: Uuid) -> Result<Option<Lapsed>, StoreError> {
        find(&mut *self.connection().await?, listing).await
    }

    /// What lapsed of these organisations, by id, after the one given.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_lapsed(
        &self,
        organisations: &[Uuid],
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<Vec<Lapsed>, StoreError> {
        let of_them = lapsed::organisation.eq_any(organisations);
        let rows: Vec<Row> = lapsed::table
            .filter(of_them.and(lapsed::listing.gt(after.unwrap_or_default())))
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
    pub async fn hold_lapsed(&mut self, listing: Uuid) -> Result<Option<Lapsed>, StoreError> {
        let row: Option<Row> = lapsed::table
            .find(listing)
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
            self.set_aside(*id, now).await?;
            self.withdraw(*id, Removal::Unconfirmed, now).await?;
        }
        Ok(lapsed.told)
    }

    async fn set_aside(&mut self, id: Uuid, now: Timestamp) -> Result<(), StoreError> {
        diesel::sql_query(SET_ASIDE)
            .bind::<sql_types::Uuid, _>(id)
            .bind::<sql_types::Timestamptz, _>(now.to_diesel())
            .execute(self.connection)
            .await?;
        diesel::sql_query(SOURCES)
            .bind::<sql_types::Uuid, _>(id)
            .execute(self.connection)
            .await?;
        Ok(())
    }

    /// The version from which a listing that comes back goes on; it is no longer among what lapsed.
    pub(super) async fn take_lapsed(&mut self, listing: Uuid) -> Result<Option<i64>, StoreError> {
        let gone = diesel::delete(lapsed::table.find(listing));
        Ok(gone
            .returning(lapsed::version)
            .get_result(self.connection)
            .await
            .optional()?)
    }
}
