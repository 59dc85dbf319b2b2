//! Who has a part in a draft that somebody else opened and handed in: who typed in it, and who kept its organisation while
//! it was open. What somebody is there now, the draft itself says. And who has a part in a listing: who keeps it, or did
//! while something was open that is open still.

use std::collections::HashSet;

use diesel::{prelude::*, sql_types};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::{
    domain::actor::Scope,
    store::{
        Store, StoreError, WriteTx,
        schema::{draft_typist, former_member},
    },
};

#[derive(QueryableByName)]
struct PartRow {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
}

const PARTS: &str = "
    select coalesce(d.batch, d.id) as id from draft_typist t join draft d on d.id = t.draft
    where t.account = $1 and (d.id = any($2) or d.batch = any($2))
    union
    select d.id from former_member f join draft d on d.organisation = f.organisation and d.created_at <= f.ended_at
    where f.account = $1 and d.id = any($2)
    union
    select b.id from former_member f join batch b on b.organisation = f.organisation and b.created_at <= f.ended_at
    where f.account = $1 and b.id = any($2)";

/// What is set aside as well: what was said of it waits.
const KEPT: &str = concat!(
    "with own as (select organisation from membership where account = $1
        union all select organisation from former_member where account = $1)
    select l.id from listing l where l.id = any($2) and ",
    whose!(),
    " in (select organisation from own)
    union all select listing from lapsed where listing = any($2) and organisation in (select organisation from own)"
);

async fn kept(
    connection: &mut AsyncPgConnection,
    account: Uuid,
    of: &[Uuid],
) -> Result<HashSet<Uuid>, StoreError> {
    let rows: Vec<PartRow> = diesel::sql_query(KEPT)
        .bind::<sql_types::Uuid, _>(account)
        .bind::<sql_types::Array<sql_types::Uuid>, _>(of)
        .load(connection)
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

impl Store {
    /// In which of these listings the scope's account has a part.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_kept_of(
        &self,
        scope: Scope,
        of: &[Uuid],
    ) -> Result<HashSet<Uuid>, StoreError> {
        kept(&mut *self.connection().await?, scope.account(), of).await
    }

    /// In which of these drafts and batches the scope's account has such a part.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_parts(&self, scope: Scope, of: &[Uuid]) -> Result<HashSet<Uuid>, StoreError> {
        let rows: Vec<PartRow> = diesel::sql_query(PARTS)
            .bind::<sql_types::Uuid, _>(scope.account())
            .bind::<sql_types::Array<sql_types::Uuid>, _>(of)
            .load(&mut self.connection().await?)
            .await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }
}

impl WriteTx<'_> {
    /// Whether the account has a part in the listing.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn keeps(&mut self, account: Uuid, listing: Uuid) -> Result<bool, StoreError> {
        Ok(!kept(self.connection, account, &[listing]).await?.is_empty())
    }

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

    /// Notes that the account kept the organisation until now.
    pub(super) async fn note_former_member(
        &mut self,
        organisation: Uuid,
        account: Uuid,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let ended_at = former_member::ended_at.eq(now.to_diesel());
        diesel::insert_into(former_member::table)
            .values((
                former_member::organisation.eq(organisation),
                former_member::account.eq(account),
                ended_at,
            ))
            .on_conflict((former_member::organisation, former_member::account))
            .do_update()
            .set(ended_at)
            .execute(self.connection)
            .await?;
        Ok(())
    }
}
