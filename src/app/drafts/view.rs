//! Looking at drafts.

use serde_json::Value;
use uuid::Uuid;

use super::{answer, answers, seen};
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
    let draft = seen(app, person, id).await?;
    answer(app, person.scope(), draft).await
}

/// What the draft changes of that which is public; of one that is decided or taken back, of that which was when it was handed in.
///
/// # Errors
/// As `show`.
pub async fn difference(
    app: &App,
    person: &Person,
    id: Uuid,
) -> Result<DifferenceAnswer, AppError> {
    let draft = seen(app, person, id).await?;
    let (against, base) = compared_with(app, person.scope(), &draft).await?;
    Ok(DifferenceAnswer {
        draft: draft.id,
        version: draft.version,
        against,
        changes: changes(base.as_ref(), &draft.body, draft.by_moderator),
    })
}

/// With what a draft is compared, and the version of that: while it is open what is public now, or was before it lapsed;
/// afterwards that on which it stood.
async fn compared_with(
    app: &App,
    scope: Scope,
    draft: &Draft,
) -> Result<(Option<i64>, Option<Value>), AppError> {
    let store = &app.parts.store;
    if !draft.state.is_open() {
        let mut stood = store.list_stood_on(scope, &[draft.id]).await?;
        return Ok((draft.base, stood.remove(&draft.id)));
    }
    let public = store.find_base(scope, draft.listing).await?;
    let against = public.map(|base| base.version);
    match confirm::owned(app, scope, draft.listing).await {
        Ok(base) => Ok((against, Some(base.body))),
        Err(AppError::NotFound) => Ok((against, None)),
        Err(error) => Err(error),
    }
}

/// What `body` changes of what is public. Whoever approves it makes it true as a whole, so that single values which
/// were confirmed are no part of that; nor are its sources, but of what a moderator typed: see `moderation::sources_before`.
pub(in crate::app) fn changes(
    public: Option<&Value>,
    body: &Value,
    by_moderator: bool,
) -> Vec<ValueChange> {
    let apart: &[&str] = match by_moderator {
        true => &["confirmed"],
        false => &["confirmed", "sources"],
    };
    let plain = |body: &Value| {
        let mut body = body.clone();
        for key in apart {
            body.as_object_mut().and_then(|body| body.remove(*key));
        }
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
    let places: Vec<Option<i64>> = (found.iter())
        .map(|draft| {
            positions
                .get(&in_queue(draft))
                .copied()
                .filter(|_| waits(&draft))
        })
        .collect();
    let drafts = answers(app, Scope::Member(person.account), found).await?;
    let item = |(draft, position)| SubmissionAnswer { draft, position };
    let list = SubmissionList {
        items: drafts.into_iter().zip(places).map(item).collect(),
        usual_wait_minutes: store.waiting().await?.usual_minutes,
        next: None,
    };
    Ok((list, next))
}
