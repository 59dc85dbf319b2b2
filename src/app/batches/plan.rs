//! What would become of each row of a file, on what is public now.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};
use uuid::Uuid;

use super::{in_work, must_edit};
use crate::{
    app::{
        App, AppError,
        drafts::{as_typed, changes, placed},
        moderation,
    },
    domain::{
        actor::Person,
        fault::{Fault, FaultCode},
        id,
        listing::Kind,
        slug::Slug,
    },
    exchange::{
        batches::Fate,
        drafts::{Place, ValueChange, lacks, unsaid},
        listing::Listing,
        sheet::{self, Applied, CellForm, Form, Gaps, Given, Row, Sheet, SheetFault, is_within},
    },
    store::{
        Publication, Rehearsal,
        drafts::{Base, InWork},
    },
};

/// What would become of a file.
pub(super) struct Plan {
    pub rows: Vec<Planned>,
    pub faults: Vec<SheetFault>,
}

/// What would become of a row.
pub(super) struct Planned {
    pub row: u32,
    pub fate: Fate,
    /// The id that the listing has, or would have.
    pub listing: Uuid,
    pub kind: Option<Kind>,
    pub slug: Option<String>,
    /// The version on which it stands, where it is there already.
    pub base: Option<i64>,
    pub body: Value,
    pub changes: Vec<ValueChange>,
    pub faults: Vec<SheetFault>,
    gaps: Gaps,
}

/// What is known before the rows are looked at.
struct Known {
    organisation: Uuid,
    present: Vec<(Uuid, Base)>,
    /// What was typed last of those rows that were taken back or rejected before they ever were public.
    typed: Vec<(Uuid, Base)>,
    in_work: Vec<InWork>,
    now: jiff::Timestamp,
}

/// Looks at every row of a file.
///
/// # Errors
/// `NotFound`, `Forbidden` where the organisation is none of theirs, or not theirs to type for.
pub(super) async fn plan(
    app: &App,
    person: &Person,
    organisation: Uuid,
    form: Form,
    text: String,
) -> Result<Plan, AppError> {
    must_edit(app, person, organisation).await?;
    let (store, scope) = (&app.parts.store, person.scope());
    // Hundreds of listings are read for longer than others should wait.
    let sheet = aside(move || Sheet::read(form, &text)).await?;
    let (ids, names) = named(&sheet);
    let typed = store.list_typed_of(scope, organisation, &ids, &names);
    let typed = typed.await?.ok_or_else(too_much)?.into_iter();
    let known = Known {
        organisation,
        in_work: store.list_listings_in_work(scope, organisation).await?,
        present: store.list_present(scope, organisation).await?,
        typed: typed
            .map(|draft| (draft.listing, as_typed(draft)))
            .collect(),
        now: app.now(),
    };
    let (mut plan, sheet) = aside(move || read(&known, sheet)).await?;
    rehearse(app, &mut plan, &sheet).await?;
    Ok(plan)
}

fn too_much() -> AppError {
    let expected = "fewer rows: what was typed of these before holds more than 16 MiB together";
    AppError::Invalid(vec![Fault::new("", FaultCode::TooLong, expected)])
}

pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, AppError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| AppError::Internal(error.into()))
}

/// By what the rows name their listings: ids; else kinds and slugs.
fn named(sheet: &Sheet) -> (Vec<Uuid>, Vec<(Kind, &str)>) {
    let ids = sheet.rows.iter().filter_map(|row| row.listing);
    let unnamed = sheet.rows.iter().filter(|row| row.listing.is_none());
    let names = unnamed.filter_map(|row| {
        let (kind, slug) = row.names(&sheet.columns);
        // What is none names nothing, and Postgres cannot even be asked for some of it.
        let slug = slug.filter(|slug| Slug::parse(slug).is_ok());
        kind.and_then(Kind::parse).zip(slug)
    });
    (ids.collect(), names.collect())
}

fn read(known: &Known, mut sheet: Sheet) -> (Plan, Sheet) {
    let mut plan = Plan {
        rows: Vec::new(),
        faults: std::mem::take(&mut sheet.faults),
    };
    if plan.faults.is_empty() {
        let by_id: HashMap<Uuid, &Base> =
            known.present.iter().map(|(id, base)| (*id, base)).collect();
        let mut met = HashSet::new();
        for row in std::mem::take(&mut sheet.rows) {
            let planned = planned(known, &by_id, &sheet, row, &mut met);
            plan.rows.push(planned);
        }
    }
    (plan, sheet)
}

