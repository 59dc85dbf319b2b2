//! Listings whose confirmation is due, with the owners who can give it.

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use jiff::{SignedDuration, Timestamp, civil::Date};
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::{
    domain::account::EmailAddress,
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

/// Helplines fall due after 6 months, the rest after 12, as `domain::confirmation` says.
const DUE: &str = "
    select l.id as listing, l.slug, a.id as owner, a.email from listing l
    join published p on p.id = l.id
    join membership m on m.role = 'owner'
        and m.organisation = case when l.kind = 'organisation' then l.id else coalesce(l.organisation, l.id) end
    join account a on a.id = m.account
    where coalesce((select max(confirmed_on) from source where listing = l.id), '-infinity'::date)
            + case when l.kind = 'helpline' then interval '6 months' else interval '12 months' end <= $1
        and not exists (select from letter where purpose = 'reminder' and email = a.email
            and payload ->> 'listing' = l.id::text and created_at > $2)
    order by l.id, a.id limit 500";

impl Store {
    /// What is due on that day and of which its owners were not reminded lately.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_due(&self, today: Date, now: Timestamp) -> Result<Vec<Due>, StoreError> {
        let since = now - SignedDuration::from_hours(PAUSE_H);
        let rows: Vec<DueRow> = diesel::sql_query(DUE)
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
