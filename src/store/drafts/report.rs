//! What the public says of listings.

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::{
    domain::{actor::Scope, draft::ReportTopic, id, listing::Kind},
    store::{
        Store, StoreError, WriteTx,
        schema::{helpline, lapsed, listing, moderator_note, report},
    },
};

/// What somebody said, and nobody has settled.
#[derive(Clone, Debug)]
pub struct Report {
    pub id: Uuid,
    pub listing: Option<Uuid>,
    /// What that is, and its name for URLs; none where it is gone.
    pub said_of: Option<(Kind, String)>,
    pub topic: ReportTopic,
    pub words: String,
    pub urgent: bool,
    /// Those who keep the listing say so.
    pub by_owner: bool,
    pub created_at: Timestamp,
}

/// A report to be.
#[derive(Debug)]
pub struct NewReport {
    pub listing: Option<Uuid>,
    pub topic: ReportTopic,
    pub words: String,
    pub by_owner: bool,
}

/// Kind and slug.
type NameColumns = Option<(String, String)>;

type Row = (
    Uuid,
    Option<Uuid>,
    NameColumns,
    NameColumns,
    String,
    String,
    bool,
    bool,
    jiff_diesel::Timestamp,
);

impl Store {
    /// The reports that wait, or those of these ids: what is urgent first, then the oldest. For moderators.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_reports(
        &self,
        scope: Scope,
        ids: Option<&[Uuid]>,
        limit: i64,
    ) -> Result<Vec<Report>, StoreError> {
        if matches!(scope, Scope::Member(_)) {
            return Ok(Vec::new());
        }
        let mut query = report::table
            .left_join(listing::table.on(report::listing.eq(listing::id.nullable())))
            .left_join(lapsed::table.on(report::listing.eq(lapsed::listing.nullable())))
            .filter(report::settled_at.is_null())
            .select((
                report::id,
                report::listing,
                (listing::kind, listing::slug).nullable(),
                (lapsed::kind, lapsed::slug).nullable(),
                report::topic,
                report::words,
                report::urgent,
                report::by_owner,
                report::created_at,
            ))
            .into_boxed();
        if let Some(ids) = ids {
            query = query.filter(report::id.eq_any(ids));
        }
        let rows: Vec<Row> = query
            .order((report::urgent.desc(), report::created_at, report::id))
            .limit(limit)
            .load(&mut self.connection().await?)
            .await?;
        let read = |row: Row| {
            let (id, listing, public, set_aside, topic, words, urgent, by_owner, created_at) = row;
            let topic = ReportTopic::parse(&topic);
            let named = public.or(set_aside);
            Ok(Report {
                id,
                listing,
                said_of: named.and_then(|(kind, slug)| Some((Kind::parse(&kind)?, slug))),
                topic: topic.ok_or_else(|| StoreError::corrupt("a report", "its topic"))?,
                words,
                urgent,
                by_owner,
                created_at: created_at.to_jiff(),
            })
        };
        rows.into_iter().map(read).collect()
    }
}

const UNTOLD: &str = "
    select id, words from report where topic = 'last_national_line' and settled_at is null
        and not exists (select from letter where payload ->> 'report' = report.id::text)
    order by created_at, id";

const NOTES_OF_REPEATS: &str = "
    delete from idempotency where answer ->> 'id' in (select id::text from moderator_note where report = $1)";

#[derive(QueryableByName)]
struct Alarm {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    words: String,
}

