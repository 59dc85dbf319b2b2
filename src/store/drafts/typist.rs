//! Who typed in a draft that somebody else opened and handed in.

use std::collections::HashSet;

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::store::{Store, StoreError, WriteTx, schema::draft_typist};

#[derive(QueryableByName)]
struct TypedRow {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
}

const TYPED: &str = "
    select coalesce(d.batch, d.id) as id from draft_typist t join draft d on d.id = t.draft
    where t.account = $1 and (d.id = any($2) or d.batch = any($2))";

impl Store {
    /// In which of these drafts and batches the account typed.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn typed_in(&self, account: Uuid, of: &[Uuid]) -> Result<HashSet<Uuid>, StoreError> {
        let rows: Vec<TypedRow> = diesel::sql_query(TYPED)
            .bind::<sql_types::Uuid, _>(account)
            .bind::<sql_types::Array<sql_types::Uuid>, _>(of)
            .load(&mut self.connection().await?)
            .await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }
}

impl WriteTx<'_> {
    /// Notes that the account typed in the draft.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn note_typist(&mut self, draft: Uuid, account: Uuid) -> Result<(), StoreError> {
        diesel::insert_into(draft_typist::table)
            .values((
                draft_typist::draft.eq(draft),
                draft_typist::account.eq(account),
            ))
            .on_conflict_do_nothing()
            .execute(self.connection)
            .await?;
        Ok(())
    }
}