/// Which listing a row is about: the one it names, else the organisation's own of that kind and slug.
fn listing_of(known: &Known, sheet: &Sheet, row: &Row) -> Option<Uuid> {
    if row.listing.is_some() {
        return row.listing;
    }
    let (kind, slug) = row.names(&sheet.columns);
    let (kind, slug) = kind.and_then(Kind::parse).zip(slug)?;
    let same = |(_, base): &&(Uuid, Base)| base.kind == kind && base.body["slug"] == *slug;
    let mut all = known.present.iter().chain(&known.typed);
    Some(all.find(same)?.0)
}

fn planned(
    known: &Known,
    by_id: &HashMap<Uuid, &Base>,
    sheet: &Sheet,
    row: Row,
    met: &mut HashSet<Uuid>,
) -> Planned {
    let named = listing_of(known, sheet, &row);
    let base = named.and_then(|id| by_id.get(&id).copied());
    let typed = known.typed.iter().find(|(id, _)| Some(*id) == named);
    // What it is said of: what is public, else what was typed before.
    let before = base.or(typed.map(|(_, typed)| typed));
    let mut faults = row.faults;
    let mut fault = |form: CellForm, code: FaultCode, expected: &str| {
        let pointer = match form {
            CellForm::Version => "/version",
            _ => "/listing",
        };
        faults.push(SheetFault {
            column: sheet.heading_of(form).map(str::to_owned),
            fault: Fault::new(pointer, code, expected),
        });
    };
    if named.is_some() && before.is_none() {
        let expected = "the id of a listing of this organisation that is public";
        fault(CellForm::Listing, FaultCode::NotFound, expected);
    }
    if named.is_some_and(|id| !met.insert(id)) {
        let expected = "each listing in one row";
        fault(CellForm::Listing, FaultCode::Repeated, expected);
    }
    if let (Some(seen), Some(base)) = (row.version, base)
        && seen != base.version
    {
        let expected =
            "the version that is public now: it was changed since this file was given out";
        fault(CellForm::Version, FaultCode::Contradiction, expected);
    }
    let applied = match row.given {
        Given::Cells(cells) => sheet::apply(&sheet.columns, &cells, before.map(|base| &base.body)),
        Given::Whole(body) => Applied {
            body: completed(body, before),
            faults: Vec::new(),
            gaps: Gaps::default(),
        },
    };
    let Applied { mut body, gaps, .. } = applied;
    faults.extend(applied.faults);
    let listing = named.unwrap_or_else(|| id::fresh(known.now));
    let kind = before.map(|base| base.kind);
    let kind = kind.or_else(|| Kind::parse(body["kind"].as_str()?));
    if kind == Some(Kind::Organisation) && listing != known.organisation {
        let expected = "hub, support_group or helpline; an organisation is registered";
        let fault = Fault::new("/kind", FaultCode::Contradiction, expected);
        faults.push(told(sheet, &gaps, fault));
    }
    if let Some(kind) = kind.filter(|_| listing != known.organisation) {
        body = placed(body, kind, known.organisation);
    }
    // Whatever it is, its organisation is known.
    if let (None, Some(object)) = (kind, body.as_object_mut()) {
        object.insert("organisation".to_owned(), json!(known.organisation));
    }
    if body.is_object() {
        let of = (base.map(|base| &base.body), &body);
        lacking(known, (sheet, &gaps), (listing, kind), of, &mut faults);
    }
    let changes = changes(base.map(|base| &base.body), &body, false);
    let same = base.is_some_and(|base| is_same(base, &body, (listing, known.organisation)));
    let slug = body["slug"].as_str();
    let waits = |work: &InWork| {
        let named_alike = kind == Some(work.kind) && work.slug.as_deref() == slug && slug.is_some();
        work.listing == listing || named_alike
    };
    if !same && known.in_work.iter().any(waits) {
        faults.push(SheetFault {
            column: None,
            fault: in_work(),
        });
    }
    let fate = match (faults.is_empty(), same, base) {
        (false, ..) => Fate::Fault,
        (true, true, _) => Fate::Unchanged,
        (true, false, Some(_)) => Fate::Change,
        (true, false, None) => Fate::Create,
    };
    Planned {
        row: row.number,
        fate,
        listing,
        kind,
        slug: body["slug"].as_str().map(str::to_owned),
        base: base.map(|base| base.version),
        changes: match fate {
            Fate::Unchanged => Vec::new(),
            _ => changes,
        },
        body,
        faults,
        gaps,
    }
}

