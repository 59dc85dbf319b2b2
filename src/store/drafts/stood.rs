//! On what drafts stand, or stood: the revision that was public when they were opened. It stays where its listing goes.

use std::collections::HashMap;

use diesel::sql_types;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    domain::actor::Scope,
    store::{Store, StoreError, WriteTx, drafts::read::THEIRS},
};

/// What a scope covers: `$2` is its account, `$3` whether it is of the whole directory.
const STOOD_ON: &str = "
    select d.id, coalesce(r.body, d.stood_on) as body
    from draft d left join revision r on r.listing = d.listing and r.version = d.base
    where d.id = any($1) and coalesce(r.body, d.stood_on) is not null
        and (exists (select from membership m where m.account = $2 and m.organisation = d.organisation)
            or $3 and (d.by_moderator or d.submitted_at is not null and not d.state = any($4)))";

const KEEP: &str = "
    update draft set stood_on = revision.body from revision
    where draft.listing = $1 and revision.listing = $1 and revision.version = draft.base";

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql_types::Jsonb)]
    body: Value,
}

impl Store {
    /// The revisions on which these drafts stood, as far as the scope covers them; none of what stood on nothing.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_stood_on(
        &self,
        scope: Scope,
        drafts: &[Uuid],
    ) -> Result<HashMap<Uuid, Value>, StoreError> {
        stood_on(&mut *self.connection().await?, scope, drafts).await
    }
}

async fn stood_on(
    connection: &mut AsyncPgConnection,
    scope: Scope,
    drafts: &[Uuid],
) -> Result<HashMap<Uuid, Value>, StoreError> {
    if drafts.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Row> = diesel::sql_query(STOOD_ON)
        .bind::<sql_types::Array<sql_types::Uuid>, _>(drafts)
        .bind::<sql_types::Uuid, _>(scope.account())
        .bind::<sql_types::Bool, _>(matches!(scope, Scope::Directory(_)))
        .bind::<sql_types::Array<sql_types::Text>, _>(THEIRS.as_slice())
        .load(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.body)).collect())
}

impl WriteTx<'_> {
    /// As the store's.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_stood_on(
        &mut self,
        scope: Scope,
        drafts: &[Uuid],
    ) -> Result<HashMap<Uuid, Value>, StoreError> {
        stood_on(self.connection, scope, drafts).await
    }

    /// Keeps on what the drafts of a listing stood, before it goes with its revisions.
    pub(in crate::store) async fn keep_stood_on(&mut self, gone: Uuid) -> Result<(), StoreError> {
        diesel::sql_query(KEEP)
            .bind::<sql_types::Uuid, _>(gone)
            .execute(self.connection)
            .await?;
        Ok(())
    }
}
