//! `WriteTx`: the only way to change anything.
//!
//! It collects what the work changes. When the work is done, and only if there are changes, they are inserted into the
//! log last before the commit; triggers of the log take one lock before and notify after. So the order
//! of the log is the order of commits, and a follower that reads on from a sequence misses nothing. Whatever changed
//! helplines looks under that lock whether a country lost its last national line by it, and raises the alarm if so.

use diesel::{prelude::*, sql_types};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, TransactionManager};
use jiff::Timestamp;
use uuid::Uuid;

use super::{Store, error::StoreError, schema::change};
use crate::domain::{
    actor::Actor,
    change::{Change, Operation, Removal, Subject},
};

/// A transaction with the changes that it will log.
pub struct WriteTx<'c> {
    pub(in crate::store) connection: &'c mut AsyncPgConnection,
    pub(in crate::store) actor: Actor,
    changes: Vec<Noted>,
    /// When helplines changed, where some did.
    lines: Option<Timestamp>,
    /// Whether no country may be left without a national line by it.
    leaves_lines: bool,
}

/// A change on its way into the log.
#[derive(PartialEq)]
struct Noted {
    change: Change,
    removal: Option<Removal>,
}

type Manager = <AsyncPgConnection as AsyncConnection>::TransactionManager;

/// A part of a transaction, from a savepoint on; to be kept or undone.
#[must_use]
pub(in crate::store) struct Part {
    changes: usize,
}

#[derive(Insertable)]
#[diesel(table_name = change)]
struct ChangeInsert<'a> {
    subject: &'a str,
    id: &'a str,
    operation: &'a str,
    reason: Option<&'a str>,
    merged_into: Option<Uuid>,
}

/// So many rows to a statement: Postgres takes 65,535 parameters.
const ROWS: usize = 5_000;

impl Store {
    /// Does `work` in one transaction: all of it happens, or nothing.
    ///
    /// # Errors
    /// What `work` returns, after a rollback; an error of the store where the commit fails.
    pub async fn write<R, E>(
        &self,
        actor: Actor,
        work: impl AsyncFnOnce(&mut WriteTx<'_>) -> Result<R, E>,
    ) -> Result<R, E>
    where
        E: From<StoreError>,
    {
        let mut pooled = self.connection().await?;
        let connection: &mut AsyncPgConnection = &mut pooled;
        Manager::begin_transaction(connection)
            .await
            .map_err(StoreError::from)?;
        let mut tx = WriteTx {
            connection,
            actor,
            changes: Vec::new(),
            lines: None,
            leaves_lines: false,
        };
        let done = match work(&mut tx).await {
            Ok(value) => tx.log().await.map(|()| value).map_err(E::from),
            Err(error) => Err(error),
        };
        match done {
            Ok(value) => {
                Manager::commit_transaction(tx.connection)
                    .await
                    .map_err(StoreError::from)?;
                Ok(value)
            }
            Err(error) => {
                if let Err(rollback) = Manager::rollback_transaction(tx.connection).await {
                    tracing::warn!(error = %rollback, "a rollback failed; its connection is dropped");
                }
                Err(error)
            }
        }
    }
}

impl WriteTx<'_> {
    /// Lets nobody else do the same until this transaction ends.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn one_at_a_time(&mut self, what: &str) -> Result<(), StoreError> {
        diesel::sql_query("select pg_advisory_xact_lock(hashtextextended($1, 0))")
            .bind::<sql_types::Text, _>(what)
            .execute(self.connection)
            .await?;
        Ok(())
    }

    /// Notes that something changed; it stands in the log once the transaction is committed.
    pub(in crate::store) fn changed(
        &mut self,
        subject: Subject,
        id: impl Into<String>,
        operation: Operation,
    ) {
        let change = Change {
            subject,
            id: id.into(),
            operation,
        };
        self.note(Noted {
            change,
            removal: None,
        });
    }

    /// Notes that a listing is gone, and why.
    pub(in crate::store) fn removed(&mut self, subject: Subject, id: Uuid, removal: Removal) {
        let change = Change {
            subject,
            id: id.to_string(),
            operation: Operation::Delete,
        };
        self.note(Noted {
            change,
            removal: Some(removal),
        });
    }

    /// Notes that a helpline changed or is gone.
    pub(in crate::store) fn lines_changed(&mut self, now: Timestamp) {
        self.lines = Some(now);
    }

    /// Undoes all of it where a country would be left without a national line.
    pub(in crate::store) fn leave_lines(&mut self) {
        self.leaves_lines = true;
    }

    fn note(&mut self, noted: Noted) {
        // Many at once are not told apart: finding each would take longer than reading one twice.
        if self.changes.len() > 64 || !self.changes.contains(&noted) {
            self.changes.push(noted);
        }
    }

    /// Begins a part of the transaction that can be undone by itself.
    pub(in crate::store) async fn begin_part(&mut self) -> Result<Part, StoreError> {
        Manager::begin_transaction(self.connection).await?;
        Ok(Part {
            changes: self.changes.len(),
        })
    }

    /// Keeps what the part did.
    pub(in crate::store) async fn keep_part(&mut self, _part: Part) -> Result<(), StoreError> {
        Ok(Manager::commit_transaction(self.connection).await?)
    }

    /// Undoes what the part did, the changes that it noted included.
    pub(in crate::store) async fn undo_part(&mut self, part: Part) -> Result<(), StoreError> {
        Manager::rollback_transaction(self.connection).await?;
        self.changes.truncate(part.changes);
        Ok(())
    }

    async fn log(&mut self) -> Result<(), StoreError> {
        if self.changes.is_empty() {
            return Ok(());
        }
        let rows: Vec<ChangeInsert<'_>> = self
            .changes
            .iter()
            .map(|Noted { change, removal }| ChangeInsert {
                subject: change.subject.as_str(),
                id: &change.id,
                operation: change.operation.as_str(),
                reason: removal.map(|removal| removal.reason().as_str()),
                merged_into: removal.and_then(Removal::merged_into),
            })
            .collect();
        for rows in rows.chunks(ROWS) {
            diesel::insert_into(change::table)
                .values(rows)
                .execute(self.connection)
                .await?;
        }
        // Who waited for the lock of the log sees by now what those before it took.
        let Some(now) = self.lines else {
            return Ok(());
        };
        match self.watch_national_lines(now).await? {
            gone if gone > 0 && self.leaves_lines => Err(StoreError::LastLine),
            _ => Ok(()),
        }
    }
}
