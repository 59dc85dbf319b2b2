//! Looking at a batch.

use std::collections::HashMap;

use serde_json::Value;
use uuid::Uuid;

use super::{row_of, seen};
use crate::{
    app::{App, AppError, drafts},
    domain::{
        actor::{Person, Scope},
        fault::Fault,
    },
    exchange::{
        batches::{BatchAnswer, BatchRowAnswer},
        drafts::{Lack, RemarkAnswer},
    },
    store::drafts::{Batch, Draft, Remark},
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
    let bases = bases(app, person.scope(), &rows).await?;
    let lacking = drafts::lacking(app, person.scope(), &rows).await?;
    let rows = rows.into_iter().zip(lacking);
    let rows = rows.map(|(draft, lacking)| row(bases.get(&draft.id), draft, lacking));
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

/// With what each draft is compared: while it is open what is public now, afterwards that on which it stood.
async fn bases(app: &App, scope: Scope, rows: &[Draft]) -> Result<HashMap<Uuid, Value>, AppError> {
    let store = &app.parts.store;
    let (open, closed): (Vec<&Draft>, Vec<&Draft>) =
        rows.iter().partition(|draft| draft.state.is_open());
    let closed: Vec<Uuid> = closed.iter().map(|draft| draft.id).collect();
    let mut bases = match closed.is_empty() {
        true => HashMap::new(),
        false => store.list_stood_on(scope, &closed).await?,
    };
    let listings: Vec<Uuid> = open.iter().map(|draft| draft.listing).collect();
    let public = store.list_bases(scope, &listings).await?.into_iter();
    let mut public: HashMap<Uuid, Value> = public.map(|(id, base)| (id, base.body)).collect();
    let own = open
        .iter()
        .filter_map(|draft| Some((draft.id, public.remove(&draft.listing)?)));
    bases.extend(own);
    Ok(bases)
}

fn row(base: Option<&Value>, draft: Draft, lacking: Vec<Fault>) -> BatchRowAnswer {
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
        changes: drafts::changes(base, &draft.body, false),
        lacks: lacking.into_iter().map(Lack::from).collect(),
        remarks: draft.remarks.into_iter().map(remark).collect(),
    }
}
