//! Deciding on a batch: on all of it, as one.
//!
//! Invariants: nobody decides on what they have a part in; an approval holds only of the version that was looked at, on
//! the public listings that it was compared with.

use std::collections::{HashMap, hash_map::Entry};

use jiff::Timestamp;
use uuid::Uuid;

use super::{plan::aside, row_of, seen, under, view::whole};
use crate::{
    app::{
        App, AppError, Moved, confirm,
        decisions::{Matter, tell_decision},
        drafts,
        moderation::{self, attribute, leads_nowhere, named},
    },
    domain::{
        actor::Person,
        fault::{Fault, FaultCode},
    },
    exchange::{
        batches::BatchAnswer,
        drafts::{leads_somewhere, listing_of},
        listing::{Listing, Source},
    },
    store::{
        Publication, TogetherFault, WriteTx,
        drafts::{Batch, BatchChange, Decision, Draft, Remark},
    },
};

/// Makes all of it public.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Stale` where it is of another version; `BaseMoved` where a public listing changed since it
/// was handed in; `Conflict` where it does not wait; `Unfit` where a row names what is not public.
pub async fn approve(
    app: &App,
    person: &Person,
    id: Uuid,
    version: i64,
) -> Result<BatchAnswer, AppError> {
    let batch = decidable(app, person, id, version).await?;
    let rows = app.parts.store.list_rows(person.scope(), id).await?;
    let now = app.now();
    // Hundreds of listings are read for longer than others should wait.
    let licence = app.staff().licence().to_owned();
    let sources = sources_before(app, person, &rows).await?;
    let read = aside(move || publications(rows, sources, &licence, now));
    let (rows, publications) = read.await??;
    let listings: Vec<Uuid> = rows.iter().map(|draft| draft.listing).collect();
    let decided = app.write(person, async |tx| {
        let held = decide(tx, person, &batch, Decision::Approve, now).await?;
        let versions = tx.hold_versions(&listings).await?;
        let current = |draft: &Draft| versions.get(&draft.listing).copied();
        let moved = rows.iter().filter(|draft| current(draft) != draft.base);
        let listings: Vec<_> = moved.map(|draft| (draft.listing, current(draft))).collect();
        if !listings.is_empty() {
            return Err(AppError::BaseMoved(Moved { version, listings }));
        }
        let published = tx.publish_together(publications).await;
        published.map_err(|fault| unfit(&rows, fault))?;
        tell_decision(tx, of_batch(&batch), ALL, Decision::Approve, now).await?;
        tx.audit("approve_batch", format!("batch/{id}"), now)
            .await?;
        Ok(held)
    });
    answered(app, person, decided.await).await
}

/// Says no to all of it, and why.
///
/// # Errors
/// As `approve`.
pub async fn reject(
    app: &App,
    person: &Person,
    id: Uuid,
    version: i64,
    reason: &str,
) -> Result<BatchAnswer, AppError> {
    let batch = decidable(app, person, id, version).await?;
    let now = app.now();
    let decided = app.write(person, async |tx| {
        let decision = Decision::Reject { reason };
        let held = decide(tx, person, &batch, decision, now).await?;
        tell_decision(tx, of_batch(&batch), ALL, decision, now).await?;
        tx.audit("reject_batch", format!("batch/{id}"), now).await?;
        Ok(held)
    });
    answered(app, person, decided.await).await
}

/// Gives all of it back with remarks on values of single rows.
///
/// # Errors
/// As `approve`; `Invalid` where a remark is on a row that it has not.
pub async fn request_changes(
    app: &App,
    person: &Person,
    id: Uuid,
    version: i64,
    (reason, remarks): (Option<String>, Vec<(i32, String, String)>),
) -> Result<BatchAnswer, AppError> {
    let batch = decidable(app, person, id, version).await?;
    let rows = app.parts.store.list_rows(person.scope(), id).await?;
    let of_row = |row: i32| rows.iter().find(|draft| draft.row == Some(row));
    let fault = |(index, (row, pointer, _)): (usize, &(i32, String, String))| match of_row(*row) {
        None => {
            let at = format!("/remarks/{index}/row");
            Some(Fault::new(at, FaultCode::NotFound, "a row of the batch"))
        }
        Some(draft) if !leads_somewhere(pointer, &draft.body) => Some(leads_nowhere(index)),
        Some(_) => None,
    };
    let faults: Vec<Fault> = remarks.iter().enumerate().filter_map(fault).collect();
    if !faults.is_empty() {
        return Err(AppError::Invalid(faults));
    }
    let now = app.now();
    let decision = Decision::RequestChanges {
        reason: reason.as_deref(),
        remarks: remarks.len(),
    };
    let decided = app.write(person, async |tx| {
        let held = decide(tx, person, &batch, decision, now).await?;
        for draft in &rows {
            let own = remarks.iter().filter(|(row, ..)| Some(*row) == draft.row);
            let remark = |(_, pointer, remark): &(i32, String, String)| Remark {
                pointer: pointer.clone(),
                remark: remark.clone(),
            };
            let own: Vec<Remark> = own.map(remark).collect();
            tx.set_remarks(draft.id, &own).await?;
        }
        tell_decision(tx, of_batch(&batch), ALL, decision, now).await?;
        tx.audit("request_batch_changes", format!("batch/{id}"), now)
            .await?;
        Ok(held)
    });
    answered(app, person, decided.await).await
}

