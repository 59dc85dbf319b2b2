//! Writing drafts: a version each time, and nobody writes over what they have not seen.

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use serde_json::Value;
use uuid::Uuid;

use super::{alike::Traits, batch::Decision, read::Remark};
use crate::{
    domain::{draft::DraftState, id, listing::Kind},
    store::{
        StoreError, WriteTx,
        schema::{draft, draft_remark, published},
    },
};

#[derive(QueryableByName)]
struct OpenRow {
    #[diesel(sql_type = sql_types::Int8)]
    of_organisation: i64,
    #[diesel(sql_type = sql_types::Int8)]
    of_author: i64,
}

/// What somebody opened lately.
#[derive(Clone, Copy, Debug, Default)]
pub struct Opened {
    pub drafts: i64,
    /// When the first of them was opened.
    pub first: Option<Timestamp>,
    /// Of new organisations.
    pub organisations: i64,
    pub first_organisation: Option<Timestamp>,
}

#[derive(QueryableByName)]
struct OpenedRow {
    #[diesel(sql_type = sql_types::Int8)]
    drafts: i64,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Timestamptz>)]
    first: Option<jiff_diesel::Timestamp>,
    #[diesel(sql_type = sql_types::Int8)]
    organisations: i64,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Timestamptz>)]
    first_organisation: Option<jiff_diesel::Timestamp>,
}

/// A draft to be opened.
#[derive(Debug)]
pub struct NewDraft {
    pub listing: Uuid,
    pub organisation: Uuid,
    pub kind: Kind,
    pub base: Option<i64>,
    pub body: Value,
    /// What it may be found to be the same by.
    pub traits: Traits,
    pub author: Uuid,
    /// Opened by a moderator, of a listing that nobody owns.
    pub by_moderator: bool,
}

/// What changes of a draft.
#[derive(Debug)]
pub enum DraftChange<'a> {
    Body(&'a Value, &'a Traits),
    /// Handed in by somebody, standing on that version of the listing.
    Submit {
        by: Uuid,
        /// Since when it waits, where it does already.
        since: Option<Timestamp>,
        base: Option<i64>,
        /// Under which they give it.
        licence: &'a str,
        by_moderator: bool,
    },
    Withdraw,
    Decide(Decision<'a>),
}

