//! Every published listing at one moment, in a form that another directory can take in.
//!
//! Other listings are named by their slugs, because ids are this database's own. The order is by kind, those first that
//! others name, then by slug as bytes: it depends on what is published and on nothing else. In memory are the ids and
//! one page.

use std::collections::HashMap;

use diesel::{prelude::*, sql_types};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::{
    domain::listing::Kind,
    exchange::listing::Listing,
    store::{
        PoolSettings, Store, connect, document::Document, error::StoreError, schema::published,
    },
};

const ORDER: [Kind; 4] = [
    Kind::Organisation,
    Kind::Hub,
    Kind::Helpline,
    Kind::SupportGroup,
];

/// How many documents are read in one go.
const PAGE: usize = 500;

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
}

impl Store {
    /// Gives the published listings one by one, all as they are at one moment, and says how many there were.
    ///
    /// # Errors
    /// What `each` returns; any error of the database.
    pub async fn export<E: From<StoreError>>(
        &self,
        mut each: impl FnMut(&Listing) -> Result<(), E>,
    ) -> Result<u64, E> {
        // A connection of its own: what it began ends with it, in whatever way.
        let settings = PoolSettings {
            statement_timeout: std::time::Duration::from_secs(600),
            ..PoolSettings::default()
        };
        let config = connect::configure(&self.url, &settings)?;
        let mut connection = connect::establish(&config).await?;
        let begin = "begin transaction isolation level repeatable read, read only";
        run(&mut connection, begin).await?;
        let mut count = 0;
        for kind in ORDER {
            let ids: Vec<Id> = diesel::sql_query(
                "select id from published where kind = $1 order by slug collate \"C\"",
            )
            .bind::<sql_types::Text, _>(kind.as_str())
            .load(&mut connection)
            .await
            .map_err(StoreError::from)?;
            for ids in ids.chunks(PAGE) {
                let ids: Vec<Uuid> = ids.iter().map(|row| row.id).collect();
                for listing in page(&mut connection, &ids).await? {
                    each(&listing)?;
                    count += 1;
                }
            }
        }
        run(&mut connection, "commit").await?;
        Ok(count)
    }
}

async fn run(connection: &mut AsyncPgConnection, sql: &str) -> Result<(), StoreError> {
    diesel::sql_query(sql).execute(connection).await?;
    Ok(())
}

/// The documents of these listings in this order, with slugs in them where the public ones have ids.
async fn page(
    connection: &mut AsyncPgConnection,
    ids: &[Uuid],
) -> Result<Vec<Listing>, StoreError> {
    let rows: Vec<(Uuid, Document)> = published::table
        .filter(published::id.eq_any(ids))
        .select((published::id, published::document))
        .load(connection)
        .await?;
    let mut listings: HashMap<Uuid, Listing> = HashMap::with_capacity(rows.len());
    for (id, Document(document)) in rows {
        let read = serde_json::from_str(&document);
        let read = read.map_err(|error| StoreError::corrupt(format!("listing {id}"), error))?;
        listings.insert(id, read);
    }
    let named: Vec<Uuid> = listings
        .values()
        .flat_map(Listing::named)
        .filter_map(|named| Uuid::parse_str(named).ok())
        .collect();
    let slugs: Vec<(Uuid, String, String)> = published::table
        .filter(published::id.eq_any(named))
        .select((published::id, published::kind, published::slug))
        .load(connection)
        .await?;
    let slugs: HashMap<Uuid, (String, String)> = slugs
        .into_iter()
        .map(|(id, kind, slug)| (id, (kind, slug)))
        .collect();
    let in_order = ids.iter().filter_map(|id| listings.remove(id));
    Ok(in_order
        .map(|mut listing| {
            listing.name_by_slug(|id| slugs.get(&id).map(|(kind, slug)| (&**kind, &**slug)));
            listing
        })
        .collect())
}
