//! Public listings that may be the same as one that somebody typed: by a number, a website, or a point nearby.

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    domain::place::Point,
    store::{Store, StoreError},
};

/// What a listing is looked for by.
#[derive(Clone, Debug, Default)]
pub struct Traits {
    pub numbers: Vec<String>,
    /// Hosts of websites, without `www.`.
    pub hosts: Vec<String>,
    pub points: Vec<Point>,
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

/// Confidential places are left out: whoever types could try points until one matches.
const ALIKE: &str = "
    select p.id, bool_or(m.why = 1) as number, bool_or(m.why = 2) as website, bool_or(m.why = 3) as nearby
    from (
        select listing, 1 as why from contact where public and number_kind = 'e164' and value = any($1)
        union
        select listing, 2 from link where rel = 'website'
            and lower(regexp_replace(url, '^https?://(www[.])?([^/:?#]+).*$', '\\2')) = any($2)
        union
        select listing, 3 from place join unnest($3, $4) as near (near_lat, near_lon)
            on lat between near_lat - 0.003 and near_lat + 0.003
            and lon between near_lon - 0.004 and near_lon + 0.004
        where not confidential
    ) m join published p on p.id = m.listing
    where p.id <> $5 group by p.id order by p.id limit 200";

impl Store {
    /// Public listings that share one of these traits, other than the listing itself.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_alike(&self, own: Uuid, traits: &Traits) -> Result<Vec<Alike>, StoreError> {
        let (lats, lons): (Vec<f64>, Vec<f64>) =
            traits.points.iter().map(|at| (at.lat, at.lon)).unzip();
        let rows: Vec<Row> = diesel::sql_query(ALIKE)
            .bind::<sql_types::Array<sql_types::Text>, _>(&traits.numbers)
            .bind::<sql_types::Array<sql_types::Text>, _>(&traits.hosts)
            .bind::<sql_types::Array<sql_types::Double>, _>(lats)
            .bind::<sql_types::Array<sql_types::Double>, _>(lons)
            .bind::<sql_types::Uuid, _>(own)
            .load(&mut self.connection().await?)
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
