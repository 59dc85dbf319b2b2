//! What waits for moderators, in one list: what staff handed in, alone or as one, claims, and what the public says.
//!
//! Invariant: what is urgent, as a wrong number of what people in danger call, comes before all else.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::{
    app::{App, AppError, claims, decisions::Matter, drafts, moderation::moderator, reports},
    domain::{actor::Person, draft::QueuePlace, fault::Fault, listing::Kind},
    exchange::{
        batches::BatchHandedIn,
        queue::{About, QueueAnswer, QueueItem},
    },
    store::drafts::{Batch, Claim, Draft, QueueFilter, Report, Waits},
};

/// Which of what waits a moderator wants to see.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    pub about: Option<About>,
    pub kind: Option<Kind>,
    pub assigned: Option<Assigned>,
    /// Waits for so many hours at least.
    pub hours: Option<u16>,
    pub after: Option<QueuePlace>,
    pub limit: u16,
}

/// Who looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assigned {
    Me,
    Nobody,
    To(Uuid),
}

/// What waits: what is urgent first, then the oldest.
///
/// # Errors
/// `Forbidden` for all but moderators.
pub async fn list(
    app: &App,
    person: &Person,
    wanted: Wanted,
) -> Result<(QueueAnswer, Option<QueuePlace>), AppError> {
    moderator(person)?;
    let now = app.now();
    let limit = usize::from(wanted.limit);
    let filter = QueueFilter {
        about: wanted.about.map(name_of),
        kind: wanted.kind,
        assigned_to: wanted.assigned.map(|assigned| match assigned {
            Assigned::Me => Some(person.account),
            Assigned::Nobody => None,
            Assigned::To(account) => Some(account),
        }),
        since: wanted
            .hours
            .map(|hours| now - SignedDuration::from_hours(hours.into())),
        after: wanted.after,
        limit: i64::try_from(limit + 1).unwrap_or(i64::MAX),
    };
    let mut found = app.parts.store.list_queue(person.scope(), &filter).await?;
    let waiting = app.parts.store.waiting().await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| more);
    let next = last.map(|last| (last.urgent, last.since, last.id));
    let mut details = Details::load(app, person, &found).await?;
    let items = found
        .into_iter()
        .filter_map(|waits| details.item(person, waits, now));
    let answer = QueueAnswer {
        items: items.collect(),
        length: waiting.length,
        usual_wait_minutes: waiting.usual_minutes,
        next: None,
    };
    Ok((answer, next))
}

const ABOUT: [(About, &str); 4] = [
    (About::Draft, "draft"),
    (About::Batch, "batch"),
    (About::Claim, "claim"),
    (About::Report, "report"),
];

fn name_of(about: About) -> &'static str {
    let found = ABOUT.iter().find(|(own, _)| *own == about);
    found.map_or("", |(_, name)| name)
}

fn about_of(name: &str) -> Option<About> {
    let found = ABOUT.iter().find(|(_, own)| *own == name);
    found.map(|(about, _)| *about)
}

/// What is on one page.
struct Details {
    /// With what each lacks.
    drafts: HashMap<Uuid, (Draft, Vec<Fault>)>,
    batches: HashMap<Uuid, (Batch, i64)>,
    claims: HashMap<Uuid, Claim>,
    reports: HashMap<Uuid, Report>,
    /// The drafts and batches in which the person has a part beside what they are there.
    parts: HashSet<Uuid>,
    /// The listings that were claimed, or of which something was said, in which they have a part.
    kept: HashSet<Uuid>,
}

impl Details {
    async fn load(app: &App, person: &Person, found: &[Waits]) -> Result<Self, AppError> {
        let store = &app.parts.store;
        let ids = |about: About| -> Vec<Uuid> {
            let own = found.iter().filter(|waits| waits.about == name_of(about));
            own.map(|waits| waits.id).collect()
        };
        let of_drafts = ids(About::Draft);
        let drafts = store.list_drafts_of(person.scope(), &of_drafts).await?;
        let lacking = drafts::lacking(app, person.scope(), &drafts).await?;
        let drafts = drafts.into_iter().zip(lacking);
        let drafts = drafts.map(|(draft, lacking)| (draft.id, (draft, lacking)));
        let of_batches = ids(About::Batch);
        let handed_in = [&*of_drafts, &*of_batches].concat();
        let counts = store.count_rows(&of_batches).await?;
        let batches = store.list_batches(person.scope(), &of_batches).await?;
        let batches = batches.into_iter().map(|batch| {
            let rows = counts.get(&batch.id).copied().unwrap_or_default();
            (batch.id, (batch, rows))
        });
        let claims = store
            .list_claims_of(person.scope(), &ids(About::Claim))
            .await?;
        let of_reports = ids(About::Report);
        let most = i64::try_from(of_reports.len()).unwrap_or(i64::MAX);
        let reports = store
            .list_reports(person.scope(), Some(&of_reports), most)
            .await?;
        let claimed = claims.iter().map(|claim| claim.organisation);
        let told_of = reports.iter().filter_map(|report| report.listing);
        let listings: Vec<Uuid> = claimed.chain(told_of).collect();
        Ok(Self {
            kept: store.list_kept_of(person.scope(), &listings).await?,
            parts: store.list_parts(person.scope(), &handed_in).await?,
            drafts: drafts.collect(),
            batches: batches.collect(),
            claims: claims.into_iter().map(|claim| (claim.id, claim)).collect(),
            reports: reports
                .into_iter()
                .map(|report| (report.id, report))
                .collect(),
        })
    }

    /// Nothing where it was decided between two questions.
    fn item(&mut self, person: &Person, waits: Waits, now: Timestamp) -> Option<QueueItem> {
        let mut item = QueueItem {
            about: about_of(&waits.about)?,
            id: waits.id,
            urgent: waits.urgent,
            since: waits.since,
            age_minutes: now.duration_since(waits.since).as_secs() / 60,
            assigned_to: waits.assigned_to,
            own: false,
            draft: None,
            batch: None,
            claim: None,
            report: None,
        };
        match item.about {
            About::Draft => {
                let (draft, lacking) = self.drafts.remove(&waits.id)?;
                item.own = Matter::from(&draft).is_of(person, &self.parts);
                item.draft = Some(drafts::told(draft, lacking));
            }
            About::Batch => {
                let (batch, rows) = self.batches.remove(&waits.id)?;
                item.own = Matter::from(&batch).is_of(person, &self.parts);
                item.batch = Some(BatchHandedIn {
                    id: batch.id,
                    organisation: batch.organisation,
                    state: batch.state,
                    version: batch.version,
                    rows: u32::try_from(rows).unwrap_or(u32::MAX),
                });
            }
            About::Claim => {
                let claim = self.claims.remove(&waits.id)?;
                item.own =
                    claim.account == person.account || self.kept.contains(&claim.organisation);
                item.claim = Some(claims::answer(claim));
            }
            About::Report => {
                let report = self.reports.remove(&waits.id)?;
                item.own = report.listing.is_some_and(|of| self.kept.contains(&of));
                item.report = Some(reports::answer(report));
            }
        }
        Some(item)
    }
}
