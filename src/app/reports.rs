//! What the public says of listings: without an account, and without a trace of who said it.

use uuid::Uuid;

use crate::{
    app::{App, AppError, decisions::no_part, moderation::moderator},
    domain::{
        actor::{Actor, Person},
        draft::ReportTopic,
    },
    exchange::drafts::{ReportAnswer, ReportList},
    store::drafts::{NewReport, Report},
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
/// danger call is urgent.
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
    let written = store.write(actor, async |tx| tx.add_report(&new, now).await);
    Ok(written.await?)
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
