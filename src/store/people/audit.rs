//! Who did what, when: written with what it tells of, in one transaction, and never changed.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use crate::store::{Store, StoreError, WriteTx, schema::audit};

/// One thing that was done.
#[derive(Clone, Debug)]
pub struct Entry {
    pub sequence: i64,
    pub at: Timestamp,
    pub actor: String,
    pub action: String,
    pub subject: String,
}

impl Store {
    /// What was done before the entry of that sequence, the latest first.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_audit(
        &self,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<Entry>, StoreError> {
        let rows: Vec<(i64, jiff_diesel::Timestamp, String, String, String)> = audit::table
            .filter(audit::sequence.lt(before.unwrap_or(i64::MAX)))
            .order(audit::sequence.desc())
            .limit(limit)
            .load(&mut self.connection().await?)
            .await?;
        let read =
            |(sequence, at, actor, action, subject): (i64, jiff_diesel::Timestamp, _, _, _)| {
                Entry {
                    sequence,
                    at: at.to_jiff(),
                    actor,
                    action,
                    subject,
                }
            };
        Ok(rows.into_iter().map(read).collect())
    }
}

impl WriteTx<'_> {
    /// Notes what the actor of this transaction does, in a word, and to what.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn audit(
        &mut self,
        action: &str,
        subject: impl ToString,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let row = (
            audit::at.eq(now.to_diesel()),
            audit::actor.eq(self.actor.name()),
            audit::action.eq(action),
            audit::subject.eq(subject.to_string()),
        );
        diesel::insert_into(audit::table)
            .values(row)
            .execute(self.connection)
            .await?;
        Ok(())
    }
}
