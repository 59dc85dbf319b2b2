//! The present revisions of many listings at once.

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::read::{Base, kind_of};
use crate::{
    domain::actor::Scope,
    store::{Store, StoreError},
};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql_types::Uuid)]
    owner: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    kind: String,
    #[diesel(sql_type = sql_types::Int8)]
    version: i64,
    #[diesel(sql_type = sql_types::Jsonb)]
    body: Value,
}

const PRESENT: &str = concat!(
    "select l.id, ",
    whose!(),
    " as owner, l.kind, l.version, r.body
    from listing l join revision r on r.listing = l.id and r.version = l.version
    where ($2 or exists (select from membership m where m.account = $3 and m.organisation = ",
    whose!(),
    ")) "
);

fn read(rows: Vec<Row>) -> Result<Vec<(Uuid, Base)>, StoreError> {
    let base = |row: Row| {
        let base = Base {
            version: row.version,
            kind: kind_of(&row.kind)?,
            body: row.body,
            organisation: row.owner,
        };
        Ok((row.id, base))
    };
    rows.into_iter().map(base).collect()
}

impl Store {
    /// An organisation with its listings, whole, by kind and slug, as far as the scope covers them.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_present(
        &self,
        scope: Scope,
        organisation: Uuid,
    ) -> Result<Vec<(Uuid, Base)>, StoreError> {
        const OWN: &str = "and (l.id = $1 or l.organisation = $1)
            order by array_position(array['organisation', 'hub', 'support_group', 'helpline'], l.kind), l.slug";
        let rows = diesel::sql_query(format!("{PRESENT}{OWN}"))
            .bind::<sql_types::Uuid, _>(organisation)
            .bind::<sql_types::Bool, _>(matches!(scope, Scope::Directory(_)))
            .bind::<sql_types::Uuid, _>(scope.account())
            .load(&mut self.connection().await?)
            .await?;
        read(rows)
    }

    /// The present revisions of those of the listings that the scope covers.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_bases(
        &self,
        scope: Scope,
        ids: &[Uuid],
    ) -> Result<Vec<(Uuid, Base)>, StoreError> {
        let rows = diesel::sql_query(format!("{PRESENT}and l.id = any($1)"))
            .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
            .bind::<sql_types::Bool, _>(matches!(scope, Scope::Directory(_)))
            .bind::<sql_types::Uuid, _>(scope.account())
            .load(&mut self.connection().await?)
            .await?;
        read(rows)
    }
}
