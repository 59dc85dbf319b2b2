//! The public change feed: of each listing its latest entry of the log, with what is published of it now.
//!
//! A place in the log is good for ever: an entry goes only when a later one of the same listing stands, and the last
//! word on a listing that is gone stays. It is good in its own database only, and the log of a backup that was brought
//! back is another one: see `PLACE`.

use std::collections::HashMap;

use diesel::{prelude::*, sql_types};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::{
    domain::{
        Enumeration,
        change::{Operation, Removal, RemovalReason},
        listing::Kind,
    },
    store::{Store, document::Document, error::StoreError, schema::published, write::WriteTx},
};

/// Up to where somebody has followed the log of one database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedPosition {
    /// Which database; a number without meaning.
    pub incarnation: i64,
    /// The last entry that was read.
    pub sequence: i64,
    /// The end of the log when the reader began: what went before that was never theirs, and its end is no news.
    pub began: i64,
}

/// The latest of a listing.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedEntry {
    pub kind: Kind,
    pub id: Uuid,
    pub state: FeedState,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq)]
pub enum FeedState {
    /// The public document in the listing format.
    Published {
        version: i64,
        document: String,
    },
    Gone(Removal),
}

/// A piece of the feed.
#[derive(Clone, Debug)]
pub struct FeedPage {
    pub entries: Vec<FeedEntry>,
    /// Where to go on.
    pub position: FeedPosition,
    /// Whether more is there already.
    pub more: bool,
}

/// Which database this is and where its log ends. It is another one when its rows were written anew (`xmin`), when it
/// lies in another database or server, and when the server went back to an earlier moment and on from there.
const PLACE: &str = "
    select hashtextextended(concat_ws('/', incarnation.id, incarnation.xmin, pg_database.oid, system_identifier,
            timeline_id), 0) as incarnation,
        coalesce((select max(sequence) from change), 0) as head
    from incarnation, pg_database, pg_control_system(), pg_control_checkpoint()
    where datname = current_database()";

const ENTRIES: &str = "
    select sequence, subject, id, operation, reason, merged_into from change entry
    where sequence > $1 and subject = any($2) and (operation = 'upsert' or sequence > $3)
        and not exists (select from change later
            where later.subject = entry.subject and later.id = entry.id and later.sequence > entry.sequence)
    order by sequence limit $4";

const SUPERSEDED: &str = "
    delete from change where sequence in (
        select sequence from change entry
        where exists (select from change later
            where later.subject = entry.subject and later.id = entry.id and later.sequence > entry.sequence)
        limit $1)";

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = sql_types::BigInt)]
    incarnation: i64,
    #[diesel(sql_type = sql_types::BigInt)]
    head: i64,
}

#[derive(QueryableByName)]
struct EntryRow {
    #[diesel(sql_type = sql_types::BigInt)]
    sequence: i64,
    #[diesel(sql_type = sql_types::Text)]
    subject: String,
    #[diesel(sql_type = sql_types::Text)]
    id: String,
    #[diesel(sql_type = sql_types::Text)]
    operation: String,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    reason: Option<String>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
    merged_into: Option<Uuid>,
}

