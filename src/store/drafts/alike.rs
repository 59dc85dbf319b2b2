//! Listings that may be the same as one that somebody typed: by a number, a website, or a point nearby. Public ones for
//! everybody; for moderators, what others typed too.

use diesel::{prelude::*, sql_types};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use super::read::kind_of;
use crate::{
    domain::{actor::Scope, draft::DraftState, listing::Kind, place::Point},
    store::{Store, StoreError, schema::draft},
};

/// What a listing is looked for by.
#[derive(Clone, Debug, Default)]
pub struct Traits {
    pub numbers: Vec<String>,
    /// Short codes, each after its country: `BD 109`.
    pub codes: Vec<String>,
    /// Hosts of websites, without `www.`.
    pub hosts: Vec<String>,
    /// Hosts with what follows, without a slash at the end.
    pub addresses: Vec<String>,
    pub points: Vec<Point>,
}

/// The columns in which traits lie beside a draft.
type Columns<'t> = (
    diesel::dsl::Eq<draft::numbers, Vec<String>>,
    diesel::dsl::Eq<draft::hosts, &'t [String]>,
    diesel::dsl::Eq<draft::lats, Vec<f64>>,
    diesel::dsl::Eq<draft::lons, Vec<f64>>,
);

impl Traits {
    pub(super) fn columns(&self) -> Columns<'_> {
        let (lats, lons) = self.degrees();
        (
            draft::numbers.eq(self.numbers_with(&self.codes)),
            draft::hosts.eq(&self.hosts[..]),
            draft::lats.eq(lats),
            draft::lons.eq(lons),
        )
    }

    fn numbers_with(&self, codes: &[String]) -> Vec<String> {
        self.numbers.iter().chain(codes).cloned().collect()
    }

    fn degrees(&self) -> (Vec<f64>, Vec<f64>) {
        self.points.iter().map(|at| (at.lat, at.lon)).unzip()
    }
}

/// What somebody typed, or handed in, that may be the same. Of what it says only the name is told, to compare it.
#[derive(Clone, Debug)]
pub struct AlikeDraft {
    pub draft: Uuid,
    pub listing: Uuid,
    pub organisation: Uuid,
    pub kind: Kind,
    pub state: DraftState,
    pub batch: Option<Uuid>,
    pub name: Value,
    pub shared: Shared,
}

/// What a public listing has in common with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shared {
    pub number: bool,
    pub website: bool,
    pub nearby: bool,
}

/// A listing that may be the same.
#[derive(Clone, Copy, Debug)]
pub struct Alike {
    pub id: Uuid,
    pub shared: Shared,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql_types::Bool)]
    number: bool,
    #[diesel(sql_type = sql_types::Bool)]
    website: bool,
    #[diesel(sql_type = sql_types::Bool)]
    nearby: bool,
}

/// A website without scheme, `www.`, query and the slash at its end; and of that the host. As the indexes have them.
macro_rules! address {
    () => {
        "lower(rtrim(regexp_replace(url, '^https?://(www[.])?|[?#].*$', '', 'g'), '/'))"
    };
}
macro_rules! host {
    () => {
        concat!("split_part(split_part(", address!(), ", '/', 1), ':', 1)")
    };
}

/// A short code with its country. As the index has it, and `Traits`.
macro_rules! code {
    () => {
        "public and number_kind = 'short_code' and country || ' ' || value"
    };
}

/// Of these hosts, those that few listings share: that two are on the same large site says nothing.
const TELLING_HOSTS: &str = concat!(
    "
    select shared from unnest($1) as shared
    where (select count(*) from (
        select from link where rel = 'website'
            and ",
    host!(),
    " = shared limit $2
    ) as sharing) < $2"
);

/// The same of short codes: many name the number of the police.
const TELLING_CODES: &str = concat!(
    "
    select shared from unnest($1) as shared
    where (select count(*) from (
        select from contact where ",
    code!(),
    " = shared limit $2
    ) as sharing) < $2"
);

/// So many listings share a large site, or a number that everybody knows.
const MANY: i64 = 20;

/// Confidential places are left out: whoever types could try points until one matches. What says most comes first, so
/// that a crowded street does not push it out.
const ALIKE: &str = concat!("
    select p.id, bool_or(m.why = 1) as number, bool_or(m.why = 2) as website, bool_or(m.why = 3) as nearby
    from (
        select listing, 1 as why from contact where public and number_kind = 'e164' and value = any($1)
        union
        select listing, 1 from contact where ", code!(), " = any($7)
        union
        select listing, 2 from link where rel = 'website'
            and ", host!(), " = any($2)
        union
        select listing, 2 from link where rel = 'website'
            and ", address!(), " = any($6)
        union
        select listing, 3 from place join unnest($3, $4) as near (near_lat, near_lon)
            on lat between near_lat - 0.003 and near_lat + 0.003
            and lon between near_lon - 0.004 and near_lon + 0.004
        where not confidential
    ) m join published p on p.id = m.listing
    where p.id <> $5 group by p.id order by number desc, website desc, p.id limit 200");

#[derive(QueryableByName)]
struct DraftRow {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql_types::Uuid)]
    listing: Uuid,
    #[diesel(sql_type = sql_types::Uuid)]
    organisation: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    kind: String,
    #[diesel(sql_type = sql_types::Text)]
    state: String,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
    batch: Option<Uuid>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Jsonb>)]
    name: Option<Value>,
    #[diesel(sql_type = sql_types::Bool)]
    number: bool,
    #[diesel(sql_type = sql_types::Bool)]
    website: bool,
    #[diesel(sql_type = sql_types::Bool)]
    nearby: bool,
}

