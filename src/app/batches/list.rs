//! The batches of an organisation.

use uuid::Uuid;

use crate::{
    app::{App, AppError},
    domain::{actor::Person, draft::DraftState},
    exchange::batches::{BatchList, BatchSummary},
    store::drafts::Batch,
};

/// Which batches are wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub organisation: Uuid,
    pub states: Vec<DraftState>,
    /// The last one of the page before.
    pub before: Option<Uuid>,
    pub limit: u16,
}

/// What was handed in with files for an organisation, the latest first, where each stands, and where the next page
/// begins.
///
/// # Errors
/// `NotFound` where the organisation is none that the person may know of.
pub async fn list(
    app: &App,
    person: &Person,
    wanted: Wanted,
) -> Result<(BatchList, Option<Uuid>), AppError> {
    let (store, scope) = (&app.parts.store, person.scope());
    // Whoever is no member is told of none, and an organisation without members has handed nothing in.
    let members = store.list_members(scope, wanted.organisation);
    if members.await?.is_empty() {
        return Err(AppError::NotFound);
    }
    let limit = usize::from(wanted.limit);
    let asked = i64::from(wanted.limit) + 1;
    let found = store.list_batches_of(
        scope,
        wanted.organisation,
        &wanted.states,
        wanted.before,
        asked,
    );
    let mut found = found.await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|(batch, _)| batch.id);
    let waits = |(batch, _): &&(Batch, i64)| batch.state == DraftState::Submitted;
    let waiting = found.iter().filter(waits).map(|(batch, _)| batch.id);
    let positions = store.positions(&waiting.collect::<Vec<_>>()).await?;
    let item = |(batch, rows): (Batch, i64)| {
        let position = positions.get(&batch.id).copied();
        summary(batch, rows, position)
    };
    let list = BatchList {
        items: found.into_iter().map(item).collect(),
        usual_wait_minutes: store.waiting().await?.usual_minutes,
        next: None,
    };
    Ok((list, next))
}

fn summary(batch: Batch, rows: i64, position: Option<i64>) -> BatchSummary {
    BatchSummary {
        id: batch.id,
        state: batch.state,
        version: batch.version,
        rows: u32::try_from(rows).unwrap_or(u32::MAX),
        reason: batch.reason,
        position,
        created_at: batch.created_at,
        changed_at: batch.changed_at,
        submitted_at: batch.submitted_at,
        decided_at: batch.decided_at,
    }
}
