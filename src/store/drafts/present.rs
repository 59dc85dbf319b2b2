//! The present revisions of listings, whole: with what is confidential, and so for those who keep them and for moderators
//! alone. What the public may see of them is in `store::views`.

use diesel::{prelude::*, sql_types};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use super::read::kind_of;
use crate::{
    domain::{actor::Scope, listing::Kind},
    store::{Lapsed, Store, StoreError, WriteTx},
};

/// The present revision of a listing.
#[derive(Clone, Debug)]
pub struct Base {
    pub version: i64,
    pub kind: Kind,
    pub body: Value,
    /// Whose it is: its organisation's, or its own.
    pub organisation: Uuid,
}

impl From<Lapsed> for Base {
    fn from(lapsed: Lapsed) -> Self {
        Self {
            version: lapsed.version,
            kind: lapsed.kind,
            body: lapsed.body,
            organisation: lapsed.organisation,
        }
    }
}

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

/// What a scope covers: `$1` is its account, `$2` whether it is of the whole directory.
const PRESENT: &str = concat!(
    "select l.id, ",
    whose!(),
    " as owner, l.kind, l.version, r.body
    from listing l join revision r on r.listing = l.id and r.version = l.version
    where ($2 or exists (select from membership m where m.account = $1 and m.organisation = ",
    whose!(),
    ")) "
);

const OF_IDS: &str = "and l.id = any($3)";

const OF_ORGANISATION: &str = "and (l.id = any($3) or l.organisation = any($3))
    order by array_position(array['organisation', 'hub', 'support_group', 'helpline'], l.kind), l.slug";

const KEEPER: &str = concat!(
    "select ",
    whose!(),
    " as owner from listing l where l.id = $1
    union all select organisation from lapsed where listing = $1"
);

#[derive(QueryableByName)]
struct Keeper {
    #[diesel(sql_type = sql_types::Uuid)]
    owner: Uuid,
}

async fn present(
    connection: &mut AsyncPgConnection,
    scope: Scope,
    which: &str,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, Base)>, StoreError> {
    let query = diesel::sql_query(format!("{PRESENT}{which}"))
        .bind::<sql_types::Uuid, _>(scope.account())
        .bind::<sql_types::Bool, _>(matches!(scope, Scope::Directory(_)));
    let rows: Vec<Row> = query
        .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
        .load(connection)
        .await?;
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

async fn one(
    connection: &mut AsyncPgConnection,
    scope: Scope,
    id: Uuid,
) -> Result<Option<Base>, StoreError> {
    let found = present(connection, scope, OF_IDS, &[id]).await?;
    Ok(found.into_iter().next().map(|(_, base)| base))
}

impl Store {
    /// An organisation with its listings, by kind and slug, as far as the scope covers them.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_present(
        &self,
        scope: Scope,
        organisation: Uuid,
    ) -> Result<Vec<(Uuid, Base)>, StoreError> {
        let mut connection = self.connection().await?;
        present(&mut connection, scope, OF_ORGANISATION, &[organisation]).await
    }

    /// Those of the listings that the scope covers.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_bases(
        &self,
        scope: Scope,
        ids: &[Uuid],
    ) -> Result<Vec<(Uuid, Base)>, StoreError> {
        let mut connection = self.connection().await?;
        present(&mut connection, scope, OF_IDS, ids).await
    }

    /// The listing of that id, where it is public and the scope covers it.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn find_base(&self, scope: Scope, id: Uuid) -> Result<Option<Base>, StoreError> {
        one(&mut *self.connection().await?, scope, id).await
    }
}

impl WriteTx<'_> {
    /// As the store's.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn find_base(&mut self, scope: Scope, id: Uuid) -> Result<Option<Base>, StoreError> {
        one(self.connection, scope, id).await
    }

    /// Whose a listing is that is public or set aside: its organisation's, or its own.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn find_keeper(&mut self, id: Uuid) -> Result<Option<Uuid>, StoreError> {
        let keeper: Option<Keeper> = diesel::sql_query(KEEPER)
            .bind::<sql_types::Uuid, _>(id)
            .get_result(self.connection)
            .await
            .optional()?;
        Ok(keeper.map(|keeper| keeper.owner))
    }
}