impl Store {
    /// Which database this is, a number without meaning, and the end of its log.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn place(&self) -> Result<(i64, i64), StoreError> {
        let mut connection = self.connection().await?;
        let place: Place = diesel::sql_query(PLACE).get_result(&mut connection).await?;
        Ok((place.incarnation, place.head))
    }

    /// What follows `after`, at most `limit` entries; from the beginning, every published listing. Nothing where that
    /// place is not one of this database.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn feed(
        &self,
        after: Option<FeedPosition>,
        limit: u16,
    ) -> Result<Option<FeedPage>, StoreError> {
        let mut connection = self.connection().await?;
        // The end of the log is read first: what is committed up to there, the next statement sees.
        let Place { incarnation, head } =
            diesel::sql_query(PLACE).get_result(&mut connection).await?;
        let after = after.unwrap_or(FeedPosition {
            incarnation,
            sequence: 0,
            began: head,
        });
        if after.incarnation != incarnation || after.sequence > head {
            return Ok(None);
        }
        let kinds: Vec<&str> = Kind::all()
            .iter()
            .map(|kind| kind.subject().as_str())
            .collect();
        let mut rows: Vec<EntryRow> = diesel::sql_query(ENTRIES)
            .bind::<sql_types::BigInt, _>(after.sequence)
            .bind::<sql_types::Array<sql_types::Text>, _>(kinds)
            .bind::<sql_types::BigInt, _>(after.began)
            .bind::<sql_types::BigInt, _>(i64::from(limit) + 1)
            .load(&mut connection)
            .await?;
        let more = rows.len() > usize::from(limit);
        rows.truncate(usize::from(limit));
        let last = rows.last().map(|row| row.sequence);
        let sequence = match (more, last) {
            (true, Some(last)) => last,
            // Everything up to the end was looked through, also where it was no listing's.
            (_, last) => last.unwrap_or(0).max(head),
        };
        Ok(Some(FeedPage {
            entries: entries(&mut connection, rows).await?,
            position: FeedPosition { sequence, ..after },
            more,
        }))
    }
}

/// The entries with what is published now. Where an upsert finds nothing, the listing has gone since, which a later
/// entry tells.
async fn entries(
    connection: &mut AsyncPgConnection,
    rows: Vec<EntryRow>,
) -> Result<Vec<FeedEntry>, StoreError> {
    let corrupt =
        |row: &EntryRow| StoreError::corrupt("the change log", format!("entry {}", row.sequence));
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let kind = Kind::parse(&row.subject).ok_or_else(|| corrupt(row))?;
        let id = Uuid::parse_str(&row.id).map_err(|_| corrupt(row))?;
        let removal = match Operation::parse(&row.operation).ok_or_else(|| corrupt(row))? {
            Operation::Upsert => None,
            Operation::Delete => Some(removal(row).ok_or_else(|| corrupt(row))?),
        };
        found.push((kind, id, removal));
    }
    let ids: Vec<Uuid> = found.iter().map(|(_, id, _)| *id).collect();
    let documents: Vec<(Uuid, i64, Document)> = published::table
        .filter(published::id.eq_any(&ids))
        .select((published::id, published::version, published::document))
        .load(connection)
        .await?;
    let mut documents: HashMap<Uuid, (i64, String)> = documents
        .into_iter()
        .map(|(id, version, Document(document))| (id, (version, document)))
        .collect();
    let entry = |(kind, id, removal): (Kind, Uuid, Option<Removal>)| {
        let state = match removal {
            Some(removal) => FeedState::Gone(removal),
            None => {
                let (version, document) = documents.remove(&id)?;
                FeedState::Published { version, document }
            }
        };
        Some(FeedEntry { kind, id, state })
    };
    Ok(found.into_iter().filter_map(entry).collect())
}

fn removal(row: &EntryRow) -> Option<Removal> {
    match RemovalReason::parse(row.reason.as_deref()?)? {
        RemovalReason::Withdrawn => Some(Removal::Withdrawn),
        RemovalReason::Expired => Some(Removal::Expired),
        RemovalReason::Unconfirmed => Some(Removal::Unconfirmed),
        RemovalReason::Merged => row.merged_into.map(Removal::Merged),
    }
}

impl WriteTx<'_> {
    /// Takes entries out of the log, at most `most`, of which a later one says all; says how many. Whoever reads on
    /// from anywhere misses nothing by it.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn drop_superseded_changes(&mut self, most: u32) -> Result<usize, StoreError> {
        Ok(diesel::sql_query(SUPERSEDED)
            .bind::<sql_types::BigInt, _>(i64::from(most))
            .execute(self.connection)
            .await?)
    }

    /// Makes this another database for all who follow it: every place in its log that was given out is void. To be
    /// done when the log has gone back, as when a backup was brought back into it.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn renew_incarnation(&mut self) -> Result<(), StoreError> {
        diesel::sql_query("update incarnation set id = gen_random_uuid()")
            .execute(self.connection)
            .await?;
        Ok(())
    }
}
