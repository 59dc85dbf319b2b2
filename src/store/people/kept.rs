//! What is kept of a person beside their account, their sessions and keys, their memberships and their drafts.
//!
//! Invariant: every table that names an account is told of, here or there; `tests/it/http/kept.rs` walks over them.
//! Deliberately absent: what is a secret, and what others wrote.

use diesel::sql_types;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    domain::account::EmailAddress,
    store::{Store, StoreError},
};

/// So much of it is told, the latest first.
const MOST: i32 = 10_000;

/// Something that is kept.
#[derive(Clone, Debug)]
pub struct Kept {
    /// `claim`, `note`, `batch`, `letter`, `assignment`, `typed`, `former_member`, `repeat`, `deed` or `recovery_code`.
    pub what: String,
    /// What it is about, such as `draft/…`.
    pub about: String,
    pub words: String,
    pub at: Timestamp,
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = sql_types::Text)]
    what: String,
    #[diesel(sql_type = sql_types::Text)]
    about: String,
    #[diesel(sql_type = sql_types::Text)]
    words: String,
    #[diesel(sql_type = sql_types::Timestamptz)]
    at: jiff_diesel::Timestamp,
}

const KEPT: &str = "
    select what, about, words, at from (
        select 'claim' as what, 'organisation/' || organisation as about, grounds as words, created_at as at
        from claim where account = $1
        union all
        select 'note', coalesce('draft/' || draft, 'batch/' || batch, 'claim/' || claim, 'report/' || report), note, created_at
        from moderator_note where author = $1
        union all
        select 'batch', 'batch/' || id, state, created_at from batch where author = $1 or submitted_by = $1
        union all
        select 'letter', coalesce('listing/' || (payload ->> 'listing'), 'organisation/' || (payload ->> 'organisation'), ''),
            coalesce(payload ->> 'subject', purpose), created_at
        from letter where lower(email) = lower($2)
            -- Which of these went out would tell whether somebody else's address has an account.
            or account = $1 and purpose not in ('new_address', 'known_address')
        union all
        select 'assignment', 'draft/' || id, state, changed_at from draft where assigned_to = $1
        union all
        select 'assignment', 'batch/' || id, state, changed_at from batch where assigned_to = $1
        union all
        select 'assignment', 'claim/' || id, state, created_at from claim where assigned_to = $1
        union all
        select 'assignment', 'report/' || id, topic, created_at from report where assigned_to = $1
        union all
        select 'typed', 'draft/' || t.draft, '', d.changed_at from draft_typist t join draft d on d.id = t.draft
        where t.account = $1
        union all
        select 'former_member', 'organisation/' || organisation, '', ended_at from former_member where account = $1
        union all
        select 'repeat', '', key, at from idempotency where actor = $3
        union all
        select 'deed', subject, action, at from audit where actor = $3
        union all
        select 'recovery_code', '', '', a.created_at from recovery_code c join account a on a.id = c.account where c.account = $1
    ) as kept
    order by at desc, what, about limit $4";

impl Store {
    /// What is kept of the account beside, the latest first.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_kept(
        &self,
        account: Uuid,
        email: &EmailAddress,
    ) -> Result<Vec<Kept>, StoreError> {
        let rows: Vec<Row> = diesel::sql_query(KEPT)
            .bind::<sql_types::Uuid, _>(account)
            .bind::<sql_types::Text, _>(email.as_str())
            .bind::<sql_types::Text, _>(format!("account/{account}"))
            .bind::<sql_types::Int4, _>(MOST)
            .load(&mut self.connection().await?)
            .await?;
        let read = |row: Row| Kept {
            what: row.what,
            about: row.about,
            words: row.words,
            at: row.at.to_jiff(),
        };
        Ok(rows.into_iter().map(read).collect())
    }
}