/// What is wrong with the listing that a row describes, and was not told of already.
fn lacking(
    known: &Known,
    (sheet, gaps): (&Sheet, &Gaps),
    (listing, kind): (Uuid, Option<Kind>),
    (before, body): (Option<&Value>, &Value),
    faults: &mut Vec<SheetFault>,
) {
    let place = Place {
        listing,
        // Without a kind there is a fault that says so.
        kind: kind.unwrap_or(Kind::Hub),
        organisation: known.organisation,
    };
    let unsaid = before.map(|before| unsaid(before, body));
    for fault in lacks(body, place)
        .into_iter()
        .chain(unsaid.unwrap_or_default())
    {
        let fault = told(sheet, gaps, fault);
        let pointer = &fault.fault.pointer;
        let is_told = |told: &SheetFault| {
            let at = &told.fault.pointer;
            !at.is_empty() && (is_within(pointer, at) || is_within(at, pointer))
        };
        if pointer.is_empty() || !faults.iter().any(is_told) {
            faults.push(fault);
        }
    }
}

/// A fault of the listing, as one of the row: under the column in which its value was typed.
fn told(sheet: &Sheet, gaps: &Gaps, fault: Fault) -> SheetFault {
    let pointer = gaps.as_typed(&fault.pointer);
    SheetFault {
        column: sheet.column_of(&pointer).map(str::to_owned),
        fault: Fault { pointer, ..fault },
    }
}

/// A whole listing as somebody typed it: where its facts come from, and which place and contact is which, is kept.
fn completed(mut body: Value, base: Option<&Base>) -> Value {
    let (Some(object), Some(base)) = (body.as_object_mut(), base) else {
        return body;
    };
    if let Some(sources) = base.body.get("sources") {
        object.entry("sources").or_insert(sources.clone());
    }
    for list in ["places", "contacts"] {
        let there = base.body[list].as_array().into_iter().flatten();
        let given = object.get_mut(list).and_then(Value::as_array_mut);
        let Some(given) = given else { continue };
        // One that was put in front of it is not it.
        let named: Vec<Value> = given
            .iter()
            .filter_map(|item| item.get("id").cloned())
            .collect();
        for (given, there) in given.iter_mut().zip(there) {
            let id = there.get("id").filter(|id| !named.contains(id));
            if let (Some(given), Some(id)) = (given.as_object_mut(), id) {
                given.entry("id").or_insert(id.clone());
            }
        }
    }
    body
}

/// Whether it says the same, however it is written.
fn is_same(base: &Base, body: &Value, (listing, organisation): (Uuid, Uuid)) -> bool {
    let mut there = match listing == organisation {
        true => base.body.clone(),
        false => placed(base.body.clone(), base.kind, organisation),
    };
    // Those are not the row's to say.
    let mut body = body.clone();
    for value in [&mut there, &mut body] {
        value
            .as_object_mut()
            .and_then(|value| value.remove("sources"));
    }
    if there == body {
        return true;
    }
    let read = |value: Value| Listing::from_value(value).ok()?.parse().ok();
    match (read(there), read(body)) {
        (Some(there), Some(body)) => there == body,
        _ => false,
    }
}

/// What of the rows does not fit what is in the directory, or each other.
async fn rehearse(app: &App, plan: &mut Plan, sheet: &Sheet) -> Result<(), AppError> {
    let now = app.now();
    let mut rows = Vec::new();
    let mut publications = Vec::new();
    for (index, planned) in plan.rows.iter().enumerate() {
        if !matches!(planned.fate, Fate::Create | Fate::Change) {
            continue;
        }
        let Ok(mut body) = Listing::from_value(planned.body.clone()) else {
            continue;
        };
        // An organisation that waits for its own approval is approved first; rows name each other before that, too.
        if body.kind != Some(Kind::Organisation) {
            body.organisation = None;
        }
        moderation::attribute(&mut body, planned.listing, app.staff().licence(), now);
        if let Ok(listing) = body.parse() {
            rows.push(index);
            publications.push(Publication { body, listing, now });
        }
    }
    if publications.is_empty() {
        return Ok(());
    }
    let rehearsed = app
        .parts
        .store
        .rehearse(&mut Rehearsal::default(), publications)
        .await?;
    for (index, outcome) in rows.into_iter().zip(rehearsed) {
        let planned = &mut plan.rows[index];
        let found = outcome.err().unwrap_or_default().into_iter();
        let gaps = &planned.gaps;
        planned
            .faults
            .extend(found.map(|fault| told(sheet, gaps, fault)));
        if !planned.faults.is_empty() {
            planned.fate = Fate::Fault;
        }
    }
    Ok(())
}