/// A batch that waits for a decision by this person.
async fn decidable(app: &App, person: &Person, id: Uuid, version: i64) -> Result<Batch, AppError> {
    let batch = seen(app, person, id).await?;
    Matter::from(&batch).decidable(app, person, version).await?;
    Ok(batch)
}

async fn decide(
    tx: &mut WriteTx<'_>,
    person: &Person,
    batch: &Batch,
    decision: Decision<'_>,
    now: Timestamp,
) -> Result<Batch, AppError> {
    let change = BatchChange::Decide(decision);
    let changed = tx
        .change_batch(batch.id, batch.version, change, now)
        .await?;
    let held = tx.hold_batch(person.scope(), batch.id).await?;
    let held = held.ok_or(AppError::NotFound)?;
    match changed {
        true => Ok(held),
        false => Err(AppError::Stale {
            current: held.version,
        }),
    }
}

async fn answered(
    app: &App,
    person: &Person,
    decided: Result<Batch, AppError>,
) -> Result<BatchAnswer, AppError> {
    let batch = decided?;
    app.parts.staff.bell.notify_one();
    whole(app, person, batch).await
}

/// What a batch is to whoever handed it in.
const ALL: &str = "All that you handed in with one file";

/// Who handed it in, and where they find it.
fn of_batch(batch: &Batch) -> (Option<Uuid>, String) {
    (batch.submitted_by, format!("/v1/batches/{}", batch.id))
}

/// From where their listings had been taken before somebody typed in them.
async fn sources_before(
    app: &App,
    person: &Person,
    rows: &[Draft],
) -> Result<HashMap<Uuid, Vec<Source>>, AppError> {
    let listings: Vec<Uuid> = rows.iter().map(|draft| draft.listing).collect();
    let bases = app
        .parts
        .store
        .list_bases(person.scope(), &listings)
        .await?;
    let mut sources = HashMap::with_capacity(listings.len());
    for (id, base) in bases {
        let body = Listing::from_value(base.body).map_err(confirm::unread)?;
        sources.insert(id, body.sources);
    }
    // What is new has none; what was set aside meanwhile has those that it had.
    for id in listings {
        if let Entry::Vacant(none) = sources.entry(id) {
            none.insert(moderation::sources_before(app, person, id).await?);
        }
    }
    Ok(sources)
}

/// The drafts, with what each would publish.
type Read = (Vec<Draft>, Vec<(Uuid, Publication)>);

/// `sources` are those that each had before; `licence` is that of drafts which state none.
fn publications(
    rows: Vec<Draft>,
    mut sources: HashMap<Uuid, Vec<Source>>,
    licence: &str,
    now: Timestamp,
) -> Result<Read, AppError> {
    let (mut publications, mut faults) = (Vec::new(), Vec::new());
    for draft in &rows {
        let publication = listing_of(&draft.body, drafts::place(draft)).and_then(|mut body| {
            let licence = draft.licence.as_deref().unwrap_or(licence);
            body.sources = sources.remove(&draft.listing).unwrap_or_default();
            attribute(&mut body, draft.listing, licence, now);
            let listing = body.parse()?;
            Ok(Publication { body, listing, now })
        });
        match publication {
            Ok(publication) => publications.push((draft.listing, publication)),
            Err(found) => faults.extend(under(row_of(draft), found)),
        }
    }
    match faults.is_empty() {
        true => Ok((rows, publications)),
        false => Err(AppError::Unfit(faults)),
    }
}

/// What does not fit what is public, by row.
fn unfit(rows: &[Draft], fault: TogetherFault) -> AppError {
    match fault {
        TogetherFault::Store(error) => error.into(),
        TogetherFault::Faults(found) => {
            let of_row = |(index, faults): (usize, Vec<Fault>)| {
                let row = rows.get(index).map(row_of).unwrap_or_default();
                under(row, named(faults))
            };
            AppError::Unfit(found.into_iter().flat_map(of_row).collect())
        }
    }
}
