//! Listings whose confirmation is due, with the owners who can give it, and those whose owners did not.

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use jiff::{SignedDuration, Timestamp, civil::Date};
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::{
    domain::{
        account::EmailAddress,
        confirmation::{FURTHER_MONTHS, HELPLINE_MONTHS, MONTHS},
    },
    store::{Store, StoreError, WriteTx, schema::draft},
};

/// A listing that somebody should confirm.
#[derive(Debug)]
pub struct Due {
    pub listing: Uuid,
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

/// What is public with its owners, when it was last confirmed, and for how many months that holds.
macro_rules! owned {
    () => {
        "with owned as (
            select l.id as listing, l.slug, m.account as owner,
                coalesce((select max(confirmed_on) from source where listing = l.id), '-infinity'::date) as confirmed_on,
                case when l.kind = 'helpline' then $1 else $2 end as months
            from listing l join published p on p.id = l.id
            join membership m on m.role = 'owner'
                and m.organisation = case when l.kind = 'organisation' then l.id else coalesce(l.organisation, l.id) end)"
    };
}

const DUE: &str = concat!(
    owned!(),
    " select o.listing, o.slug, o.owner, a.email from owned o join account a on a.id = o.owner
    where o.confirmed_on + make_interval(months => o.months) <= $3
        and not exists (select from letter where purpose = 'reminder' and email = a.email
            and payload ->> 'listing' = o.listing::text and created_at > $4)
    order by o.listing, o.owner limit 500"
);

/// A reminder that went out after the last confirmation, to one who is an owner still, and has been out for so long.
const SILENT: &str = concat!(
    owned!(),
    " select distinct o.listing from owned o join letter r on r.purpose = 'reminder' and r.account = o.owner
        and r.payload ->> 'listing' = o.listing::text
    where o.confirmed_on + make_interval(months => o.months + $3) < $4
        and r.created_at > o.confirmed_on and r.sent_at + make_interval(months => $3) <= $5
    order by o.listing"
);

impl Store {
    /// What is due on that day and of which its owners were not reminded lately.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_due(&self, today: Date, now: Timestamp) -> Result<Vec<Due>, StoreError> {
        let since = now - SignedDuration::from_hours(PAUSE_H);
        let rows: Vec<DueRow> = diesel::sql_query(DUE)
            .bind::<sql_types::Int4, _>(HELPLINE_MONTHS)
            .bind::<sql_types::Int4, _>(MONTHS)
            .bind::<sql_types::Date, _>(today.to_diesel())
            .bind::<sql_types::Timestamptz, _>(since.to_diesel())
            .load(&mut self.connection().await?)
            .await?;
        let read = |row: DueRow| {
            let email = EmailAddress::parse(&row.email);
            Ok(Due {
                listing: row.listing,
                slug: row.slug,
                owner: row.owner,
                email: email.map_err(|_| StoreError::corrupt("an account", "its address"))?,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// What stayed overdue for long, though its owner was reminded long ago.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_silent(&self, today: Date, now: Timestamp) -> Result<Vec<Uuid>, StoreError> {
        let rows: Vec<SilentRow> = diesel::sql_query(SILENT)
            .bind::<sql_types::Int4, _>(HELPLINE_MONTHS)
            .bind::<sql_types::Int4, _>(MONTHS)
            .bind::<sql_types::Int4, _>(FURTHER_MONTHS)
            .bind::<sql_types::Date, _>(today.to_diesel())
            .bind::<sql_types::Timestamptz, _>(now.to_diesel())
            .load(&mut self.connection().await?)
            .await?;
        Ok(rows.into_iter().map(|row| row.listing).collect())
    }
}

impl WriteTx<'_> {
    /// A listing was written anew with what it said already: drafts of the former version stand on the new one.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn rebase(&mut self, listing: Uuid, from: i64) -> Result<(), StoreError> {
        let standing = draft::table.filter(draft::listing.eq(listing).and(draft::base.eq(from)));
        diesel::update(standing)
            .set(draft::base.eq(from + 1))
            .execute(self.connection)
            .await?;
        Ok(())
    }
}
