//! What the public says of listings: without an account, and without a trace of who said it.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    app::{
        App, AppError,
        decisions::no_part,
        moderation::{self, moderator},
    },
    domain::{
        actor::{Actor, Person},
        draft::ReportTopic,
    },
    exchange::drafts::{ReportAnswer, ReportList},
    store::{
        WriteTx,
        drafts::{NewReport, Report},
    },
};

/// So many are shown at once.
const SHOWN: i64 = 200;

/// What somebody says.
#[derive(Debug)]
pub struct Said {
    /// None where something is missing in the directory.
    pub listing: Option<Uuid>,
    pub topic: ReportTopic,
    pub words: String,
}

/// Keeps what somebody says; of a listing that was merged, of that which stands for it. A wrong number of what people in
/// danger call is urgent. Those who own it are told of what they know best.
///
/// # Errors
/// `NotFound` where there is no such public listing.
pub async fn report(app: &App, actor: Actor, said: Said) -> Result<(), AppError> {
    let (store, now) = (&app.parts.store, app.now());
    let listing = match said.listing {
        Some(named) => {
            let listing = store.find_successor(named).await?.unwrap_or(named);
            let shown = store.published(&[listing]).await?.pop();
            shown.ok_or(AppError::NotFound)?;
            Some(listing)
        }
        None => None,
    };
    let new = NewReport {
        listing,
        topic: said.topic,
        words: said.words,
        by_owner: false,
    };
    let written = store.write(actor, async |tx| {
        let first = match listing {
            Some(listing) => !tx.is_said(listing, said.topic).await?,
            None => false,
        };
        tx.add_report(&new, now).await?;
        if let (Some(listing), Some(wrong), true) = (listing, wrong(said.topic), first) {
            tell_owners(tx, listing, wrong, now).await?;
        }
        Ok::<_, AppError>(())
    });
    written
        .await
        .inspect(|()| app.parts.staff.bell.notify_one())
}

/// What is said to be wrong, where those who keep a listing know best whether it is. What is said of themselves is for
/// moderators alone.
fn wrong(topic: ReportTopic) -> Option<&'static str> {
    match topic {
        ReportTopic::WrongNumber => Some("a number of it is wrong"),
        ReportTopic::Closed => Some("it is not there any more"),
        ReportTopic::WrongPlace => Some("its place is wrong"),
        ReportTopic::WrongHours => Some("its hours are wrong"),
        _ => None,
    }
}

/// The first time that something is said, until a moderator has settled it. In whose words is for moderators alone.
async fn tell_owners(
    tx: &mut WriteTx<'_>,
    listing: Uuid,
    wrong: &str,
    now: Timestamp,
) -> Result<(), AppError> {
    let Some(keeper) = tx.find_keeper(listing).await? else {
        return Ok(());
    };
    let Some((kind, slug)) = tx.find_name(listing).await? else {
        return Ok(());
    };
    let words = format!(
        "Somebody says of the {} {slug} that {wrong}. A moderator looks at it, too. If it is so, open a draft of it and hand in \
what is right; if it is not, say that it is still true. It is here:",
        kind.as_str().replace('_', " ")
    );
    let path = format!("/v1/{}/{listing}", kind.plural());
    moderation::tell_owners(tx, (keeper, path), "Is something wrong?", &words, now).await
}

/// What waits: what is urgent first, then the oldest.
///
/// # Errors
/// `Forbidden` for all but moderators.
pub async fn waiting(app: &App, person: &Person) -> Result<ReportList, AppError> {
    moderator(person)?;
    let found = app
        .parts
        .store
        .list_reports(person.scope(), None, SHOWN)
        .await?;
    Ok(ReportList {
        items: found.into_iter().map(answer).collect(),
    })
}

pub(in crate::app) fn answer(report: Report) -> ReportAnswer {
    let (kind, slug) = report.said_of.unzip();
    ReportAnswer {
        id: report.id,
        listing: report.listing,
        kind,
        slug,
        topic: report.topic,
        words: report.words,
        urgent: report.urgent,
        by_owner: report.by_owner,
        created_at: report.created_at,
    }
}

/// Settles one; what was said is forgotten. Nobody settles what was said of what they keep.
///
/// # Errors
/// `Forbidden` for all but moderators, and for those; `NotFound` where it does not wait.
pub async fn settle(app: &App, person: &Person, id: Uuid) -> Result<(), AppError> {
    moderator(person)?;
    let now = app.now();
    let written = app.write(person, async |tx| {
        let settled = tx.settle_report(id, now).await?;
        if let Some(listing) = settled.ok_or(AppError::NotFound)? {
            no_part(tx, person, listing).await?;
        }
        Ok(tx
            .audit("settle_report", format!("report/{id}"), now)
            .await?)
    });
    written.await
}
