//! Invitations that are on their way, or lie with whom they went to: letters, by the organisation that wrote them.

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use super::member::role_of;
use crate::{
    domain::{account::EmailAddress, actor::Scope, draft::MemberRole},
    store::{Store, StoreError, WriteTx},
};

/// An invitation that nobody has followed yet.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub id: Uuid,
    pub email: String,
    pub role: MemberRole,
    pub written_at: Timestamp,
    /// None before the letter is sent.
    pub expires_at: Option<Timestamp>,
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = sql_types::Int8)]
    count: i64,
}

#[derive(QueryableByName)]
struct InvitationRow {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    email: String,
    #[diesel(sql_type = sql_types::Text)]
    role: String,
    #[diesel(sql_type = sql_types::Timestamptz)]
    created_at: jiff_diesel::Timestamp,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Timestamptz>)]
    link_expires_at: Option<jiff_diesel::Timestamp>,
}

const WRITTEN: &str = "
    select count(*) from letter
    where purpose = 'invitation' and payload ->> 'organisation' = $1 and created_at > $2";

const OPEN: &str = "
    select id, email, payload ->> 'role' as role, created_at, link_expires_at from letter
    where purpose = 'invitation' and payload ->> 'organisation' = $1 and used_at is null
        and (link_expires_at is null or link_expires_at > $2)
        and ($4 or exists (select from membership m where m.account = $5 and m.organisation::text = $1 and m.role = 'owner'))
    order by id desc limit $3";

const WRITTEN_TO: &str = "
    select count(*) from letter
    where purpose = 'invitation' and lower(email) = lower($1) and created_at > $4
        and (payload ->> 'organisation' = $2 or payload ->> 'invited_by' = $3)";

const REVOKE: &str = "
    update letter set used_at = $3
    where purpose = 'invitation' and payload ->> 'organisation' = $1 and used_at is null and id = $2";

const REPLACE: &str = "
    update letter set used_at = $3
    where purpose = 'invitation' and payload ->> 'organisation' = $1 and used_at is null and lower(email) = lower($2)";

impl Store {
    /// The invitations of an organisation that may still be followed, the latest first; of a member's scope, for its owners.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_invitations(
        &self,
        scope: Scope,
        organisation: Uuid,
        limit: i64,
        now: Timestamp,
    ) -> Result<Vec<Invitation>, StoreError> {
        let rows: Vec<InvitationRow> = diesel::sql_query(OPEN)
            .bind::<sql_types::Text, _>(organisation.to_string())
            .bind::<sql_types::Timestamptz, _>(now.to_diesel())
            .bind::<sql_types::Int8, _>(limit)
            .bind::<sql_types::Bool, _>(matches!(scope, Scope::Directory(_)))
            .bind::<sql_types::Uuid, _>(scope.account())
            .load(&mut self.connection().await?)
            .await?;
        let read = |row: InvitationRow| {
            Ok(Invitation {
                id: row.id,
                email: row.email,
                role: role_of(&row.role)?,
                written_at: row.created_at.to_jiff(),
                expires_at: row.link_expires_at.map(|at| at.to_jiff()),
            })
        };
        rows.into_iter().map(read).collect()
    }
}

impl WriteTx<'_> {
    /// How many invitations the organisation wrote since then.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn count_invitations(
        &mut self,
        organisation: Uuid,
        since: Timestamp,
    ) -> Result<i64, StoreError> {
        let row: CountRow = diesel::sql_query(WRITTEN)
            .bind::<sql_types::Text, _>(organisation.to_string())
            .bind::<sql_types::Timestamptz, _>(since.to_diesel())
            .get_result(self.connection)
            .await?;
        Ok(row.count)
    }

    /// How many invitations the organisation, or that person for any, wrote to that address since then.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn count_invitations_to(
        &mut self,
        email: &EmailAddress,
        (organisation, inviter): (Uuid, Uuid),
        since: Timestamp,
    ) -> Result<i64, StoreError> {
        let row: CountRow = diesel::sql_query(WRITTEN_TO)
            .bind::<sql_types::Text, _>(email.as_str())
            .bind::<sql_types::Text, _>(organisation.to_string())
            .bind::<sql_types::Text, _>(inviter.to_string())
            .bind::<sql_types::Timestamptz, _>(since.to_diesel())
            .get_result(self.connection)
            .await?;
        Ok(row.count)
    }

    /// Takes an invitation back that nobody has followed; whether there was one. It is not sent, and its link works no more.
    /// It is counted still, and forgotten with others.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn revoke_invitation(
        &mut self,
        organisation: Uuid,
        id: Uuid,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let gone = diesel::sql_query(REVOKE)
            .bind::<sql_types::Text, _>(organisation.to_string())
            .bind::<sql_types::Uuid, _>(id)
            .bind::<sql_types::Timestamptz, _>(now.to_diesel())
            .execute(self.connection)
            .await?;
        Ok(gone == 1)
    }

    /// Takes back whatever invitations of the organisation to that address nobody has followed.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn replace_invitations(
        &mut self,
        organisation: Uuid,
        email: &EmailAddress,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        diesel::sql_query(REPLACE)
            .bind::<sql_types::Text, _>(organisation.to_string())
            .bind::<sql_types::Text, _>(email.as_str())
            .bind::<sql_types::Timestamptz, _>(now.to_diesel())
            .execute(self.connection)
            .await?;
        Ok(())
    }
}
