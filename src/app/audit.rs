//! What was done, for those who have to know.

use uuid::Uuid;

use crate::{
    app::{App, AppError, moderation::administrator},
    domain::actor::Person,
    exchange::people::{AuditEntry, AuditList},
};

/// So many entries are on a page.
const PAGE: i64 = 100;

/// Who did what to what, the latest first, before the entry of that sequence; an account that is gone is named nowhere.
/// For administrators.
///
/// # Errors
/// `Forbidden` for all but administrators.
pub async fn list(
    app: &App,
    person: &Person,
    before: Option<i64>,
) -> Result<(AuditList, Option<i64>), AppError> {
    administrator(person)?;
    let found = app.parts.store.list_audit(before, PAGE).await?;
    let next = (i64::try_from(found.len()) == Ok(PAGE))
        .then(|| found.last().map(|entry| entry.sequence))
        .flatten();
    let id_of = |actor: &str| Uuid::parse_str(actor.strip_prefix("account/")?).ok();
    let texts = found
        .iter()
        .flat_map(|entry| [&entry.actor, &entry.subject]);
    let words = texts.flat_map(|text| text.split(' '));
    let ids: Vec<Uuid> = words.filter_map(id_of).collect();
    let there = app.parts.store.list_present_accounts(&ids).await?;
    let masked = |text: String| {
        let words = text.split(' ').map(|word| match id_of(word) {
            Some(id) if !there.contains(&id) => "deleted account",
            _ => word,
        });
        words.collect::<Vec<_>>().join(" ")
    };
    let items = found.into_iter().map(|entry| AuditEntry {
        at: entry.at,
        actor: masked(entry.actor),
        action: entry.action,
        subject: masked(entry.subject),
    });
    let list = AuditList {
        items: items.collect(),
        next: None,
    };
    Ok((list, next))
}