const ALIKE_DRAFTS: &str = "
    select * from (
        select d.id, d.listing, d.organisation, d.kind, d.state, d.batch,
            case when octet_length((d.body -> 'name')::text) <= 16384 then d.body -> 'name' end as name,
            d.numbers && $1 as number, d.hosts && $2 as website,
            exists (select from unnest($3, $4) as near (near_lat, near_lon), unnest(d.lats, d.lons) as own (lat, lon)
                where own.lat between near_lat - 0.003 and near_lat + 0.003
                    and own.lon between near_lon - 0.004 and near_lon + 0.004) as nearby
        from draft d where d.state in ('draft', 'submitted', 'changes_requested') and d.listing <> $5
    ) as open where number or website or nearby order by number desc, website desc, id limit 200";

impl Store {
    /// What else is typed and open and shares one of these traits, handed in or not: for moderators, nothing for others.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_alike_drafts(
        &self,
        scope: Scope,
        own: Uuid,
        traits: &Traits,
    ) -> Result<Vec<AlikeDraft>, StoreError> {
        if matches!(scope, Scope::Member(_)) {
            return Ok(Vec::new());
        }
        let (lats, lons) = traits.degrees();
        let mut connection = self.connection().await?;
        let hosts = telling(&mut connection, TELLING_HOSTS, &traits.hosts).await?;
        let codes = telling(&mut connection, TELLING_CODES, &traits.codes).await?;
        let rows: Vec<DraftRow> = diesel::sql_query(ALIKE_DRAFTS)
            .bind::<sql_types::Array<sql_types::Text>, _>(traits.numbers_with(&codes))
            .bind::<sql_types::Array<sql_types::Text>, _>(hosts)
            .bind::<sql_types::Array<sql_types::Double>, _>(lats)
            .bind::<sql_types::Array<sql_types::Double>, _>(lons)
            .bind::<sql_types::Uuid, _>(own)
            .load(&mut connection)
            .await?;
        let read = |row: DraftRow| {
            let state = DraftState::parse(&row.state);
            Ok(AlikeDraft {
                draft: row.id,
                listing: row.listing,
                organisation: row.organisation,
                kind: kind_of(&row.kind)?,
                state: state.ok_or_else(|| StoreError::corrupt("a draft", "its state"))?,
                batch: row.batch,
                name: row.name.unwrap_or_default(),
                shared: Shared {
                    number: row.number,
                    website: row.website,
                    nearby: row.nearby,
                },
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// Public listings that share one of these traits, other than the listing itself.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_alike(&self, own: Uuid, traits: &Traits) -> Result<Vec<Alike>, StoreError> {
        let (lats, lons) = traits.degrees();
        let mut connection = self.connection().await?;
        let hosts = telling(&mut connection, TELLING_HOSTS, &traits.hosts).await?;
        let codes = telling(&mut connection, TELLING_CODES, &traits.codes).await?;
        let rows: Vec<Row> = diesel::sql_query(ALIKE)
            .bind::<sql_types::Array<sql_types::Text>, _>(&traits.numbers)
            .bind::<sql_types::Array<sql_types::Text>, _>(hosts)
            .bind::<sql_types::Array<sql_types::Double>, _>(lats)
            .bind::<sql_types::Array<sql_types::Double>, _>(lons)
            .bind::<sql_types::Uuid, _>(own)
            .bind::<sql_types::Array<sql_types::Text>, _>(&traits.addresses)
            .bind::<sql_types::Array<sql_types::Text>, _>(codes)
            .load(&mut connection)
            .await?;
        let read = |row: Row| Alike {
            id: row.id,
            shared: Shared {
                number: row.number,
                website: row.website,
                nearby: row.nearby,
            },
        };
        Ok(rows.into_iter().map(read).collect())
    }
}

/// Those of these traits that few listings share.
async fn telling(
    connection: &mut AsyncPgConnection,
    query: &str,
    traits: &[String],
) -> Result<Vec<String>, StoreError> {
    #[derive(QueryableByName)]
    struct Telling {
        #[diesel(sql_type = sql_types::Text)]
        shared: String,
    }
    if traits.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Telling> = diesel::sql_query(query)
        .bind::<sql_types::Array<sql_types::Text>, _>(traits)
        .bind::<sql_types::BigInt, _>(MANY)
        .load(connection)
        .await?;
    Ok(rows.into_iter().map(|row| row.shared).collect())
}
