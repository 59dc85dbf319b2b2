//! What is being typed when a listing is merged into another one. Of the listing itself it is taken back, with the batch
//! that it stands in; what the organisation provides goes where that goes, and what is typed of it goes along. What is typed
//! of others that name it names the one that stands for it. What is decided or taken back already stays with those who
//! typed it.

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::store::{StoreError, WriteTx};

/// A draft that a merger touches.
#[derive(Clone, Copy, Debug)]
pub struct Touched {
    pub draft: Uuid,
    pub author: Option<Uuid>,
    pub submitted_by: Option<Uuid>,
    /// Whether it is a row of a file that was handed in as one.
    pub in_batch: bool,
    /// Whether it is taken back; else it goes along.
    pub ends: bool,
}

#[derive(QueryableByName)]
struct TouchedRow {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
    author: Option<Uuid>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
    submitted_by: Option<Uuid>,
    #[diesel(sql_type = sql_types::Bool)]
    in_batch: bool,
    #[diesel(sql_type = sql_types::Bool)]
    ends: bool,
    /// Else it is held because its listing names the one that goes.
    #[diesel(sql_type = sql_types::Bool)]
    touched: bool,
}

/// Listings that name `$1`, beside what it provides.
macro_rules! naming {
    () => {
        "(select support_group from group_referral where refers_to = $1 union all select id from hub where part_of = $1)"
    };
}

