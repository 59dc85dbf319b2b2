//! A file: what would become of it, and handing it in as one.

use serde_json::Value;
use uuid::Uuid;

use super::{
    plan::{Plan, Planned, plan},
    still_edits,
};
use crate::{
    app::{
        App, AppError, drafts,
        duplicates::{self, traits_of},
        once::{Once, once},
    },
    domain::{actor::Person, draft::DraftState, fault::Fault},
    exchange::{
        batches::{BatchCheck, BatchHandedIn, Fate, RowAnswer},
        drafts::{AlikeAnswer, Lack, doubts},
        listing::Listing,
        sheet::{Form, SheetFault},
    },
    store::drafts::{NewBatch, NewRow},
};

/// What would become of each row. Nothing is changed.
///
/// # Errors
/// `NotFound`, `Forbidden` where the organisation is none of theirs, or not theirs to type for.
pub async fn check(
    app: &App,
    person: &Person,
    organisation: Uuid,
    (form, text): (Form, String),
) -> Result<BatchCheck, AppError> {
    let plan = plan(app, person, organisation, form, text).await?;
    let faults = plan.faults.into_iter().map(Into::into).collect();
    let mut rows = Vec::with_capacity(plan.rows.len());
    for planned in plan.rows {
        let alike = match planned.fate {
            Fate::Create | Fate::Change => alike(app, &planned).await?,
            _ => Vec::new(),
        };
        rows.push(RowAnswer {
            row: planned.row,
            fate: planned.fate,
            listing: planned.base.map(|_| planned.listing),
            kind: planned.kind,
            slug: planned.slug,
            changes: planned.changes,
            doubts: doubts(&planned.body).into_iter().map(Lack::from).collect(),
            faults: planned.faults.into_iter().map(Into::into).collect(),
            alike,
        });
    }
    Ok(BatchCheck::of(faults, rows))
}

async fn alike(app: &App, planned: &Planned) -> Result<Vec<AlikeAnswer>, AppError> {
    let typed = Listing::from_value(planned.body.clone()).unwrap_or_default();
    duplicates::public(app, planned.listing, &typed).await
}

/// Hands in what a file creates and changes, all of it or nothing.
///
/// # Errors
/// As `check`; `Unfit` with all that is wrong; `Conflict` where it changes nothing, or a draft was opened meanwhile;
/// `Full`; as `once`.
pub async fn hand_in(
    app: &App,
    person: &Person,
    organisation: Uuid,
    (form, text): (Form, String),
    asked: &Once,
) -> Result<Value, AppError> {
    let planned = plan(app, person, organisation, form, text).await;
    let rows = planned.and_then(rows);
    let now = app.now();
    once(app, person, asked, async |tx| {
        // After it was looked up whether this was done before: then it does not fit any more.
        let new = NewBatch {
            organisation,
            author: person.account,
            licence: app.staff().licence().to_owned(),
            rows: rows?,
        };
        still_edits(tx, person, organisation).await?;
        drafts::leave_room(tx, organisation, person.account, new.rows.len(), now).await?;
        let id = tx.open_batch(&new, now).await?;
        let id = id.ok_or(AppError::Conflict(
            "a draft of one of these listings was opened meanwhile",
        ))?;
        if tx.measure_batch(id).await? > drafts::BATCH_BYTES {
            return Err(AppError::TooLarge);
        }
        tx.audit("hand_in_batch", format!("batch/{id}"), now)
            .await?;
        Ok(BatchHandedIn {
            id,
            organisation,
            state: DraftState::Submitted,
            version: 1,
            rows: u32::try_from(new.rows.len()).unwrap_or(u32::MAX),
        })
    })
    .await
}

fn rows(plan: Plan) -> Result<Vec<NewRow>, AppError> {
    let mut faults: Vec<Fault> = plan.faults.into_iter().map(|fault| at(1, fault)).collect();
    let mut rows = Vec::new();
    for planned in plan.rows {
        let row = planned.row;
        faults.extend(planned.faults.into_iter().map(|fault| at(row, fault)));
        let (Fate::Create | Fate::Change, Some(kind)) = (planned.fate, planned.kind) else {
            continue;
        };
        rows.push(NewRow {
            row: i32::try_from(row).unwrap_or(i32::MAX),
            listing: planned.listing,
            kind,
            base: planned.base,
            traits: traits_of(&planned.body),
            body: planned.body,
        });
    }
    match (faults.is_empty(), rows.is_empty()) {
        (false, _) => Err(AppError::Unfit(faults)),
        (true, true) => Err(AppError::Conflict("it says what is public already")),
        (true, false) => Ok(rows),
    }
}

/// The row, then where in the listing it is, as the dry run says too; the column is named beside what was expected there.
fn at(row: u32, found: SheetFault) -> Fault {
    let Fault {
        pointer,
        code,
        expected,
    } = found.fault;
    let expected = match found.column {
        Some(heading) => format!("{expected} (column {heading})"),
        None => expected,
    };
    Fault {
        pointer: format!("/{row}{pointer}"),
        code,
        expected,
    }
}
