//! Beginning: a whole organisation in one document, a new listing of one, a change of a public listing.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{answers_in, fits, seen};
use crate::{
    app::{
        App, AppError, confirm,
        duplicates::traits_of,
        members::{must_edit, must_type, still_edits},
        once::{Once, once},
    },
    domain::{
        actor::{Person, Scope},
        draft::{DraftState, MemberRole},
        fault::{Fault, FaultCode},
        id,
        listing::Kind,
    },
    exchange::drafts::{DraftAnswer, OrganisationRegistered, Parts, merge},
    store::{
        WriteTx,
        drafts::{Base, Draft, NewDraft},
    },
};

/// What somebody wants to type in.
#[derive(Debug)]
pub enum Asked {
    /// A public listing, or one that lapsed; the patch is on what is public of it, or was. One that was merged is that which
    /// stands for it. Or one that was taken back or rejected before it ever was public; the patch is on what was typed of
    /// it.
    Change { listing: Uuid, patch: Value },
    /// What a draft says that was taken back or rejected, on what is public of its listing by now; the patch is on what it
    /// says.
    GoOn { draft: Uuid, patch: Value },
    /// A new listing of an organisation.
    Add {
        organisation: Uuid,
        kind: Kind,
        body: Value,
    },
}

/// Registers an organisation with its parts. Whoever does it is its first owner.
///
/// # Errors
/// As `once`.
pub async fn register(
    app: &App,
    person: &Person,
    parts: Parts,
    asked: &Once,
) -> Result<Value, AppError> {
    let now = app.now();
    once(app, person, asked, async |tx| {
        let organisation = id::fresh(now);
        let count = 1 + parts.others.len();
        may_register(tx, person.account, now).await?;
        leave_room(tx, organisation, person.account, count, now).await?;
        tx.put_member(organisation, person.account, MemberRole::Owner, now)
            .await?;
        let author = person.account;
        let first = NewDraft {
            listing: organisation,
            ..added(
                organisation,
                Kind::Organisation,
                parts.organisation,
                author,
                now,
            )
        };
        let mut drafts = vec![opened(tx, person, first, now).await?];
        for (kind, body) in parts.others {
            let new = added(organisation, kind, body, author, now);
            drafts.push(opened(tx, person, new, now).await?);
        }
        let drafts = answers_in(tx, person.scope(), drafts).await?;
        tx.audit("register", format!("organisation/{organisation}"), now)
            .await?;
        by_kind(drafts)
    })
    .await
}

/// What was registered, each sort in its order; the organisation is the first.
fn by_kind(drafts: Vec<DraftAnswer>) -> Result<OrganisationRegistered, AppError> {
    let mut drafts = drafts.into_iter();
    let mut registered = OrganisationRegistered {
        organisation: drafts.next().ok_or(AppError::NotFound)?,
        hubs: Vec::new(),
        support_groups: Vec::new(),
        helplines: Vec::new(),
    };
    for draft in drafts {
        match draft.kind {
            Kind::Hub => registered.hubs.push(draft),
            Kind::SupportGroup => registered.support_groups.push(draft),
            _ => registered.helplines.push(draft),
        }
    }
    Ok(registered)
}

/// Opens a draft. Of a listing that nobody owns a moderator may, too, and another one decides on it.
///
/// # Errors
/// `NotFound` where the listing or the organisation is none of theirs, `Forbidden` where they may only look, `DraftOpen`
/// where a draft of the listing is open already, `TooLarge` where it would hold too much; as `leave_room` and `once`.
pub async fn open(
    app: &App,
    person: &Person,
    asked: Asked,
    as_one: &Once,
) -> Result<Value, AppError> {
    let planned = planned(app, person, asked).await;
    let now = app.now();
    once(app, person, as_one, async |tx| {
        // After it was looked up whether this was done before: much may have changed since.
        let new = planned?;
        if !new.by_moderator {
            still_edits(tx, person, new.organisation).await?;
        }
        leave_room(tx, new.organisation, person.account, 1, now).await?;
        // Somebody may own it by now.
        if new.by_moderator && !tx.list_owners(new.organisation).await?.is_empty() {
            return Err(AppError::NotFound);
        }
        let draft = opened(tx, person, new, now).await?;
        let answers = answers_in(tx, person.scope(), vec![draft]).await?;
        answers.into_iter().next().ok_or(AppError::NotFound)
    })
    .await
}

