//! Batches: many listings of one organisation, handed in as one from a file and decided on as one.
//!
//! Invariants: all or nothing, in handing in as in approving; who may not know of a batch is told that there is none.
//! Each of its rows is a draft, which while it is typed in is changed as any other. Deliberately absent: the form of a
//! file; see `exchange::sheet`.

mod change;
mod decide;
mod hand_in;
mod list;
mod plan;
mod sheet;
mod view;

pub use change::{submit, withdraw};
pub use decide::{approve, reject, request_changes};
pub use hand_in::{check, hand_in};
pub use list::{Wanted, list};
pub use sheet::export;
pub use view::show;

use uuid::Uuid;

use crate::{
    app::{
        App, AppError,
        members::{must_edit, still_edits},
    },
    domain::{
        actor::Person,
        fault::{Fault, FaultCode},
    },
    store::drafts::{Batch, Draft},
};

/// The batch, where the person may know of it.
pub(in crate::app) async fn seen(app: &App, person: &Person, id: Uuid) -> Result<Batch, AppError> {
    let found = app.parts.store.find_batch(person.scope(), id).await?;
    found.ok_or(AppError::NotFound)
}

/// Faults of a row, under its number.
fn under(row: i64, faults: impl IntoIterator<Item = Fault>) -> impl Iterator<Item = Fault> {
    let below = move |fault: Fault| Fault {
        pointer: format!("/{row}{}", fault.pointer),
        ..fault
    };
    faults.into_iter().map(below)
}

/// The row of a draft that belongs to a batch.
fn row_of(draft: &Draft) -> i64 {
    draft.row.unwrap_or_default().into()
}

/// Whose draft is open already.
fn in_work() -> Fault {
    let expected = "a listing of which no draft is open: take that back, or wait for the decision";
    Fault::new("", FaultCode::Contradiction, expected)
}
