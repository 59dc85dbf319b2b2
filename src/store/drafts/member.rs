//! Who keeps which organisation's listings.

use diesel::{dsl::exists, prelude::*, sql_types};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::{
    domain::{account::EmailAddress, actor::Scope, draft::MemberRole},
    store::{
        Store, StoreError, WriteTx,
        people::addressed,
        schema::{account, membership},
    },
};

/// Somebody who keeps an organisation's listings, as the others see them.
#[derive(Clone, Debug)]
pub struct Member {
    pub account: Uuid,
    pub name: String,
    pub email: EmailAddress,
    pub role: MemberRole,
    pub since: Timestamp,
}

/// An organisation that somebody keeps.
#[derive(Clone, Debug)]
pub struct Membership {
    pub organisation: Uuid,
    pub role: MemberRole,
    /// Its name for URLs, where it is public.
    pub slug: Option<String>,
    /// What stands for it, where it was merged.
    pub merged_into: Option<Uuid>,
    pub since: Timestamp,
}

#[derive(QueryableByName)]
struct MembershipRow {
    #[diesel(sql_type = sql_types::Uuid)]
    organisation: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    role: String,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    slug: Option<String>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
    merged_into: Option<Uuid>,
    #[diesel(sql_type = sql_types::Timestamptz)]
    since: jiff_diesel::Timestamp,
}

const OF_ACCOUNT: &str = "
    select m.organisation, m.role, p.slug, f.listing as merged_into, m.since from membership m
    left join published p on p.id = m.organisation
    left join former_slug f on f.kind in ('organisation', 'hub', 'support_group', 'helpline') and f.slug = m.organisation::text
    where m.account = $1 order by m.organisation";

pub(super) fn role_of(text: &str) -> Result<MemberRole, StoreError> {
    MemberRole::parse(text).ok_or_else(|| StoreError::corrupt("a membership", "its role"))
}

async fn role_in(
    connection: &mut AsyncPgConnection,
    organisation: Uuid,
    account: Uuid,
) -> Result<Option<MemberRole>, StoreError> {
    let role: Option<String> = membership::table
        .find((organisation, account))
        .select(membership::role)
        .first(connection)
        .await
        .optional()?;
    role.as_deref().map(role_of).transpose()
}

impl Store {
    /// What the account is in the organisation.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn find_role(
        &self,
        organisation: Uuid,
        account: Uuid,
    ) -> Result<Option<MemberRole>, StoreError> {
        role_in(&mut *self.connection().await?, organisation, account).await
    }

    /// The organisations that an account keeps.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_memberships(&self, account: Uuid) -> Result<Vec<Membership>, StoreError> {
        let rows: Vec<MembershipRow> = diesel::sql_query(OF_ACCOUNT)
            .bind::<sql_types::Uuid, _>(account)
            .load(&mut self.connection().await?)
            .await?;
        let read = |row: MembershipRow| {
            Ok(Membership {
                organisation: row.organisation,
                role: role_of(&row.role)?,
                slug: row.slug,
                merged_into: row.merged_into,
                since: row.since.to_jiff(),
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// Who keeps the organisation; nothing where the scope does not cover it.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_members(
        &self,
        scope: Scope,
        organisation: Uuid,
    ) -> Result<Vec<Member>, StoreError> {
        type Row = (Uuid, String, String, String, jiff_diesel::Timestamp);
        let rows: Vec<Row> = membership::table
            .inner_join(account::table.on(account::id.eq(membership::account)))
            .filter(membership::organisation.eq(organisation))
            .order((membership::since, membership::account))
            .select((
                account::id,
                account::name,
                account::email,
                membership::role,
                membership::since,
            ))
            .load(&mut self.connection().await?)
            .await?;
        let own = rows.iter().any(|(id, ..)| *id == scope.account());
        if !own && matches!(scope, Scope::Member(_)) {
            return Ok(Vec::new());
        }
        let read = |(account, name, email, role, since): Row| {
            let email = EmailAddress::parse(&email);
            Ok(Member {
                account,
                name,
                email: email.map_err(|_| StoreError::corrupt("an account", "its address"))?,
                role: role_of(&role)?,
                since: since.to_jiff(),
            })
        };
        rows.into_iter().map(read).collect()
    }
}

impl WriteTx<'_> {
    /// As the store's.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn find_role(
        &mut self,
        organisation: Uuid,
        account: Uuid,
    ) -> Result<Option<MemberRole>, StoreError> {
        role_in(self.connection, organisation, account).await
    }

    /// Makes somebody a member, or gives a member another role.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn put_member(
        &mut self,
        organisation: Uuid,
        account: Uuid,
        role: MemberRole,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let row = (
            membership::organisation.eq(organisation),
            membership::account.eq(account),
            membership::role.eq(role.as_str()),
            membership::since.eq(now.to_diesel()),
        );
        diesel::insert_into(membership::table)
            .values(row)
            .on_conflict((membership::organisation, membership::account))
            .do_update()
            .set(membership::role.eq(role.as_str()))
            .execute(self.connection)
            .await?;
        Ok(())
    }

    /// Ends a membership; whether there was one. What is open there goes on being theirs, as far as nobody decides on
    /// their own.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn remove_member(
        &mut self,
        organisation: Uuid,
        account: Uuid,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let gone = membership::table.find((organisation, account));
        let was = diesel::delete(gone).execute(self.connection).await? == 1;
        if was {
            self.note_former_member(organisation, account, now).await?;
        }
        Ok(was)
    }

    /// Whether anybody keeps the organisation.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn is_kept(&mut self, organisation: Uuid) -> Result<bool, StoreError> {
        let members = membership::table.filter(membership::organisation.eq(organisation));
        Ok(diesel::select(exists(members))
            .get_result(self.connection)
            .await?)
    }

    /// The owners of an organisation.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_owners(
        &mut self,
        organisation: Uuid,
    ) -> Result<Vec<(Uuid, EmailAddress)>, StoreError> {
        let owner = membership::role.eq(MemberRole::Owner.as_str());
        let rows: Vec<(Uuid, String)> = membership::table
            .inner_join(account::table.on(account::id.eq(membership::account)))
            .filter(membership::organisation.eq(organisation).and(owner))
            .order(account::id)
            .select((account::id, account::email))
            .load(self.connection)
            .await?;
        addressed(rows)
    }

    /// What each member is, for nobody else to change until this transaction ends.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn hold_roles(
        &mut self,
        organisation: Uuid,
    ) -> Result<Vec<(Uuid, MemberRole)>, StoreError> {
        let rows: Vec<(Uuid, String)> = membership::table
            .filter(membership::organisation.eq(organisation))
            .order(membership::account)
            .select((membership::account, membership::role))
            .for_update()
            .load(self.connection)
            .await?;
        rows.into_iter()
            .map(|(account, role)| Ok((account, role_of(&role)?)))
            .collect()
    }
}