/// Batches before their drafts, as everybody takes them.
const HOLD_BATCHES: &str = concat!(
    "
    select id from batch
    where state in ('draft', 'submitted', 'changes_requested')
        and (organisation = $1 or exists (
            select from draft where draft.batch = batch.id and (draft.listing = $1 or draft.listing in ",
    naming!(),
    ")))
    order by id for update"
);

const HOLD_DRAFTS: &str = concat!(
    "
    select id, author, submitted_by, batch is not null as in_batch, listing = $1 or exists (
            select from draft row where row.batch = draft.batch and row.listing = $1) as ends,
        listing = $1 or organisation = $1 or coalesce(batch in (select batch from draft where listing = $1), false) as touched
    from draft
    where state in ('draft', 'submitted', 'changes_requested')
        and (listing = $1 or organisation = $1 or batch in (select batch from draft where listing = $1) or listing in ",
    naming!(),
    ")
    order by id for update"
);

const END_BATCHES: &str = "
    update batch set state = 'withdrawn', version = version + 1, changed_at = $2
    where state in ('draft', 'submitted', 'changes_requested')
        and exists (select from draft where draft.batch = batch.id and draft.listing = $1)";

const END_DRAFTS: &str = "
    update draft set state = 'withdrawn', version = version + 1, changed_at = $2
    where state in ('draft', 'submitted', 'changes_requested')
        and (listing = $1 or batch in (select batch from draft where listing = $1))";

const MOVE_BATCHES: &str = "
    update batch set organisation = $3, version = version + 1, changed_at = $2
    where state in ('draft', 'submitted', 'changes_requested') and organisation = $1";

const MOVE_DRAFTS: &str = "
    update draft set organisation = $3, version = version + 1, changed_at = $2,
        body = case when body ? 'organisation' then jsonb_set(body, '{organisation}', to_jsonb($3::text)) else body end
    where state in ('draft', 'submitted', 'changes_requested') and organisation = $1";

/// What names `$2` in a draft of the listing `$1`.
macro_rules! draft_naming {
    () => {
        "draft.listing = $1 and draft.state in ('draft', 'submitted', 'changes_requested')
            and (draft.body #>> '{hub_details,part_of}' = $2 or jsonb_typeof(draft.body #> '{group_details,refers_to}') = 'array'
                and draft.body #> '{group_details,refers_to}' ? $2)"
    };
}

const RENAME_IN_BATCHES: &str = concat!(
    "
    update batch set version = version + 1, changed_at = $3
    where exists (select from draft where draft.batch = batch.id and ",
    draft_naming!(),
    ")"
);

const RENAME_IN_DRAFTS: &str = concat!(
    "
    update draft set version = version + 1, changed_at = $3, body = case
        when body #>> '{hub_details,part_of}' = $2 then jsonb_set(body, '{hub_details,part_of}', to_jsonb($4::text))
        else jsonb_set(body, '{group_details,refers_to}', (
            select jsonb_agg(named order by place) from (
                select case named when to_jsonb($2::text) then to_jsonb($4::text) else named end as named, min(place) as place
                from jsonb_array_elements(body #> '{group_details,refers_to}') with ordinality as former (named, place)
                group by 1) as present))
        end
    where ",
    draft_naming!()
);

/// Where nobody keeps the heir, nobody could go on: it stays with those who typed it.
const KEEP_BATCHES: &str = "
    update batch set state = 'withdrawn', version = version + 1, changed_at = $2
    where state in ('draft', 'submitted', 'changes_requested') and organisation = $1";

const KEEP_DRAFTS: &str = "
    update draft set state = 'withdrawn', version = version + 1, changed_at = $2
    where state in ('draft', 'submitted', 'changes_requested') and organisation = $1";

/// Whoever kept the one that goes has a part in what goes along.
const PARTS: &str = "
    insert into former_member (organisation, account, ended_at)
    select $3, account, max(ended_at) from (
        select account, $2 as ended_at from membership where organisation = $1
        union all select account, ended_at from former_member where organisation = $1) as had
    group by account
    on conflict (organisation, account) do update set ended_at = greatest(former_member.ended_at, excluded.ended_at)";

/// What lapsed comes back to the organisation that stands for its own.
const MOVE_LAPSED: &str = "
    update lapsed set organisation = $2, body = jsonb_set(body, '{organisation}', to_jsonb($2::text))
    where organisation = $1 and listing <> $1";

#[derive(QueryableByName)]
struct HeirRow {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
}

const HEIR: &str = concat!("select ", whose!(), " as id from listing l where l.id = $1");

impl WriteTx<'_> {
    /// What is being typed and a merger of the listing would touch, for nobody else to change until this transaction ends.
    /// Goes before the listing is held.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn hold_work_of(&mut self, gone: Uuid) -> Result<Vec<Touched>, StoreError> {
        diesel::sql_query(HOLD_BATCHES)
            .bind::<sql_types::Uuid, _>(gone)
            .execute(self.connection)
            .await?;
        let rows: Vec<TouchedRow> = diesel::sql_query(HOLD_DRAFTS)
            .bind::<sql_types::Uuid, _>(gone)
            .load(self.connection)
            .await?;
        let touched = |row: TouchedRow| Touched {
            draft: row.id,
            author: row.author,
            submitted_by: row.submitted_by,
            in_batch: row.in_batch,
            ends: row.ends,
        };
        let rows = rows.into_iter().filter(|row| row.touched);
        Ok(rows.map(touched).collect())
    }

    /// A listing was written anew because one that it names was merged: what is typed of it names the other one instead,
    /// and stands on what is public now.
    pub(in crate::store) async fn follow_merger(
        &mut self,
        naming: Uuid,
        (gone, into): (Uuid, Uuid),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(version) = self.hold_version(naming).await? else {
            return Ok(());
        };
        self.rebase(naming, Some(version - 1), version).await?;
        diesel::sql_query(RENAME_IN_BATCHES)
            .bind::<sql_types::Uuid, _>(naming)
            .bind::<sql_types::Text, _>(gone.to_string())
            .bind::<sql_types::Timestamptz, _>(now.to_diesel())
            .execute(self.connection)
            .await?;
        diesel::sql_query(RENAME_IN_DRAFTS)
            .bind::<sql_types::Uuid, _>(naming)
            .bind::<sql_types::Text, _>(gone.to_string())
            .bind::<sql_types::Timestamptz, _>(now.to_diesel())
            .bind::<sql_types::Text, _>(into.to_string())
            .execute(self.connection)
            .await?;
        Ok(())
    }

    /// Takes back what is being typed of a listing that is merged into another one, and gives what is typed of the rest of
    /// its organisation to whose that one is.
    pub(in crate::store) async fn inherit(
        &mut self,
        gone: Uuid,
        into: Uuid,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let heir: HeirRow = diesel::sql_query(HEIR)
            .bind::<sql_types::Uuid, _>(into)
            .get_result(self.connection)
            .await?;
        for ending in [END_BATCHES, END_DRAFTS] {
            diesel::sql_query(ending)
                .bind::<sql_types::Uuid, _>(gone)
                .bind::<sql_types::Timestamptz, _>(now.to_diesel())
                .execute(self.connection)
                .await?;
        }
        if !self.is_kept(heir.id).await? {
            for keeping in [KEEP_BATCHES, KEEP_DRAFTS] {
                diesel::sql_query(keeping)
                    .bind::<sql_types::Uuid, _>(gone)
                    .bind::<sql_types::Timestamptz, _>(now.to_diesel())
                    .execute(self.connection)
                    .await?;
            }
        }
        for moving in [PARTS, MOVE_BATCHES, MOVE_DRAFTS] {
            diesel::sql_query(moving)
                .bind::<sql_types::Uuid, _>(gone)
                .bind::<sql_types::Timestamptz, _>(now.to_diesel())
                .bind::<sql_types::Uuid, _>(heir.id)
                .execute(self.connection)
                .await?;
        }
        diesel::sql_query(MOVE_LAPSED)
            .bind::<sql_types::Uuid, _>(gone)
            .bind::<sql_types::Uuid, _>(heir.id)
            .execute(self.connection)
            .await?;
        Ok(())
    }
}
