//! Looking at a batch.

use std::collections::HashMap;

use uuid::Uuid;

use super::{row_of, seen};
use crate::{
    app::{App, AppError, drafts},
    domain::actor::Person,
    exchange::{
        batches::{BatchAnswer, BatchRowAnswer},
        drafts::{Lack, RemarkAnswer, lacks},
    },
    store::drafts::{Base, Batch, Draft, Remark},
};

/// A batch with all that it changes.
///
/// # Errors
/// `NotFound` where there is none that the person may know of.
pub async fn show(app: &App, person: &Person, id: Uuid) -> Result<BatchAnswer, AppError> {
    let batch = seen(app, person, id).await?;
    whole(app, person, batch).await
}

pub(super) async fn whole(
    app: &App,
    person: &Person,
    batch: Batch,
) -> Result<BatchAnswer, AppError> {
    let rows = app.parts.store.list_rows(person.scope(), batch.id).await?;
    let ids: Vec<Uuid> = rows.iter().map(|draft| draft.listing).collect();
    let bases = app.parts.store.list_bases(person.scope(), &ids).await?;
    let bases: HashMap<Uuid, Base> = bases.into_iter().collect();
    let rows = rows
        .into_iter()
        .map(|draft| row(bases.get(&draft.listing), draft));
    Ok(BatchAnswer {
        rows: rows.collect(),
        id: batch.id,
        organisation: batch.organisation,
        state: batch.state,
        version: batch.version,
        reason: batch.reason,
        role: batch.role,
        created_at: batch.created_at,
        changed_at: batch.changed_at,
        submitted_at: batch.submitted_at,
        decided_at: batch.decided_at,
    })
}

fn row(base: Option<&Base>, draft: Draft) -> BatchRowAnswer {
    let lacking = match draft.state.is_editable() {
        true => lacks(&draft.body, drafts::place(&draft)),
        false => Vec::new(),
    };
    let remark = |of: Remark| RemarkAnswer {
        pointer: of.pointer,
        remark: of.remark,
    };
    BatchRowAnswer {
        row: i32::try_from(row_of(&draft)).unwrap_or_default(),
        draft: draft.id,
        listing: draft.listing,
        kind: draft.kind,
        slug: draft.body["slug"].as_str().map(str::to_owned),
        base_moved: draft.state.is_open() && draft.base != draft.current,
        changes: drafts::changes(base.map(|base| &base.body), &draft.body),
        lacks: lacking.into_iter().map(Lack::from).collect(),
        remarks: draft.remarks.into_iter().map(remark).collect(),
    }
}
