//! What moderators changed of listings that nobody keeps and feeds describe. Its keys stand whatever a feed says; all else of
//! such a listing is the feed's. Once a feed says of a key what is public, the key is the feed's again.

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::{Publication, WriteTx};
use crate::{
    exchange::{drafts::changed_keys, listing::Listing},
    store::error::StoreError,
};

const SAY: &str = "
    insert into stood_for (listing, fields) values ($1, $2)
    on conflict (listing) do update
    set fields = array(select distinct field from unnest(stood_for.fields || excluded.fields) as field order by field)";

const SAID: &str = "
    select s.name, s.external_id, f.listing, f.fields, r.body from unnest($1, $2) as wanted (name, external_id)
    join source s on s.name = wanted.name and s.external_id = wanted.external_id
    join stood_for f on f.listing = s.listing and f.fields <> '{}'
    join listing l on l.id = f.listing join revision r on r.listing = l.id and r.version = l.version
    order by f.listing";

const AGREE: &str = "
    update stood_for set fields = array(
        select field from unnest(fields) as field where field <> all($2) order by field)
    where listing = $1";

#[derive(QueryableByName)]
struct Said {
    #[diesel(sql_type = sql_types::Text)]
    name: String,
    #[diesel(sql_type = sql_types::Text)]
    external_id: String,
    #[diesel(sql_type = sql_types::Uuid)]
    listing: Uuid,
    #[diesel(sql_type = sql_types::Array<sql_types::Text>)]
    fields: Vec<String>,
    #[diesel(sql_type = sql_types::Jsonb)]
    body: Value,
}

impl Said {
    fn is_of(&self, publication: &Publication) -> bool {
        let mut sources = publication.listing.sources.iter();
        sources.any(|of| of.name == self.name && of.external_id == self.external_id)
    }
}

impl Publication {
    /// Says what moderators said; on which of their keys it agrees with them. Where that does not go together with what
    /// else is said here, all of it stays as it was.
    fn keep(&mut self, said: &Said) -> Result<Vec<String>, StoreError> {
        let body = serde_json::to_value(&self.body);
        let body = body.map_err(|error| StoreError::corrupt("a listing", error))?;
        let changed = changed_keys(&said.body, &body);
        let (kept, agreed): (Vec<String>, Vec<String>) = said
            .fields
            .iter()
            .cloned()
            .partition(|key| changed.contains(key));
        if !kept.is_empty() {
            let read = with(body, &kept, &said.body).or_else(|| read(said.body.clone()));
            if let Some((body, listing)) = read {
                (self.body, self.listing) = (body, listing);
            }
        }
        Ok(agreed)
    }

    /// Whether it says of these keys otherwise than `own`, the latest revision.
    pub(super) fn differs_in(&self, keys: &[String], own: &Value) -> bool {
        let body = serde_json::to_value(&self.body).unwrap_or_default();
        let changed = changed_keys(own, &body);
        keys.iter().any(|key| changed.contains(key))
    }
}

/// The body with these keys as `own` has them.
fn with(mut body: Value, keys: &[String], own: &Value) -> Option<Read> {
    let object = body.as_object_mut()?;
    for key in keys {
        match own.get(key) {
            Some(value) => object.insert(key.clone(), value.clone()),
            None => object.remove(key),
        };
    }
    read(body)
}

type Read = (Listing, crate::domain::listing::Listing);

fn read(body: Value) -> Option<Read> {
    let body = Listing::from_value(body).ok()?;
    let listing = body.parse().ok()?;
    Some((body, listing))
}

impl WriteTx<'_> {
    /// Notes what moderators changed of a listing.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn moderators_said(&mut self, of: Uuid, keys: &[String]) -> Result<(), StoreError> {
        diesel::sql_query(SAY)
            .bind::<sql_types::Uuid, _>(of)
            .bind::<sql_types::Array<sql_types::Text>, _>(keys)
            .execute(self.connection)
            .await?;
        Ok(())
    }

    /// Puts what moderators changed in the place of what feeds say. What they say as moderators do is theirs again, apart
    /// from a rehearsal.
    pub(super) async fn mind_moderators(
        &mut self,
        feed: &mut [(usize, Publication)],
        rehearses: bool,
    ) -> Result<(), StoreError> {
        let sources = feed.iter().flat_map(|(_, new)| &new.listing.sources);
        let (names, ids): (Vec<&str>, Vec<&str>) = sources
            .map(|of| (of.name.as_str(), of.external_id.as_str()))
            .unzip();
        let said: Vec<Said> = diesel::sql_query(SAID)
            .bind::<sql_types::Array<sql_types::Text>, _>(names)
            .bind::<sql_types::Array<sql_types::Text>, _>(ids)
            .load(self.connection)
            .await?;
        for own in said {
            let theirs = feed.iter_mut().map(|(_, new)| new);
            for new in theirs.filter(|new| own.is_of(new) && !new.is_own()) {
                let agreed = new.keep(&own)?;
                if rehearses || agreed.is_empty() {
                    continue;
                }
                diesel::sql_query(AGREE)
                    .bind::<sql_types::Uuid, _>(own.listing)
                    .bind::<sql_types::Array<sql_types::Text>, _>(agreed)
                    .execute(self.connection)
                    .await?;
            }
        }
        Ok(())
    }
}
