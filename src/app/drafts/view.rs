//! Looking at drafts.

use serde_json::Value;
use uuid::Uuid;

use super::{answer, seen};
use crate::{
    app::{App, AppError, confirm},
    domain::{
        actor::{Person, Scope},
        draft::DraftState,
    },
    exchange::drafts::{
        self, DifferenceAnswer, DraftAnswer, SubmissionAnswer, SubmissionList, ValueChange,
    },
    store::drafts::{Draft, DraftFilter},
};

/// Which drafts are wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub organisation: Option<Uuid>,
    pub listing: Option<Uuid>,
    pub states: Vec<DraftState>,
    /// The last one of the page before.
    pub before: Option<Uuid>,
    pub limit: u16,
}

/// One draft.
///
/// # Errors
/// `NotFound` where there is none that the person may know of.
pub async fn show(app: &App, person: &Person, id: Uuid) -> Result<DraftAnswer, AppError> {
    Ok(answer(seen(app, person, id).await?))
}

/// What the draft changes of that which is public.
///
/// # Errors
/// As `show`.
pub async fn difference(
    app: &App,
    person: &Person,
    id: Uuid,
) -> Result<DifferenceAnswer, AppError> {
    let draft = seen(app, person, id).await?;
    let scope = person.scope();
    let public = app.parts.store.find_base(scope, draft.listing).await?;
    let against = public.map(|base| base.version);
    // What lapsed is what it was.
    let base = match confirm::owned(app, scope, draft.listing).await {
        Ok(base) => Some(base),
        Err(AppError::NotFound) => None,
        Err(error) => return Err(error),
    };
    Ok(DifferenceAnswer {
        draft: draft.id,
        version: draft.version,
        against,
        changes: changes(base.as_ref().map(|base| &base.body), &draft.body),
    })
}

/// What `body` changes of what is public. Whoever approves it makes it true as a whole, so that single values which
/// were confirmed are no part of that.
pub(in crate::app) fn changes(public: Option<&Value>, body: &Value) -> Vec<ValueChange> {
    let plain = |body: &Value| {
        let mut body = body.clone();
        body.as_object_mut()
            .and_then(|body| body.remove("confirmed"));
        body
    };
    drafts::difference(public.map(plain).as_ref(), &plain(body))
}

/// What of it stands in the queue: itself, or what it was handed in with.
fn in_queue(draft: &Draft) -> Uuid {
    draft.batch.unwrap_or(draft.id)
}

/// What the person's organisations have typed, the latest first, and where it stands. A page of large drafts has fewer.
///
/// # Errors
/// `Unavailable` while the database is away.
pub async fn mine(
    app: &App,
    person: &Person,
    wanted: Wanted,
) -> Result<(SubmissionList, Option<Uuid>), AppError> {
    let store = &app.parts.store;
    let wanted = DraftFilter {
        organisation: wanted.organisation,
        listing: wanted.listing,
        states: wanted.states,
        before: wanted.before,
        limit: wanted.limit,
    };
    let (found, more) = store
        .list_drafts(Scope::Member(person.account), &wanted)
        .await?;
    let next = found.last().filter(|_| more).map(|draft| draft.id);
    let waits = |draft: &&Draft| draft.state == DraftState::Submitted;
    let waiting = found.iter().filter(waits).map(in_queue);
    let positions = store.positions(&waiting.collect::<Vec<_>>()).await?;
    let item = |draft: Draft| SubmissionAnswer {
        position: positions
            .get(&in_queue(&draft))
            .copied()
            .filter(|_| waits(&&draft)),
        draft: answer(draft),
    };
    let list = SubmissionList {
        items: found.into_iter().map(item).collect(),
        usual_wait_minutes: store.waiting().await?.usual_minutes,
        next: None,
    };
    Ok((list, next))
}
