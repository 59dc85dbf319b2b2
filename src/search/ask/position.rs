//! Where one page ends and the next begins.
//!
//! A position names the question it belongs to, the engine and index generation that ordered the hits, and the moment
//! by which they were judged, so that the following pages continue the same order. How it is written into a cursor is
//! not decided here.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::question::{AskError, Question};
use crate::search::catalogue::Key;

/// The end of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    question: u64,
    engine: Box<str>,
    generation: u64,
    at: Timestamp,
    key: Key,
}

/// Statuses and hours as of longer ago are not worth continuing.
const LIFETIME: SignedDuration = SignedDuration::from_hours(24);

impl Position {
    pub(super) fn new(
        question: &Question,
        engine: &str,
        generation: u64,
        at: Timestamp,
        key: Key,
    ) -> Self {
        Self {
            question: fingerprint(question),
            engine: engine.into(),
            generation,
            at,
            key,
        }
    }

    /// The moment by which the answer's pages are judged, if the position may be continued for `question` now.
    pub(super) fn moment(
        &self,
        question: &Question,
        now: Timestamp,
    ) -> Result<Timestamp, AskError> {
        if self.question != fingerprint(question) {
            return Err(AskError::Foreign);
        }
        let age = now.duration_since(self.at);
        if age > LIFETIME || age.is_negative() {
            Err(AskError::Expired)
        } else {
            Ok(self.at)
        }
    }

    /// The key to continue after, if this engine and generation made it.
    pub(super) fn key(&self, engine: &str, generation: u64) -> Result<Key, AskError> {
        if *self.engine == *engine && self.generation == generation {
            Ok(self.key)
        } else {
            Err(AskError::Expired)
        }
    }
}

/// What decides which hits come in which order; page length does not.
fn fingerprint(question: &Question) -> u64 {
    let Question {
        filters,
        place,
        sort,
        languages,
        ..
    } = question;
    let language = languages.first();
    let besides: Vec<_> = question
        .besides
        .iter()
        .map(|besides| (&besides.words, &besides.or))
        .collect();
    xxh3_64(
        format!(
            "{:?} {besides:?} {filters:?} {place:?} {sort:?} {language:?}",
            question.typed()
        )
        .as_bytes(),
    )
}
