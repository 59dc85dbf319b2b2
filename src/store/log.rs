//! Reading the change log, and waiting for it to grow.

use std::time::Duration;

use diesel::{dsl::max, prelude::*};
use diesel_async::RunQueryDsl;
use futures_util::StreamExt;
use tokio::sync::watch;

use super::{Store, connect, error::StoreError, schema::change};
use crate::domain::change::{Change, LoggedChange, Operation, Subject};

/// Wakes whoever waits each time the log has grown; the value is a count of wake-ups and means nothing else.
pub type Watch = watch::Receiver<u64>;

impl Store {
    /// The changes after `sequence` in order, at most `limit`.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn changes_after(
        &self,
        sequence: i64,
        limit: i64,
    ) -> Result<Vec<LoggedChange>, StoreError> {
        let mut connection = self.connection().await?;
        let rows: Vec<(i64, String, String, String)> = change::table
            .filter(change::sequence.gt(sequence))
            .order(change::sequence)
            .limit(limit)
            .select((
                change::sequence,
                change::subject,
                change::id,
                change::operation,
            ))
            .load(&mut connection)
            .await?;
        rows.into_iter()
            .map(|(sequence, subject, id, operation)| {
                let corrupt = || StoreError::corrupt("the change log", format!("entry {sequence}"));
                let subject = Subject::parse(&subject).ok_or_else(corrupt)?;
                let operation = Operation::parse(&operation).ok_or_else(corrupt)?;
                Ok(LoggedChange {
                    sequence,
                    change: Change {
                        subject,
                        id,
                        operation,
                    },
                })
            })
            .collect()
    }

    /// The last sequence of the log, 0 where it is empty.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn head(&self) -> Result<i64, StoreError> {
        let mut connection = self.connection().await?;
        let head: Option<i64> = change::table
            .select(max(change::sequence))
            .first(&mut connection)
            .await?;
        Ok(head.unwrap_or(0))
    }

    /// Listens to the log on a connection of its own, for as long as somebody holds the receiver; makes a new
    /// connection when the old one breaks. A wake-up may come without a change, never the other way round, but for the
    /// time without connection: whoever waits also looks by itself from time to time.
    #[must_use]
    pub fn watch(&self) -> Watch {
        let (sender, receiver) = watch::channel(0);
        let store = self.clone();
        tokio::spawn(async move {
            while !sender.is_closed() {
                if let Err(error) = store.listen(&sender).await {
                    tracing::debug!(error = %error, "listening to the change log broke off");
                }
                tokio::select! {
                    () = sender.closed() => {}
                    () = tokio::time::sleep(Duration::from_secs(1)) => {}
                }
            }
        });
        receiver
    }

    async fn listen(&self, sender: &watch::Sender<u64>) -> Result<(), StoreError> {
        let config = connect::configure(&self.url, &connect::PoolSettings::default())?;
        let mut connection = connect::establish(&config).await?;
        diesel::sql_query("listen haven_change")
            .execute(&mut connection)
            .await?;
        // What was written while nobody listened.
        sender.send_modify(|count| *count += 1);
        let mut notifications = std::pin::pin!(connection.notifications_stream());
        loop {
            tokio::select! {
                () = sender.closed() => return Ok(()),
                // A new connection, once there is one, wakes whoever gave up meanwhile.
                () = self.health.silenced() => return Ok(()),
                notification = notifications.next() => match notification {
                    Some(Ok(_)) => sender.send_modify(|count| *count += 1),
                    Some(Err(error)) => return Err(error.into()),
                    None => return Ok(()),
                },
            }
        }
    }
}
