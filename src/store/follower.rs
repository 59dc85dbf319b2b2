//! How far followers are whose index lies elsewhere, and which process follows for it.
//!
//! One process at a time leads: it holds a lock of the database for as long as its connection lives, and asks that
//! connection before each write whether it still does.

use diesel::{prelude::*, sql_types};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::{Store, WriteTx, connect, error::StoreError, schema::follower_cursor};

/// The right to follow for an index, for as long as it is held.
pub struct Lead {
    connection: AsyncPgConnection,
}

#[derive(QueryableByName)]
struct Taken {
    #[diesel(sql_type = sql_types::Bool)]
    taken: bool,
}

impl Store {
    /// The place in the log up to which the follower of this name confirmed its index.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn followed_to(&self, name: &str) -> Result<Option<i64>, StoreError> {
        let mut connection = self.connection().await?;
        let sequence = follower_cursor::table
            .find(name)
            .select(follower_cursor::sequence)
            .first(&mut connection)
            .await
            .optional()?;
        Ok(sequence)
    }

    /// Takes the lead for the index of this name, unless another process has it.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn lead(&self, name: &str) -> Result<Option<Lead>, StoreError> {
        let config = connect::configure(&self.url, &connect::PoolSettings::default())?;
        let mut connection = connect::establish(&config).await?;
        let Taken { taken } =
            diesel::sql_query("select pg_try_advisory_lock(hashtextextended($1, 0)) as taken")
                .bind::<sql_types::Text, _>(name)
                .get_result(&mut connection)
                .await?;
        Ok(taken.then_some(Lead { connection }))
    }
}

impl Lead {
    /// Whether it is still ours: the lock lives exactly as long as the connection. Where the database is silent nobody
    /// knows, and it is taken for lost.
    pub async fn is_held(&mut self) -> bool {
        connect::lives(&mut self.connection).await
    }
}

impl WriteTx<'_> {
    /// Notes how far the follower of this name is. Nothing public changes by it.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn put_followed_to(&mut self, name: &str, sequence: i64) -> Result<(), StoreError> {
        let row = (
            follower_cursor::name.eq(name),
            follower_cursor::sequence.eq(sequence),
        );
        diesel::insert_into(follower_cursor::table)
            .values(row)
            .on_conflict(follower_cursor::name)
            .do_update()
            .set((
                follower_cursor::sequence.eq(sequence),
                follower_cursor::updated_at.eq(diesel::dsl::now),
            ))
            .execute(self.connection)
            .await?;
        Ok(())
    }
}
