//! National lines: every country that had one has one, or the moderators hear of it.
//!
//! Whoever changes a helpline, in whatever way, ends with `watch_national_lines`, holding the lock of the change log. So of
//! two transactions that each take one of a country's last two lines, the second sees what the first did: where people do
//! it, the alarm is raised at once; where the directory does it by itself (expiry, lapse), the second is undone.

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use super::WriteTx;
use crate::{
    domain::{confirmation::Confirmation, country::Country, draft::ReportTopic, listing::Kind},
    store::{Store, drafts::NewReport, error::StoreError, schema::report},
};

/// The day on which a line is in service or not.
pub(super) fn day_of(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

/// Alarms about national lines that nobody settled yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NationalAlarms {
    /// Of countries that have none any more.
    pub lost: usize,
    /// Of last lines that nobody confirmed in time, and that stay.
    pub unconfirmed: usize,
}

/// A national line in one of its countries.
#[derive(Clone, Debug)]
pub struct NationalLine {
    pub listing: Uuid,
    pub slug: String,
    pub country: Country,
    pub confirmation: Confirmation,
}

#[derive(QueryableByName)]
struct GoneRow {
    #[diesel(sql_type = sql_types::Text)]
    country: String,
}

#[derive(QueryableByName)]
struct AlarmRow {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
}

#[derive(QueryableByName)]
struct LineRow {
    #[diesel(sql_type = sql_types::Uuid)]
    listing: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    slug: String,
    #[diesel(sql_type = sql_types::Text)]
    country: String,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Date>)]
    confirmed_on: Option<jiff_diesel::Date>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Date>)]
    retrieved_on: Option<jiff_diesel::Date>,
}

/// The same alarm is not raised more often, in hours.
const PAUSE_H: i64 = 30 * 24;

/// The lines in service on the day `$1`, with their countries.
macro_rules! lines {
    () => {
        "with line as (
            select h.id, l.slug from helpline h join listing l on l.id = h.id
            where h.national and not (coalesce(l.status_state, '') in ('ended', 'moved')
                and coalesce(l.status_from <= $1, true) and coalesce(l.status_until >= $1, true))),
        there as (
            select line.id, line.slug, area.country from line join place on place.listing = line.id
            join area on area.code = place.area
            union
            select line.id, line.slug, area.country from line join listing_coverage c on c.listing = line.id
            join area on area.code = c.area)"
    };
}

/// Countries that have one are remembered, those that have none any more are forgotten and told of.
const WATCH: &str = concat!(
    lines!(),
    ", added as (
        insert into national_country (country)
        select distinct country from there where country not in (select country from national_country)
        on conflict do nothing),
    gone as (
        delete from national_country known
        where not exists (select from there where there.country = known.country) returning country)
    select country from gone order by country"
);

/// Alarms about lines that stay, of which somebody took the line off since, or said that it ended.
const OUTDATED: &str = concat!(
    lines!(),
    " select r.id from report r where r.topic = $2 and r.settled_at is null
        and r.listing is not null and r.listing not in (select id from there) order by r.id"
);

/// The same without more, in an order that is always the same.
pub(super) const LINES_BY_SLUG: &str = concat!(
    lines!(),
    " select distinct slug, id, country from there order by slug, id"
);

const LINES: &str = concat!(
    lines!(),
    " select there.id as listing, there.slug, there.country, max(source.confirmed_on) as confirmed_on,
        max(source.retrieved_on) as retrieved_on
    from there left join source on source.listing = there.id
    group by there.id, there.slug, there.country order by there.country, there.slug, there.id"
);

impl Store {
    /// Every national line in service on that day, once for each of its countries, by country.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_national_lines(&self, today: Date) -> Result<Vec<NationalLine>, StoreError> {
        let rows: Vec<LineRow> = diesel::sql_query(LINES)
            .bind::<sql_types::Date, _>(today.to_diesel())
            .load(&mut self.connection().await?)
            .await?;
        let read = |row: LineRow| {
            let country = Country::parse(&row.country);
            let day = |of: Option<jiff_diesel::Date>| of.map(|day| day.to_jiff());
            let (confirmed, retrieved) = (day(row.confirmed_on), day(row.retrieved_on));
            Ok(NationalLine {
                listing: row.listing,
                slug: row.slug,
                country: country.map_err(|_| StoreError::corrupt("an area", "its country"))?,
                confirmation: Confirmation::from_days(Kind::Helpline, confirmed, retrieved),
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// The alarms about national lines that wait for a moderator.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn count_national_alarms(&self) -> Result<NationalAlarms, StoreError> {
        let waits = report::topic
            .eq(ReportTopic::LastNationalLine.as_str())
            .and(report::settled_at.is_null());
        let of: Vec<Option<Uuid>> = report::table
            .filter(waits)
            .select(report::listing)
            .load(&mut self.connection().await?)
            .await?;
        let unconfirmed = of.iter().flatten().count();
        Ok(NationalAlarms {
            lost: of.len() - unconfirmed,
            unconfirmed,
        })
    }
}

impl WriteTx<'_> {
    /// Lets nobody else withdraw listings by itself until this transaction ends: two who each left the other's line to a
    /// country would take both.
    ///
    /// # Errors
    /// Any error of the database.
    pub(super) async fn one_at_a_time_with_lines(&mut self) -> Result<(), StoreError> {
        self.one_at_a_time("national lines").await
    }

    /// Raises the alarm for every country that had a national line when somebody last looked, and has none now; says for
    /// how many. What it says of lines that stay, and stay no more, is settled.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn watch_national_lines(&mut self, now: Timestamp) -> Result<usize, StoreError> {
        let today = day_of(now).to_diesel();
        let outdated: Vec<AlarmRow> = diesel::sql_query(OUTDATED)
            .bind::<sql_types::Date, _>(today)
            .bind::<sql_types::Text, _>(ReportTopic::LastNationalLine.as_str())
            .load(self.connection)
            .await?;
        for AlarmRow { id } in outdated {
            self.settle_report(id, now).await?;
        }
        let gone: Vec<GoneRow> = diesel::sql_query(WATCH)
            .bind::<sql_types::Date, _>(today)
            .load(self.connection)
            .await?;
        for GoneRow { country } in &gone {
            let words = format!("{country} has no national line any more.");
            self.raise(None, &words, now).await?;
        }
        Ok(gone.len())
    }

    /// An alarm at the top of the moderators' queue.
    async fn raise(
        &mut self,
        line: Option<Uuid>,
        words: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let new = NewReport {
            listing: line,
            topic: ReportTopic::LastNationalLine,
            words: words.to_owned(),
            by_owner: false,
        };
        self.add_report(&new, now).await
    }

    /// Raises the alarm about a line that stays; not again while one waits, nor soon after one was settled.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn alarm_of_line(
        &mut self,
        line: Uuid,
        words: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let since = (now - SignedDuration::from_hours(PAUSE_H)).to_diesel();
        let topic = ReportTopic::LastNationalLine.as_str();
        let told = report::table
            .filter(report::listing.eq(line).and(report::topic.eq(topic)))
            .filter(
                report::settled_at
                    .is_null()
                    .or(report::created_at.gt(since)),
            );
        if diesel::select(diesel::dsl::exists(told))
            .get_result(self.connection)
            .await?
        {
            return Ok(false);
        }
        self.raise(Some(line), words, now).await?;
        Ok(true)
    }
}
