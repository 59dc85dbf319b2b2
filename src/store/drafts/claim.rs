//! Claims: somebody says that a published listing is theirs to keep.

use diesel::{prelude::*, sql_types};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::{
    domain::{account::EmailAddress, actor::Scope, draft::ClaimState, id, listing::Kind},
    store::{Store, StoreError, WriteTx, schema::claim},
};

const MAILBOX: &str = "
    select exists (select from contact join published on published.id = contact.listing
        where contact.listing = $1 and channel = 'email' and public and lower(value) = lower($2)) as named";

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = sql_types::Bool)]
    named: bool,
}

/// A claim, with what a moderator has to know to decide it.
#[derive(Clone, Debug)]
pub struct Claim {
    pub id: Uuid,
    pub organisation: Uuid,
    /// What it is, and its name for URLs; none where it is gone.
    pub claimed: Option<(Kind, String)>,
    /// How many own it already.
    pub owners: i64,
    pub account: Uuid,
    pub name: String,
    /// It was confirmed: an account has no other.
    pub email: EmailAddress,
    pub grounds: String,
    pub created_at: Timestamp,
}

/// What became of a claim, as who made it sees it.
#[derive(Clone, Debug)]
pub struct OwnClaim {
    pub id: Uuid,
    pub organisation: Uuid,
    /// As of a claim.
    pub claimed: Option<(Kind, String)>,
    pub grounds: String,
    pub state: ClaimState,
    pub reason: Option<String>,
    pub created_at: Timestamp,
    pub decided_at: Option<Timestamp>,
}

#[derive(QueryableByName)]
struct OwnRow {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql_types::Uuid)]
    organisation: Uuid,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    kind: Option<String>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    slug: Option<String>,
    #[diesel(sql_type = sql_types::Text)]
    grounds: String,
    #[diesel(sql_type = sql_types::Text)]
    state: String,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    reason: Option<String>,
    #[diesel(sql_type = sql_types::Timestamptz)]
    created_at: jiff_diesel::Timestamp,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Timestamptz>)]
    decided_at: Option<jiff_diesel::Timestamp>,
}

/// What is set aside or taken off is not theirs to see the name of, who claimed it in vain.
const OWN: &str = "
    select c.id, c.organisation, l.kind, l.slug, c.grounds, c.state, c.reason, c.created_at, c.decided_at
    from claim c left join published l on l.id = c.organisation
    where c.account = $1 order by c.created_at desc, c.id desc limit $2";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql_types::Uuid)]
    organisation: Uuid,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    kind: Option<String>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    slug: Option<String>,
    #[diesel(sql_type = sql_types::Int8)]
    owners: i64,
    #[diesel(sql_type = sql_types::Uuid)]
    account: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    name: String,
    #[diesel(sql_type = sql_types::Text)]
    email: String,
    #[diesel(sql_type = sql_types::Text)]
    grounds: String,
    #[diesel(sql_type = sql_types::Timestamptz)]
    created_at: jiff_diesel::Timestamp,
}

/// Those of these ids; else those that wait.
const CLAIMS: &str = "
    select c.id, c.organisation, coalesce(l.kind, g.kind) as kind, coalesce(l.slug, g.slug) as slug,
        (select count(*) from membership m where m.organisation = c.organisation and m.role = 'owner') as owners,
        c.account, a.name, a.email, c.grounds, c.created_at
    from claim c join account a on a.id = c.account
    left join listing l on l.id = c.organisation left join lapsed g on g.listing = c.organisation
    where case when $1 is null then c.state = 'open' else c.id = any($1) end
    order by c.created_at, c.id limit $2";

