//! Drafts as their readers see them, with what they lack: by themselves, and beside what is in the directory.

use std::collections::HashMap;

use serde_json::Value;
use uuid::Uuid;

use super::place;
use crate::{
    app::{App, AppError},
    domain::{actor::Scope, fault::Fault},
    exchange::drafts::{DraftAnswer, Lack, Mentioned, RemarkAnswer, doubts, lacks, unsaid},
    store::{
        StoreError, WriteTx,
        drafts::{Draft, Remark},
    },
};

/// One draft as its readers see it.
pub(in crate::app) async fn answer(
    app: &App,
    scope: Scope,
    draft: Draft,
) -> Result<DraftAnswer, AppError> {
    let lacking = lacking(app, scope, std::slice::from_ref(&draft)).await?;
    Ok(told(draft, lacking.into_iter().flatten().collect()))
}

/// The same of a page, in its order.
pub(in crate::app) async fn answers(
    app: &App,
    scope: Scope,
    drafts: Vec<Draft>,
) -> Result<Vec<DraftAnswer>, AppError> {
    let lacking = lacking(app, scope, &drafts).await?;
    let pairs = drafts.into_iter().zip(lacking);
    Ok(pairs.map(|(draft, lacking)| told(draft, lacking)).collect())
}

/// The same of what is being written.
pub(in crate::app) async fn answers_in(
    tx: &mut WriteTx<'_>,
    scope: Scope,
    drafts: Vec<Draft>,
) -> Result<Vec<DraftAnswer>, StoreError> {
    let lacking = lacking_in(tx, scope, &drafts).await?;
    let pairs = drafts.into_iter().zip(lacking);
    Ok(pairs.map(|(draft, lacking)| told(draft, lacking)).collect())
}

/// What each of them lacks before it can be public. What waits for the approval of its organisation, or of what else is
/// typed there, is no lack; what was decided lacks nothing any more.
pub(in crate::app) async fn lacking(
    app: &App,
    scope: Scope,
    drafts: &[Draft],
) -> Result<Vec<Vec<Fault>>, AppError> {
    let store = &app.parts.store;
    let misfits = store.list_misfits(scope, &mentioned(drafts)).await?;
    let stood = store.list_stood_on(scope, &standing(drafts)).await?;
    Ok(joined(drafts, misfits, &stood))
}

/// The same of what is being written.
pub(in crate::app) async fn lacking_in(
    tx: &mut WriteTx<'_>,
    scope: Scope,
    drafts: &[Draft],
) -> Result<Vec<Vec<Fault>>, StoreError> {
    let misfits = tx.list_misfits(scope, &mentioned(drafts)).await?;
    let stood = tx.list_stood_on(scope, &standing(drafts)).await?;
    Ok(joined(drafts, misfits, &stood))
}

fn mentioned(drafts: &[Draft]) -> Vec<Mentioned> {
    let open = drafts.iter().filter(|draft| draft.state.is_open());
    open.map(|draft| Mentioned::of(&draft.body, place(draft)))
        .collect()
}

/// Those that change something which is there.
fn standing(drafts: &[Draft]) -> Vec<Uuid> {
    let open = drafts.iter().filter(|draft| draft.state.is_open());
    let standing = open.filter(|draft| draft.base.is_some());
    standing.map(|draft| draft.id).collect()
}

/// What each lacks by itself and, where it is not said already, beside what is there: `misfits` of those that are open,
/// and what they leave unsaid of the revision on which they stand.
fn joined(
    drafts: &[Draft],
    misfits: Vec<Vec<Fault>>,
    stood: &HashMap<Uuid, Value>,
) -> Vec<Vec<Fault>> {
    let mut misfits = misfits.into_iter();
    let all = drafts.iter().map(|draft| {
        if !draft.state.is_open() {
            return Vec::new();
        }
        let mut faults = lacks(&draft.body, place(draft));
        let before = stood.get(&draft.id);
        let unsaid = before.map(|before| unsaid(before, &draft.body));
        let misfits = misfits.next().unwrap_or_default();
        for misfit in misfits.into_iter().chain(unsaid.unwrap_or_default()) {
            if faults.iter().all(|fault| fault.pointer != misfit.pointer) {
                faults.push(misfit);
            }
        }
        faults
    });
    all.collect()
}

/// A draft that lacks this.
pub(in crate::app) fn told(draft: Draft, lacking: Vec<Fault>) -> DraftAnswer {
    let remark = |of: Remark| RemarkAnswer {
        pointer: of.pointer,
        remark: of.remark,
    };
    DraftAnswer {
        id: draft.id,
        listing: draft.listing,
        organisation: draft.organisation,
        kind: draft.kind,
        state: draft.state,
        version: draft.version,
        base: draft.base,
        base_moved: draft.state.is_open() && draft.base != draft.current,
        lacks: lacking.into_iter().map(Lack::from).collect(),
        doubts: match draft.state.is_open() {
            true => doubts(&draft.body).into_iter().map(Lack::from).collect(),
            false => Vec::new(),
        },
        remarks: draft.remarks.into_iter().map(remark).collect(),
        reason: draft.reason,
        role: draft.role,
        created_at: draft.created_at,
        changed_at: draft.changed_at,
        submitted_at: draft.submitted_at,
        decided_at: draft.decided_at,
        licence: draft.licence,
        batch: draft.batch,
        by_moderator: draft.by_moderator,
        body: draft.body,
    }
}