impl WriteTx<'_> {
    /// Alarms of the directory itself of which no letter was written yet: ids and words.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_untold_alarms(&mut self) -> Result<Vec<(Uuid, String)>, StoreError> {
        let found: Vec<Alarm> = diesel::sql_query(UNTOLD).load(self.connection).await?;
        Ok(found.into_iter().map(|one| (one.id, one.words)).collect())
    }

    /// Keeps what somebody said. It is urgent where somebody may be in danger meanwhile.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn add_report(&mut self, new: &NewReport, now: Timestamp) -> Result<(), StoreError> {
        let urgent = match (new.listing, new.topic.misleads()) {
            _ if new.topic == ReportTopic::LastNationalLine => true,
            (Some(listing), true) => self.is_called_in_danger(listing).await?,
            _ => false,
        };
        let row = (
            report::id.eq(id::fresh(now)),
            report::listing.eq(new.listing),
            report::topic.eq(new.topic.as_str()),
            report::words.eq(&new.words),
            report::urgent.eq(urgent),
            report::by_owner.eq(new.by_owner),
            report::created_at.eq(now.to_diesel()),
        );
        diesel::insert_into(report::table)
            .values(row)
            .execute(self.connection)
            .await?;
        Ok(())
    }

    /// Whether it is public, and somebody in danger of their life may be calling it: a crisis line, or a national line,
    /// which is what people are shown who say that they are in danger.
    async fn is_called_in_danger(&mut self, id: Uuid) -> Result<bool, StoreError> {
        let called = helpline::crisis.or(helpline::national);
        let called: Option<bool> = helpline::table
            .find(id)
            .select(called)
            .first(self.connection)
            .await
            .optional()?;
        Ok(called.unwrap_or(false))
    }

    /// Whether that is said of the listing already, and not settled.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn is_said(&mut self, listing: Uuid, topic: ReportTopic) -> Result<bool, StoreError> {
        let of_it = report::listing
            .eq(listing)
            .and(report::settled_at.is_null());
        let said = report::table.filter(of_it.and(report::topic.eq(topic.as_str())));
        Ok(diesel::select(diesel::dsl::exists(said))
            .get_result(self.connection)
            .await?)
    }

    /// Whether it is said of the listing that who calls it in danger finds nobody there, and that is not settled.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn misleads_in_danger(&mut self, listing: Uuid) -> Result<bool, StoreError> {
        let misleading = ReportTopic::ALL.iter().filter(|topic| topic.misleads());
        let misleading: Vec<&str> = misleading.map(|topic| topic.as_str()).collect();
        let of_it = report::listing
            .eq(listing)
            .and(report::settled_at.is_null());
        let urgent = report::urgent.and(report::topic.eq_any(misleading));
        let said = report::table.filter(of_it.and(urgent));
        Ok(diesel::select(diesel::dsl::exists(said))
            .get_result(self.connection)
            .await?)
    }

    /// Kind and slug of a public listing.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn find_name(&mut self, id: Uuid) -> Result<Option<(Kind, String)>, StoreError> {
        let found: Option<(String, String)> = listing::table
            .find(id)
            .select((listing::kind, listing::slug))
            .first(self.connection)
            .await
            .optional()?;
        Ok(found.and_then(|(kind, slug)| Some((Kind::parse(&kind)?, slug))))
    }

    /// Whether those who keep the listing said that it is closed, and no moderator has settled that.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn owner_says_closed(&mut self, listing: Uuid) -> Result<bool, StoreError> {
        let said = report::table.filter(
            report::listing
                .eq(listing)
                .and(report::by_owner)
                .and(report::topic.eq(ReportTopic::Closed.as_str()))
                .and(report::settled_at.is_null()),
        );
        Ok(diesel::select(diesel::dsl::exists(said))
            .get_result(self.connection)
            .await?)
    }

    /// Whether a report waits, for nobody else to settle until this transaction ends.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn hold_report(&mut self, id: Uuid) -> Result<bool, StoreError> {
        let held: Option<Uuid> = report::table
            .filter(report::id.eq(id).and(report::settled_at.is_null()))
            .select(report::id)
            .for_update()
            .first(self.connection)
            .await
            .optional()?;
        Ok(held.is_some())
    }

    /// Settles a report, and forgets what was said, also in notes; false where it does not wait.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn settle_report(
        &mut self,
        id: Uuid,
        now: Timestamp,
    ) -> Result<Option<Option<Uuid>>, StoreError> {
        let waits = report::table.filter(report::id.eq(id).and(report::settled_at.is_null()));
        let settled = diesel::update(waits)
            .set((report::settled_at.eq(now.to_diesel()), report::words.eq("")))
            .returning(report::listing)
            .get_result(self.connection)
            .await
            .optional()?;
        // Whoever wrote a note may have been answered under a key, and what is kept for repeats says it too.
        diesel::sql_query(NOTES_OF_REPEATS)
            .bind::<sql_types::Uuid, _>(id)
            .execute(self.connection)
            .await?;
        diesel::delete(moderator_note::table.filter(moderator_note::report.eq(id)))
            .execute(self.connection)
            .await?;
        Ok(settled)
    }
}
