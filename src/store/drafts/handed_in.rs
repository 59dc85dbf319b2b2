//! The batches of one organisation, the latest first.

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{batch::Batch, read::THEIRS};
use crate::{
    domain::{actor::Scope, draft::DraftState},
    store::{Store, StoreError},
};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql_types::BigInt)]
    rows: i64,
}

const HANDED_IN: &str = "
    select id, (select count(*) from draft where draft.batch = batch.id) as rows from batch
    where organisation = $1 and state = any($2) and ($3 is null or id < $3)
        and (not state = any($5) or exists (select from membership m where m.account = $6 and m.organisation = $1))
    order by id desc limit $4";

impl Store {
    /// The batches of an organisation that the scope covers, in one of these states and before that id, with how many
    /// rows each has.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_batches_of(
        &self,
        scope: Scope,
        organisation: Uuid,
        states: &[DraftState],
        before: Option<Uuid>,
        limit: i64,
    ) -> Result<Vec<(Batch, i64)>, StoreError> {
        let states: Vec<&str> = states.iter().map(|state| state.as_str()).collect();
        let rows: Vec<Row> = diesel::sql_query(HANDED_IN)
            .bind::<sql_types::Uuid, _>(organisation)
            .bind::<sql_types::Array<sql_types::Text>, _>(states)
            .bind::<sql_types::Nullable<sql_types::Uuid>, _>(before)
            .bind::<sql_types::BigInt, _>(limit)
            .bind::<sql_types::Array<sql_types::Text>, _>(THEIRS.as_slice())
            .bind::<sql_types::Uuid, _>(scope.account())
            .load(&mut self.connection().await?)
            .await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut batches = self.list_batches(scope, &ids).await?;
        batches.sort_unstable_by_key(|batch| std::cmp::Reverse(batch.id));
        let counted = batches.into_iter().map(|batch| {
            let own = rows.iter().find(|row| row.id == batch.id);
            (batch, own.map_or(0, |row| row.rows))
        });
        Ok(counted.collect())
    }
}
