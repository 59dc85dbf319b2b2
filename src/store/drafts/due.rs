//! Listings whose confirmation is due, with the owners who can give it, and those whose owners did not.

use diesel::{prelude::*, sql_types};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::{SignedDuration, Timestamp, civil::Date};
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::{
    domain::{
        account::EmailAddress,
        change::Removal,
        confirmation::{FURTHER_MONTHS, HELPLINE_MONTHS, MONTHS},
        draft::DraftState,
        listing::Kind,
    },
    store::{Store, StoreError, WriteTx, schema::draft},
};

/// A listing that somebody should confirm.
#[derive(Debug)]
pub struct Due {
    pub listing: Uuid,
    pub kind: Kind,
    pub slug: String,
    pub owner: Uuid,
    pub email: EmailAddress,
}

/// Nobody is reminded of the same listing more often, in hours.
const PAUSE_H: i64 = 30 * 24;

#[derive(QueryableByName)]
struct DueRow {
    #[diesel(sql_type = sql_types::Uuid)]
    listing: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    kind: String,
    #[diesel(sql_type = sql_types::Text)]
    slug: String,
    #[diesel(sql_type = sql_types::Uuid)]
    owner: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    email: String,
}

#[derive(QueryableByName)]
struct SilentRow {
    #[diesel(sql_type = sql_types::Uuid)]
    listing: Uuid,
}

/// What is public with its owners, when it was last confirmed, and for how many months that holds. Without what has
/// ended: that is said of it.
macro_rules! owned {
    () => {
        concat!(
            "with owned as (
            select l.id as listing, l.kind, l.slug, m.account as owner,
                coalesce((select max(confirmed_on) from source where listing = l.id), '-infinity'::date) as confirmed_on,
                case when l.kind = 'helpline' then $1 else $2 end as months
            from listing l join published p on p.id = l.id
            join membership m on m.role = 'owner'
                and m.organisation = ",
            whose!(),
            " where not (l.status_state is not distinct from 'ended' and l.status_until is null))"
        )
    };
}

/// Who said that it is closed has answered, and is not asked again before a moderator has looked at that.
const DUE: &str = concat!(
    owned!(),
    " select o.listing, o.kind, o.slug, o.owner, a.email from owned o join account a on a.id = o.owner
    where o.confirmed_on + make_interval(months => o.months) <= $3
        and not exists (select from letter where purpose = 'reminder' and lower(email) = lower(a.email)
            and payload ->> 'listing' = o.listing::text and created_at > $4)
        and not exists (select from report r where r.listing = o.listing and r.by_owner and r.topic = 'closed'
            and r.settled_at is null)
    order by o.owner, o.listing limit 500"
);

/// A reminder that went out after the last confirmation, to one who is an owner still, and has been out for so long. A
/// change of it that waits for a moderator is an answer; that it is closed is none that keeps it public.
const SILENT: &str = concat!(
    owned!(),
    " select distinct o.listing from owned o join letter r on r.purpose = 'reminder' and r.account = o.owner
        and r.payload ->> 'listing' = o.listing::text
    where o.confirmed_on + make_interval(months => o.months + $3) < $4 and ($6 is null or o.listing = $6)
        and r.created_at >= o.confirmed_on + make_interval(months => o.months) and r.sent_at + make_interval(months => $3) <= $5
        and not exists (select from draft d where d.listing = o.listing and d.state = 'submitted')
    order by o.listing"
);

impl Store {
    /// What stayed overdue for long, though its owner was reminded long ago.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_silent(&self, today: Date, now: Timestamp) -> Result<Vec<Uuid>, StoreError> {
        silent(&mut *self.connection().await?, None, today, now).await
    }
}

async fn silent(
    connection: &mut AsyncPgConnection,
    listing: Option<Uuid>,
    today: Date,
    now: Timestamp,
) -> Result<Vec<Uuid>, StoreError> {
    let rows: Vec<SilentRow> = diesel::sql_query(SILENT)
        .bind::<sql_types::Int4, _>(HELPLINE_MONTHS)
        .bind::<sql_types::Int4, _>(MONTHS)
        .bind::<sql_types::Int4, _>(FURTHER_MONTHS)
        .bind::<sql_types::Date, _>(today.to_diesel())
        .bind::<sql_types::Timestamptz, _>(now.to_diesel())
        .bind::<sql_types::Nullable<sql_types::Uuid>, _>(listing)
        .load(connection)
        .await?;
    Ok(rows.into_iter().map(|row| row.listing).collect())
}

impl WriteTx<'_> {
    /// What is due on that day and of which its owners were not reminded lately.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_due(&mut self, today: Date, now: Timestamp) -> Result<Vec<Due>, StoreError> {
        let since = now - SignedDuration::from_hours(PAUSE_H);
        let rows: Vec<DueRow> = diesel::sql_query(DUE)
            .bind::<sql_types::Int4, _>(HELPLINE_MONTHS)
            .bind::<sql_types::Int4, _>(MONTHS)
            .bind::<sql_types::Date, _>(today.to_diesel())
            .bind::<sql_types::Timestamptz, _>(since.to_diesel())
            .load(self.connection)
            .await?;
        let read = |row: DueRow| {
            let email = EmailAddress::parse(&row.email);
            let kind = Kind::parse(&row.kind);
            Ok(Due {
                listing: row.listing,
                kind: kind.ok_or_else(|| StoreError::corrupt("a listing", "its kind"))?,
                slug: row.slug,
                owner: row.owner,
                email: email.map_err(|_| StoreError::corrupt("an account", "its address"))?,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// Whether a listing is one of `list_silent` still, now that nobody else can change it.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn hold_silent(
        &mut self,
        listing: Uuid,
        today: Date,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.hold_to_withdraw(listing, Removal::Unconfirmed).await?;
        let found = silent(self.connection, Some(listing), today, now).await?;
        Ok(!found.is_empty())
    }

    /// Holds the drafts of listings until this transaction ends. Whoever decides on them does so before holding the
    /// listing, and two who went in different orders would wait for each other.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn hold_drafts_of(&mut self, listings: &[Uuid]) -> Result<(), StoreError> {
        let drafts = draft::table.filter(draft::listing.eq_any(listings));
        let _held: Vec<Uuid> = drafts
            .order(draft::id)
            .select(draft::id)
            .for_update()
            .load(self.connection)
            .await?;
        Ok(())
    }

    /// A listing was written anew with what it said already: drafts of the former version, or of none where it had
    /// lapsed, stand on the new one. What was decided or taken back is shown against what was public then.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn rebase(
        &mut self,
        listing: Uuid,
        from: Option<i64>,
        to: i64,
    ) -> Result<(), StoreError> {
        let of_it = draft::listing.eq(listing);
        let open = DraftState::ALL.iter().filter(|state| state.is_open());
        let open = draft::state.eq_any(open.map(|state| state.as_str()).collect::<Vec<_>>());
        let standing = of_it.and(draft::base.is_not_distinct_from(from)).and(open);
        let standing = draft::table.filter(standing);
        diesel::update(standing)
            .set(draft::base.eq(to))
            .execute(self.connection)
            .await?;
        Ok(())
    }
}
