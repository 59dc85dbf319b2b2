//! Requests that may come twice: the answer is kept in the transaction that did what was asked, so that either both are
//! there or neither is.

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use jiff::{SignedDuration, Timestamp};
use jiff_diesel::ToDiesel;
use serde_json::Value;

use crate::store::{StoreError, WriteTx, schema::idempotency};

/// What is known of a request when it comes.
#[derive(Clone, Debug, PartialEq)]
pub enum Begun {
    /// Nothing: do it.
    Fresh,
    /// It was done, with this answer.
    Done(Value),
    /// The same key came with another request.
    Another,
    /// It is being done at this moment.
    Busy,
}

/// How long an answer is kept, in hours.
pub(in crate::store) const KEPT_H: i64 = 24;

#[derive(QueryableByName)]
struct Locked {
    #[diesel(sql_type = sql_types::Bool)]
    locked: bool,
}

impl WriteTx<'_> {
    /// Begins what the actor of this transaction asks for under that key; `request` is a hash of what is asked.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn begin_once(
        &mut self,
        key: &str,
        request: &str,
        now: Timestamp,
    ) -> Result<Begun, StoreError> {
        const LOCK: &str =
            "select pg_try_advisory_xact_lock(hashtextextended($1, 4815926536)) as locked";
        let actor = self.actor.name();
        let Locked { locked } = diesel::sql_query(LOCK)
            .bind::<sql_types::Text, _>(format!("{actor} {key}"))
            .get_result(self.connection)
            .await?;
        if !locked {
            return Ok(Begun::Busy);
        }
        let oldest = (now - SignedDuration::from_hours(KEPT_H)).to_diesel();
        let found: Option<(String, Value)> = idempotency::table
            .find((&actor, key))
            .filter(idempotency::at.gt(oldest))
            .select((idempotency::request, idempotency::answer))
            .first(self.connection)
            .await
            .optional()?;
        Ok(match found {
            None => Begun::Fresh,
            Some((done, answer)) if done == request => Begun::Done(answer),
            Some(_) => Begun::Another,
        })
    }

    /// Keeps the answer to what was begun, and forgets those of the actor that are a day old. Others go by the clock; see
    /// `forget`.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn finish_once(
        &mut self,
        key: &str,
        request: &str,
        answer: &Value,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let actor = self.actor.name();
        let oldest = (now - SignedDuration::from_hours(KEPT_H)).to_diesel();
        let own = idempotency::actor.eq(&actor);
        let old = idempotency::table.filter(own.and(idempotency::at.le(oldest)));
        diesel::delete(old).execute(self.connection).await?;
        let row = (
            idempotency::actor.eq(&actor),
            idempotency::key.eq(key),
            idempotency::request.eq(request),
            idempotency::answer.eq(answer),
            idempotency::at.eq(now.to_diesel()),
        );
        diesel::insert_into(idempotency::table)
            .values(row)
            .execute(self.connection)
            .await?;
        Ok(())
    }
}
