//! Which listings' entries in an index change when something else changes.

use std::collections::BTreeSet;

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    domain::change::{Change, Subject},
    store::{Store, error::StoreError, schema::listing},
};

/// What to bring up to date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Affected {
    /// These listings; some may be gone.
    Listings(BTreeSet<Uuid>),
    /// So many that a rebuild is quicker.
    All,
}

/// Beyond so many listings an index is rebuilt.
const REBUILD: usize = 10_000;

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
}

const BY_TOPIC: &str = "
    with recursive below (slug) as (
        select slug from topic where slug = any($1)
        union select topic.slug from topic join below on topic.parent = below.slug
    )
    select distinct listing as id from listing_topic where topic in (select slug from below) limit $2";

const BY_AREA: &str = "
    with recursive below (code) as (
        select code from area where code = any($1)
        union select area.code from area join below on area.parent = below.code
    )
    select listing as id from place where area in (select code from below)
    union select listing from listing_coverage where area in (select code from below)
    limit $2";

impl Store {
    /// The listings whose entries contain what these changes are about: themselves, those that an organisation
    /// provides, those with a topic, those in or for an area, at any depth below it.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn affected_by(&self, changes: &[Change]) -> Result<Affected, StoreError> {
        let mut connection = self.connection().await?;
        let (mut ids, mut organisations) = (BTreeSet::new(), Vec::new());
        let (mut topics, mut areas) = (Vec::new(), Vec::new());
        for change in changes {
            match change.subject {
                Subject::Topic => topics.push(change.id.clone()),
                Subject::Area => areas.push(change.id.clone()),
                Subject::EmergencyNumber => {}
                Subject::Organisation
                | Subject::Hub
                | Subject::SupportGroup
                | Subject::Helpline => {
                    let id = Uuid::parse_str(&change.id);
                    let id = id.map_err(|error| StoreError::corrupt("the change log", error))?;
                    ids.insert(id);
                    if change.subject == Subject::Organisation {
                        organisations.push(id);
                    }
                }
            }
        }
        if !organisations.is_empty() {
            let provided: Vec<Uuid> = listing::table
                .filter(listing::organisation.eq_any(&organisations))
                .select(listing::id)
                .load(&mut connection)
                .await?;
            ids.extend(provided);
        }
        for (query, names) in [(BY_TOPIC, topics), (BY_AREA, areas)] {
            if names.is_empty() {
                continue;
            }
            let found: Vec<Id> = diesel::sql_query(query)
                .bind::<sql_types::Array<sql_types::Text>, _>(names)
                .bind::<sql_types::BigInt, _>(i64::try_from(REBUILD + 1).unwrap_or(i64::MAX))
                .load(&mut connection)
                .await?;
            ids.extend(found.into_iter().map(|row| row.id));
        }
        Ok(if ids.len() > REBUILD {
            Affected::All
        } else {
            Affected::Listings(ids)
        })
    }
}