async fn planned(app: &App, person: &Person, asked: Asked) -> Result<NewDraft, AppError> {
    let new = match asked {
        Asked::Change { listing, patch } => changed(app, person, listing, patch).await?,
        Asked::GoOn { draft, patch } => gone_on(app, person, draft, patch).await?,
        Asked::Add {
            kind: Kind::Organisation,
            ..
        } => {
            let expected = "hub, support_group or helpline; an organisation is registered, and then opened as a `listing`";
            let fault = Fault::new("/kind", FaultCode::Contradiction, expected);
            return Err(AppError::Invalid(vec![fault]));
        }
        Asked::Add {
            organisation,
            kind,
            body,
        } => {
            must_edit(app, person, organisation).await?;
            added(organisation, kind, body, person.account, app.now())
        }
    };
    fits(&new.body)?;
    Ok(new)
}

/// A draft of a listing that is new.
fn added(organisation: Uuid, kind: Kind, body: Value, author: Uuid, now: Timestamp) -> NewDraft {
    NewDraft {
        listing: id::fresh(now),
        organisation,
        kind,
        base: None,
        traits: traits_of(&body),
        body: placed(body, kind, organisation),
        author,
        by_moderator: false,
    }
}

/// A draft of a listing that is there, or of that which stands for it.
async fn changed(
    app: &App,
    person: &Person,
    listing: Uuid,
    patch: Value,
) -> Result<NewDraft, AppError> {
    let successor = app.parts.store.find_successor(listing).await?;
    let listing = successor.unwrap_or(listing);
    let (base, of) = beginning(app, person.scope(), listing).await?;
    let mut body = of.body;
    merge(&mut body, patch);
    Ok(NewDraft {
        listing,
        organisation: of.organisation,
        kind: of.kind,
        base,
        traits: traits_of(&body),
        body: match of.organisation == listing {
            true => body,
            false => placed(body, of.kind, of.organisation),
        },
        author: person.account,
        by_moderator: must_type(app, person, of.organisation).await?,
    })
}

/// A draft that says what a former one said.
async fn gone_on(
    app: &App,
    person: &Person,
    former: Uuid,
    patch: Value,
) -> Result<NewDraft, AppError> {
    let former = seen(app, person, former).await?;
    match former.state {
        DraftState::Withdrawn | DraftState::Rejected => {}
        DraftState::Approved => {
            return Err(AppError::Conflict(
                "it was approved: open a draft of its listing",
            ));
        }
        _ => return Err(AppError::DraftOpen { draft: former.id }),
    }
    let mut body = former.body;
    merge(&mut body, patch);
    let nothing = Value::Object(Default::default());
    let new = changed(app, person, former.listing, nothing).await?;
    Ok(NewDraft {
        traits: traits_of(&body),
        body: match new.organisation == new.listing {
            true => body,
            false => placed(body, new.kind, new.organisation),
        },
        ..new
    })
}

/// What a draft of a listing begins from: what is public of it, or was; of one that never was, what was typed last. With
/// the version that is public.
async fn beginning(
    app: &App,
    scope: Scope,
    listing: Uuid,
) -> Result<(Option<i64>, Base), AppError> {
    if let Some(public) = app.parts.store.find_base(scope, listing).await? {
        return Ok((Some(public.version), public));
    }
    match confirm::owned(app, scope, listing).await {
        Err(AppError::NotFound) => {}
        owned => return Ok((None, owned?)),
    }
    let typed = app.parts.store.find_typed(scope, listing).await?;
    let mut typed = as_typed(typed.ok_or(AppError::NotFound)?);
    // Its organisation may have been merged since, and whoever keeps the other one goes on there.
    let successor = app.parts.store.find_successor(typed.organisation).await?;
    typed.organisation = successor.unwrap_or(typed.organisation);
    Ok((None, typed))
}