async fn list(
    connection: &mut AsyncPgConnection,
    ids: Option<&[Uuid]>,
    limit: i64,
) -> Result<Vec<Claim>, StoreError> {
    let rows: Vec<Row> = diesel::sql_query(CLAIMS)
        .bind::<sql_types::Nullable<sql_types::Array<sql_types::Uuid>>, _>(ids)
        .bind::<sql_types::BigInt, _>(limit)
        .load(connection)
        .await?;
    rows.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Claim, StoreError> {
    let kind = row.kind.as_deref().and_then(Kind::parse);
    let email = EmailAddress::parse(&row.email);
    Ok(Claim {
        id: row.id,
        organisation: row.organisation,
        claimed: kind.zip(row.slug),
        owners: row.owners,
        account: row.account,
        name: row.name,
        email: email.map_err(|_| StoreError::corrupt("an account", "its address"))?,
        grounds: row.grounds,
        created_at: row.created_at.to_jiff(),
    })
}

impl Store {
    /// The claims that wait for a moderator, the oldest first. For moderators, nothing for others.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_claims(&self, scope: Scope, limit: i64) -> Result<Vec<Claim>, StoreError> {
        if matches!(scope, Scope::Member(_)) {
            return Ok(Vec::new());
        }
        list(&mut *self.connection().await?, None, limit).await
    }

    /// The claims of these ids. For moderators, nothing for others.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_claims_of(
        &self,
        scope: Scope,
        ids: &[Uuid],
    ) -> Result<Vec<Claim>, StoreError> {
        if matches!(scope, Scope::Member(_)) {
            return Ok(Vec::new());
        }
        let most = i64::try_from(ids.len()).unwrap_or(i64::MAX);
        list(&mut *self.connection().await?, Some(ids), most).await
    }
}

impl Store {
    /// The claims of the account of this scope, the latest first.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_own_claims(
        &self,
        scope: Scope,
        limit: i64,
    ) -> Result<Vec<OwnClaim>, StoreError> {
        let rows: Vec<OwnRow> = diesel::sql_query(OWN)
            .bind::<sql_types::Uuid, _>(scope.account())
            .bind::<sql_types::BigInt, _>(limit)
            .load(&mut *self.connection().await?)
            .await?;
        let read = |row: OwnRow| {
            let kind = row.kind.as_deref().and_then(Kind::parse);
            let state = ClaimState::parse(&row.state);
            Ok(OwnClaim {
                id: row.id,
                organisation: row.organisation,
                claimed: kind.zip(row.slug),
                grounds: row.grounds,
                state: state.ok_or_else(|| StoreError::corrupt("a claim", "its state"))?,
                reason: row.reason,
                created_at: row.created_at.to_jiff(),
                decided_at: row.decided_at.map(|at| at.to_jiff()),
            })
        };
        rows.into_iter().map(read).collect()
    }
}

impl WriteTx<'_> {
    /// Whether a public listing names that mailbox among its public contacts.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn publishes_mailbox(
        &mut self,
        listing: Uuid,
        mailbox: &EmailAddress,
    ) -> Result<bool, StoreError> {
        let named: Named = diesel::sql_query(MAILBOX)
            .bind::<sql_types::Uuid, _>(listing)
            .bind::<sql_types::Text, _>(mailbox.as_str())
            .get_result(self.connection)
            .await?;
        Ok(named.named)
    }

    /// How many claims the account made since then.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn count_claims(
        &mut self,
        account: Uuid,
        since: Timestamp,
    ) -> Result<i64, StoreError> {
        let own = claim::account.eq(account);
        Ok(claim::table
            .filter(own.and(claim::created_at.gt(since.to_diesel())))
            .count()
            .get_result(self.connection)
            .await?)
    }

    /// Notes a claim; `None` where the account has one on it that is open.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn open_claim(
        &mut self,
        organisation: Uuid,
        account: Uuid,
        grounds: &str,
        now: Timestamp,
    ) -> Result<Option<Uuid>, StoreError> {
        let id = id::fresh(now);
        let row = (
            claim::id.eq(id),
            claim::organisation.eq(organisation),
            claim::account.eq(account),
            claim::state.eq(ClaimState::Open.as_str()),
            claim::grounds.eq(grounds),
            claim::created_at.eq(now.to_diesel()),
        );
        let opened = diesel::insert_into(claim::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(self.connection)
            .await?;
        Ok((opened == 1).then_some(id))
    }

    /// Decides a claim that is open; `None` where it is not, or the scope is not of the whole directory.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn decide_claim(
        &mut self,
        scope: Scope,
        id: Uuid,
        (state, reason): (ClaimState, Option<&str>),
        now: Timestamp,
    ) -> Result<Option<Claim>, StoreError> {
        if matches!(scope, Scope::Member(_)) {
            return Ok(None);
        }
        let open = claim::table.filter(
            claim::id
                .eq(id)
                .and(claim::state.eq(ClaimState::Open.as_str())),
        );
        let decided = diesel::update(open)
            .set((
                claim::state.eq(state.as_str()),
                claim::reason.eq(reason),
                claim::decided_at.eq(now.to_diesel()),
            ))
            .execute(self.connection)
            .await?;
        match decided {
            0 => Ok(None),
            _ => Ok(list(self.connection, Some(&[id]), 1).await?.pop()),
        }
    }
}