impl WriteTx<'_> {
    /// How many drafts are open in the organisation, and how many of the author in all. Whoever counts next waits until
    /// this transaction ends, so that two do not fill the same room.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn count_open(
        &mut self,
        organisation: Uuid,
        author: Uuid,
    ) -> Result<(i64, i64), StoreError> {
        const LOCK: &str = "
            select pg_advisory_xact_lock(hashtextextended(of, 5270183946))
            from (select unnest(array[$1::text, $2::text]) as of order by of) as both_of_them";
        const COUNT: &str = "
            select count(*) filter (where organisation = $1) as of_organisation, count(*) filter (where author = $2) as of_author
            from draft where state in ('draft', 'submitted', 'changes_requested') and (organisation = $1 or author = $2)";
        diesel::sql_query(LOCK)
            .bind::<sql_types::Text, _>(organisation.to_string())
            .bind::<sql_types::Text, _>(author.to_string())
            .execute(self.connection)
            .await?;
        let row: OpenRow = diesel::sql_query(COUNT)
            .bind::<sql_types::Uuid, _>(organisation)
            .bind::<sql_types::Uuid, _>(author)
            .get_result(self.connection)
            .await?;
        Ok((row.of_organisation, row.of_author))
    }

    /// What the author opened since then. Two count at a time only where both hold another room: see `count_open`.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn count_opened(
        &mut self,
        author: Uuid,
        since: Timestamp,
    ) -> Result<Opened, StoreError> {
        const OPENED: &str = "
            select count(*) as drafts, min(created_at) as first, count(*) filter (where new) as organisations,
                min(created_at) filter (where new) as first_organisation
            from (select created_at, kind = 'organisation' and base is null as new from draft
                where author = $1 and created_at > $2 and state <> 'approved') as lately";
        let row: OpenedRow = diesel::sql_query(OPENED)
            .bind::<sql_types::Uuid, _>(author)
            .bind::<sql_types::Timestamptz, _>(since.to_diesel())
            .get_result(self.connection)
            .await?;
        Ok(Opened {
            drafts: row.drafts,
            first: row.first.map(|at| at.to_jiff()),
            organisations: row.organisations,
            first_organisation: row.first_organisation.map(|at| at.to_jiff()),
        })
    }

    /// Opens a draft; `None` where the listing has one that is open.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn open_draft(
        &mut self,
        new: &NewDraft,
        now: Timestamp,
    ) -> Result<Option<Uuid>, StoreError> {
        let id = id::fresh(now);
        let row = (
            draft::id.eq(id),
            draft::listing.eq(new.listing),
            draft::organisation.eq(new.organisation),
            draft::kind.eq(new.kind.as_str()),
            draft::state.eq(DraftState::Draft.as_str()),
            draft::version.eq(1),
            draft::base.eq(new.base),
            draft::body.eq(&new.body),
            new.traits.columns(),
            draft::author.eq(new.author),
            draft::by_moderator.eq(new.by_moderator),
            draft::created_at.eq(now.to_diesel()),
            draft::changed_at.eq(now.to_diesel()),
        );
        let opened = diesel::insert_into(draft::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(self.connection)
            .await?;
        Ok((opened == 1).then_some(id))
    }

    /// Changes the draft that has that version, and raises it; false where it has another one by now.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn change_draft(
        &mut self,
        id: Uuid,
        version: i64,
        change: &DraftChange<'_>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let at = now.to_diesel();
        let known = draft::table.filter(draft::id.eq(id).and(draft::version.eq(version)));
        let raised = (
            draft::version.eq(draft::version + 1),
            draft::changed_at.eq(at),
        );
        let to = |state: DraftState| draft::state.eq(state.as_str());
        let update = diesel::update(known);
        let changed = match change {
            DraftChange::Body(body, traits) => {
                update
                    .set((raised, draft::body.eq(body), traits.columns()))
                    .execute(self.connection)
                    .await
            }
            DraftChange::Submit {
                by,
                since,
                base,
                licence,
                by_moderator,
            } => {
                let handed_in = (
                    to(DraftState::Submitted),
                    draft::submitted_by.eq(by),
                    draft::submitted_at.eq(since.map_or(at, |since| since.to_diesel())),
                    draft::base.eq(base),
                    draft::licence.eq(*licence),
                    draft::by_moderator.eq(by_moderator),
                );
                update
                    .set((raised, handed_in))
                    .execute(self.connection)
                    .await
            }
            DraftChange::Withdraw => {
                update
                    .set((raised, to(DraftState::Withdrawn)))
                    .execute(self.connection)
                    .await
            }
            DraftChange::Decide(decision) => {
                let decided = (
                    to(decision.state()),
                    decision.reason().map(|reason| draft::reason.eq(reason)),
                    draft::decided_at.eq(at),
                );
                update.set((raised, decided)).execute(self.connection).await
            }
        };
        Ok(changed? == 1)
    }

    /// What moderators were typing of an organisation's listings is for those who keep them from now on, as anything that
    /// is not handed in.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn hand_over(&mut self, organisation: Uuid) -> Result<(), StoreError> {
        let typed = draft::table.filter(
            draft::organisation
                .eq(organisation)
                .and(draft::by_moderator)
                .and(draft::submitted_at.is_null()),
        );
        diesel::update(typed)
            .set(draft::by_moderator.eq(false))
            .execute(self.connection)
            .await?;
        Ok(())
    }

    /// Replaces what was said of single values.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn set_remarks(&mut self, of: Uuid, remarks: &[Remark]) -> Result<(), StoreError> {
        let former = draft_remark::table.filter(draft_remark::draft.eq(of));
        diesel::delete(former).execute(self.connection).await?;
        let rows: Vec<_> = remarks
            .iter()
            .zip(0_i16..)
            .map(|(remark, position)| {
                (
                    draft_remark::draft.eq(of),
                    draft_remark::position.eq(position),
                    draft_remark::pointer.eq(&remark.pointer),
                    draft_remark::remark.eq(&remark.remark),
                )
            })
            .collect();
        diesel::insert_into(draft_remark::table)
            .values(rows)
            .execute(self.connection)
            .await?;
        Ok(())
    }

    /// The version that a listing has now, for nobody to change until this transaction ends.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn hold_version(&mut self, of: Uuid) -> Result<Option<i64>, StoreError> {
        Ok(self.hold_versions(&[of]).await?.remove(&of))
    }

    /// The version that anybody sees of a listing, for nobody to change until this transaction ends. A revision that
    /// changes nothing of what is shown has a later one.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn hold_public_version(&mut self, of: Uuid) -> Result<Option<i64>, StoreError> {
        self.hold_version(of).await?;
        let seen = published::table.find(of).select(published::version);
        Ok(seen.first(self.connection).await.optional()?)
    }
}
