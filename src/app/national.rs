//! National lines: a country's last one always stays, and the moderators hear of it when nobody confirms it any more, or
//! when it is gone whatever took it.

use jiff::tz::TimeZone;
use serde_json::json;

use crate::{
    app::{App, AppError, UPKEEP},
    domain::{account::LetterPurpose, actor::Actor, confirmation::ConfirmationState},
    store::{NationalLine, people::NewLetter},
};

/// What is said of a line that stays.
pub(in crate::app) const UNCONFIRMED: &str = "It is its country's last national line, and nobody confirms it any more. It stays public, marked as unconfirmed.";

/// What is said of a line that stays though its feed let it go.
pub(in crate::app) const LET_GO: &str = "It is its country's last national line, and the feed that it came from has it no longer. It stays public.";

/// Raises the alarm for countries whose national lines are all unconfirmed, or gone, and writes to the moderators; says
/// of how many alarms.
///
/// # Errors
/// `Unavailable` while the database is away.
pub async fn watch(app: &App, actor: Actor) -> Result<usize, AppError> {
    let now = app.now();
    let today = now.to_zoned(TimeZone::UTC).date();
    let lines = app.parts.store.list_national_lines(today).await?;
    let doubtful =
        |line: &NationalLine| line.confirmation.state(today) == ConfirmationState::Unconfirmed;
    let countries = lines.chunk_by(|one, other| one.country == other.country);
    let doubtful = countries.filter(|lines| lines.iter().all(doubtful));
    let last =
        doubtful.filter_map(|lines| lines.iter().max_by_key(|line| line.confirmation.known_on));
    let written = app.parts.store.write(actor, async |tx| {
        tx.one_at_a_time(UPKEEP).await?;
        tx.watch_national_lines(now).await?;
        for line in last {
            tx.alarm_of_line(line.listing, UNCONFIRMED, now).await?;
        }
        let alarms = tx.list_untold_alarms().await?;
        let moderators = tx.list_moderators().await?;
        for (report, words) in &alarms {
            for (account, email) in &moderators {
                let letter = NewLetter {
                    purpose: LetterPurpose::Notice,
                    email: email.clone(),
                    account: Some(*account),
                    payload: json!({"subject": "A national line", "text": words, "report": report,
                        "path": "/v1/moderation/reports"}),
                    link_minutes: None,
                };
                tx.post(&letter, now).await?;
            }
        }
        Ok::<_, AppError>(alarms.len())
    });
    let alarms = written.await?;
    if alarms > 0 {
        app.parts.staff.bell.notify_one();
    }
    Ok(alarms)
}
