//! What is typed of a listing: what is open, and of one that never was public what whoever begins anew begins from.

use diesel::{prelude::*, sql_types};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::{
    page::Measured,
    read::{Draft, DraftRow, Seen, kind_of, seen, whole},
};
use crate::{
    domain::{actor::Scope, draft::DraftState, listing::Kind},
    store::{
        Store, StoreError, WriteTx,
        schema::{draft, listing, membership},
    },
};

/// A listing of which a draft is open.
#[derive(Clone, Debug)]
pub struct InWork {
    pub listing: Uuid,
    pub kind: Kind,
    pub slug: Option<String>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
}

/// The latest of those drafts of a listing of which none stands on what was public, or became it.
macro_rules! latest {
    () => {
        "select d.id from draft d where not exists (
            select from draft other where other.listing = d.listing
                and (other.id > d.id or other.state = 'approved' or other.base is not null))"
    };
}

const OF_LISTING: &str = concat!(latest!(), " and d.listing = $1");

/// Of several of one name the latest, which is what the name means.
const OF_NAMES: &str = concat!(
    "select d.id, octet_length(d.body::text)::bigint as bytes from draft d where d.id in (",
    latest!(),
    " and d.organisation = $1 and d.state in ('rejected', 'withdrawn') and d.listing = any($2)) or d.id in (
        select distinct on (named.kind, named.slug) d.id from draft d
            join unnest($3, $4) as named (kind, slug) on named.kind = d.kind and named.slug = d.body ->> 'slug'
        where d.organisation = $1 and d.state in ('rejected', 'withdrawn') and d.id in (",
    latest!(),
    " and d.organisation = $1)
        order by named.kind, named.slug, d.id desc)
    order by d.id desc"
);

/// So many bytes of what was typed before are taken up at a time, as JSON.
const TYPED_BYTES: i64 = 16 * 1024 * 1024;

async fn read(
    connection: &mut AsyncPgConnection,
    scope: Scope,
    ids: Vec<Uuid>,
) -> Result<Vec<Draft>, StoreError> {
    let found: Vec<Seen> = seen!(scope)
        .filter(draft::id.eq_any(ids))
        .order(draft::id.desc())
        .load(connection)
        .await?;
    whole(connection, found).await
}

impl Store {
    /// What was typed last of a listing that never was public, as far as the scope covers it.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn find_typed(&self, scope: Scope, of: Uuid) -> Result<Option<Draft>, StoreError> {
        let mut connection = self.connection().await?;
        let rows: Vec<Row> = diesel::sql_query(OF_LISTING)
            .bind::<sql_types::Uuid, _>(of)
            .load(&mut connection)
            .await?;
        let ids = rows.iter().map(|row| row.id).collect();
        Ok(read(&mut connection, scope, ids).await?.pop())
    }

    /// The same of listings of an organisation by these ids, or kinds and slugs, of which nothing is open; the latest first.
    /// Nothing where all of it is more than is taken up at a time.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_typed_of(
        &self,
        scope: Scope,
        organisation: Uuid,
        ids: &[Uuid],
        names: &[(Kind, &str)],
    ) -> Result<Option<Vec<Draft>>, StoreError> {
        let (kinds, slugs): (Vec<&str>, Vec<&str>) = names
            .iter()
            .map(|(kind, slug)| (kind.as_str(), *slug))
            .unzip();
        let mut connection = self.connection().await?;
        let measured: Vec<Measured> = diesel::sql_query(OF_NAMES)
            .bind::<sql_types::Uuid, _>(organisation)
            .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
            .bind::<sql_types::Array<sql_types::Text>, _>(kinds)
            .bind::<sql_types::Array<sql_types::Text>, _>(slugs)
            .load(&mut connection)
            .await?;
        if measured.iter().map(|one| one.bytes).sum::<i64>() > TYPED_BYTES {
            return Ok(None);
        }
        let ids = measured.iter().map(|one| one.id).collect();
        read(&mut connection, scope, ids).await.map(Some)
    }

    /// The listings of an organisation of which a draft is open, with the kind and the slug that they would have, where
    /// the scope covers it.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_listings_in_work(
        &self,
        scope: Scope,
        organisation: Uuid,
    ) -> Result<Vec<InWork>, StoreError> {
        let mut connection = self.connection().await?;
        let open = DraftState::ALL.iter().filter(|state| state.is_open());
        let open: Vec<&str> = open.map(|state| state.as_str()).collect();
        // Without the bodies: a thousand drafts may hold a gigabyte.
        let found: Vec<(Uuid, String, Option<String>)> = seen!(scope)
            .filter(draft::organisation.eq(organisation))
            .filter(draft::state.eq_any(open))
            .select((
                draft::listing,
                draft::kind,
                draft::body.retrieve_as_text("slug").nullable(),
            ))
            .load(&mut connection)
            .await?;
        let in_work = |(listing, kind, slug): (Uuid, String, Option<String>)| {
            Ok(InWork {
                listing,
                kind: kind_of(&kind)?,
                slug,
            })
        };
        found.into_iter().map(in_work).collect()
    }
}

impl WriteTx<'_> {
    /// The draft of a listing that is open, where the scope covers it.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn find_open_draft(
        &mut self,
        scope: Scope,
        of: Uuid,
    ) -> Result<Option<Uuid>, StoreError> {
        let open = DraftState::ALL.iter().filter(|state| state.is_open());
        let open: Vec<&str> = open.map(|state| state.as_str()).collect();
        let found: Option<Seen> = seen!(scope)
            .filter(draft::listing.eq(of).and(draft::state.eq_any(open)))
            .first(self.connection)
            .await
            .optional()?;
        Ok(found.map(|(row, ..)| row.id))
    }
}