/// What was typed, to be begun from.
pub(in crate::app) fn as_typed(draft: Draft) -> Base {
    Base {
        version: 0,
        kind: draft.kind,
        body: draft.body,
        organisation: draft.organisation,
    }
}

/// So many drafts may be open in an organisation, and of a person in all organisations; `drafts_full` says so too.
const MOST_OPEN: i64 = 1_000;

/// So many drafts a person opens in a day, and so many organisations they register; `too_many_requests` says so too.
/// What is taken back or decided is kept, and is no longer open.
const MOST_A_DAY: i64 = 3_000;
const MOST_ORGANISATIONS_A_DAY: i64 = 20;

/// Whether so many more may be opened, and, where an organisation is registered with them, that.
///
/// # Errors
/// `Full` where there would be more than anybody can look through; `TooMany` where so many were opened in a day.
pub(in crate::app) async fn leave_room(
    tx: &mut WriteTx<'_>,
    organisation: Uuid,
    author: Uuid,
    more: usize,
    now: Timestamp,
) -> Result<(), AppError> {
    let (of_organisation, of_author) = tx.count_open(organisation, author).await?;
    let more = i64::try_from(more).unwrap_or(i64::MAX);
    let room = MOST_OPEN - of_organisation.max(of_author);
    if more > room {
        return Err(AppError::Full);
    }
    let since = now - SignedDuration::from_hours(24);
    let lately = tx.count_opened(author, since).await?;
    match lately.drafts + more <= MOST_A_DAY {
        true => Ok(()),
        false => Err(AppError::TooMany {
            retry_after_s: wait(lately.first, now),
        }),
    }
}

/// Whether another organisation may be registered; whoever asks holds the room.
async fn may_register(tx: &mut WriteTx<'_>, author: Uuid, now: Timestamp) -> Result<(), AppError> {
    let since = now - SignedDuration::from_hours(24);
    let lately = tx.count_opened(author, since).await?;
    match lately.organisations < MOST_ORGANISATIONS_A_DAY {
        true => Ok(()),
        false => Err(AppError::TooMany {
            retry_after_s: wait(lately.first_organisation, now),
        }),
    }
}

/// In so many seconds the first of a day is a day old.
fn wait(first: Option<Timestamp>, now: Timestamp) -> u32 {
    let over = first.map(|first| first + SignedDuration::from_hours(24));
    let left = over.map_or(0, |over| over.duration_since(now).as_secs());
    u32::try_from(left.max(1)).unwrap_or(3_600)
}

/// What a draft need not be told: its kind and its organisation.
pub(in crate::app) fn placed(mut body: Value, kind: Kind, organisation: Uuid) -> Value {
    if let Value::Object(object) = &mut body {
        object.entry("kind").or_insert(json!(kind));
        if kind != Kind::Organisation {
            object.insert("organisation".to_owned(), json!(organisation));
        }
    }
    body
}

async fn opened(
    tx: &mut WriteTx<'_>,
    person: &Person,
    new: NewDraft,
    now: Timestamp,
) -> Result<Draft, AppError> {
    let Some(id) = tx.open_draft(&new, now).await? else {
        let open = tx.find_open_draft(person.scope(), new.listing).await?;
        let decided = AppError::Conflict("a draft of this listing was open a moment ago");
        return Err(open.map_or(decided, |draft| AppError::DraftOpen { draft }));
    };
    tx.audit("open_draft", format!("draft/{id}"), now).await?;
    let draft = tx.hold_draft(person.scope(), id).await?;
    draft.ok_or(AppError::NotFound)
}
