//! Who has a part in a draft that somebody else opened and handed in: who typed in it, and who kept its organisation while
//! it was open. What somebody is there now, the draft itself says.

use std::collections::HashSet;

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::store::{
    Store, StoreError, WriteTx,
    schema::{draft_typist, former_member},
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

impl Store {
    /// In which of these drafts and batches the account has such a part.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_parts(
        &self,
        account: Uuid,
        of: &[Uuid],
    ) -> Result<HashSet<Uuid>, StoreError> {
        let rows: Vec<PartRow> = diesel::sql_query(PARTS)
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
