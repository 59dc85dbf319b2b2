//! What the directory holds under some names: one question of each sort, however many names.

use diesel::{prelude::*, sql_types};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::{
    domain::{
        fault::{Fault, FaultCode},
        listing::Kind,
    },
    store::{
        error::StoreError,
        schema::{area, topic},
    },
};

#[derive(QueryableByName)]
struct NamedRow {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    kind: String,
    #[diesel(sql_type = sql_types::Text)]
    slug: String,
}

/// A listing, by its id or by the name under which it was found.
pub(in crate::store) struct Named {
    pub id: Uuid,
    pub kind: Kind,
    pub slug: String,
}

#[derive(QueryableByName)]
pub(in crate::store) struct Sourced {
    #[diesel(sql_type = sql_types::Text)]
    pub name: String,
    #[diesel(sql_type = sql_types::Text)]
    pub external_id: String,
    #[diesel(sql_type = sql_types::Uuid)]
    pub listing: Uuid,
}

const NAMED: &str = "
    select id, kind, slug from listing where id = any($1)
    union
    select l.id, l.kind, l.slug from unnest($2, $3) as wanted (kind, slug)
    join listing l on l.kind = wanted.kind and l.slug = wanted.slug";

/// Under the slug, or the id, that was asked for, which leads there.
const FORMER: &str = "
    select f.listing as id, f.kind, f.slug from unnest($1, $2) as wanted (kind, slug)
    join former_slug f on f.kind = wanted.kind and f.slug = wanted.slug
    union
    select f.listing, f.kind, f.slug from former_slug f
    where f.kind in ('organisation', 'hub', 'support_group', 'helpline') and f.slug = any($3)";

/// Those of the first ones that contain the second one that goes with each, or are it.
const WITHIN: &str = "
    with recursive up (outer_id, id) as (
        select wanted.outer_id, wanted.inner_id from unnest($1, $2) as wanted (outer_id, inner_id)
        union
        select up.outer_id, coalesce(h.part_of, l.organisation) from up join listing l on l.id = up.id
        left join hub h on h.id = l.id
        where h.part_of is not null or l.kind = 'organisation' and l.organisation is not null)
    select distinct outer_id as id from up where id = outer_id";

const SOURCED: &str = "
    select s.name, s.external_id, s.listing from unnest($1, $2) as wanted (name, external_id)
    join source s on s.name = wanted.name and s.external_id = wanted.external_id";

fn read(rows: Vec<NamedRow>) -> Result<Vec<Named>, StoreError> {
    let named = |NamedRow { id, kind, slug }| {
        let kind = Kind::parse(&kind);
        let kind = kind.ok_or_else(|| StoreError::corrupt("a listing", "its kind"))?;
        Ok(Named { id, kind, slug })
    };
    rows.into_iter().map(named).collect()
}

#[derive(QueryableByName)]
struct WithinRow {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
}

/// Which of these hubs and organisations would be within themselves, each as a part of the one beside it.
pub(in crate::store) async fn circular(
    connection: &mut AsyncPgConnection,
    parts: &[(Uuid, Uuid)],
) -> Result<Vec<Uuid>, StoreError> {
    if parts.is_empty() {
        return Ok(Vec::new());
    }
    let (outer, inner): (Vec<Uuid>, Vec<Uuid>) = parts.iter().copied().unzip();
    let rows: Vec<WithinRow> = diesel::sql_query(WITHIN)
        .bind::<sql_types::Array<sql_types::Uuid>, _>(outer)
        .bind::<sql_types::Array<sql_types::Uuid>, _>(inner)
        .load(connection)
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// A hub or an organisation that would be within itself.
pub(in crate::store) fn in_a_circle(kind: Kind) -> Fault {
    let (at, expected) = match kind {
        Kind::Hub => (
            "/hub_details/part_of",
            "another hub, which is no part of this one",
        ),
        _ => (
            "/organisation",
            "another organisation, which does not belong to this one",
        ),
    };
    Fault::new(at, FaultCode::Contradiction, expected)
}

/// The listings of these ids, and of these kinds and slugs.
pub(in crate::store) async fn named(
    connection: &mut AsyncPgConnection,
    ids: &[Uuid],
    (kinds, slugs): (&[&str], &[&str]),
) -> Result<Vec<Named>, StoreError> {
    let found = diesel::sql_query(NAMED)
        .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
        .bind::<sql_types::Array<sql_types::Text>, _>(kinds)
        .bind::<sql_types::Array<sql_types::Text>, _>(slugs)
        .load(connection)
        .await?;
    read(found)
}

/// The listings to which these kinds and slugs led once, and lead still; and those that stand for what had these ids,
/// which are there in the place of slugs.
pub(in crate::store) async fn formerly_named(
    connection: &mut AsyncPgConnection,
    ids: &[Uuid],
    (kinds, slugs): (&[&str], &[&str]),
) -> Result<Vec<Named>, StoreError> {
    let ids: Vec<String> = ids.iter().map(Uuid::to_string).collect();
    let found = diesel::sql_query(FORMER)
        .bind::<sql_types::Array<sql_types::Text>, _>(kinds)
        .bind::<sql_types::Array<sql_types::Text>, _>(slugs)
        .bind::<sql_types::Array<sql_types::Text>, _>(ids)
        .load(connection)
        .await?;
    read(found)
}

/// Whose these sources are: names and ids of the same length.
pub(in crate::store) async fn sourced(
    connection: &mut AsyncPgConnection,
    (names, ids): (&[&str], &[&str]),
) -> Result<Vec<Sourced>, StoreError> {
    Ok(diesel::sql_query(SOURCED)
        .bind::<sql_types::Array<sql_types::Text>, _>(names)
        .bind::<sql_types::Array<sql_types::Text>, _>(ids)
        .load(connection)
        .await?)
}

/// Those of the topics that there are.
pub(in crate::store) async fn topics(
    connection: &mut AsyncPgConnection,
    slugs: &[&str],
) -> Result<Vec<String>, StoreError> {
    Ok(topic::table
        .filter(topic::slug.eq_any(slugs))
        .select(topic::slug)
        .load(connection)
        .await?)
}

/// Those of the areas that there are.
pub(in crate::store) async fn areas(
    connection: &mut AsyncPgConnection,
    codes: &[&str],
) -> Result<Vec<String>, StoreError> {
    Ok(area::table
        .filter(area::code.eq_any(codes))
        .select(area::code)
        .load(connection)
        .await?)
}

pub(in crate::store) fn no_topic(at: impl Into<String>) -> Fault {
    Fault::new(at, FaultCode::NotFound, "a topic of /v1/topics")
}

pub(in crate::store) fn no_area(at: impl Into<String>) -> Fault {
    Fault::new(at, FaultCode::NotFound, "an area of /v1/areas")
}

pub(in crate::store) fn no_listing(at: impl Into<String>) -> Fault {
    let expected = "a listing that is in the directory";
    Fault::new(at, FaultCode::NotFound, expected)
}

pub(in crate::store) fn no_target() -> Fault {
    let expected = "another listing of its kind that is in the directory";
    Fault::new("/status/moved_to", FaultCode::NotFound, expected)
}

pub(in crate::store) fn slug_taken() -> Fault {
    let expected = "a slug that no other listing has";
    Fault::new("/slug", FaultCode::Taken, expected)
}

pub(in crate::store) fn source_taken(position: usize) -> Fault {
    let expected = "a source of this listing, not of another";
    Fault::new(format!("/sources/{position}"), FaultCode::Taken, expected)
}
