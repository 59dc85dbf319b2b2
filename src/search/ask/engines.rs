//! The words engines in the order of preference.

use std::sync::Arc;

use crate::search::words::{Match, Words, WordsError, WordsQuestion};

pub(super) struct Engines(Vec<Arc<dyn Words>>);

/// What an engine found, and which one.
pub(super) struct Spoken {
    pub(super) matches: Vec<Match>,
    pub(super) engine: &'static str,
    pub(super) generation: u64,
    /// Whether nothing was cut off.
    pub(super) is_whole: bool,
    /// Whether a better engine should have answered.
    pub(super) degraded: bool,
}

impl Engines {
    pub(super) fn new(preferred_first: Vec<Arc<dyn Words>>) -> Self {
        Self(preferred_first)
    }

    /// The name of the engine that is preferred.
    pub(super) fn preferred(&self) -> Option<&'static str> {
        self.0.first().map(|engine| engine.name())
    }

    /// Says of which database the listings are that are searched.
    pub(super) fn set_origin(&self, origin: Option<i64>) {
        for engine in &self.0 {
            engine.set_origin(origin);
        }
    }

    pub(super) async fn find(&self, question: &WordsQuestion) -> Result<Spoken, WordsError> {
        let mut failure = WordsError::Unavailable("no engine is configured".to_owned());
        for (place, engine) in self.0.iter().enumerate() {
            // Read before asking: a rebuild meanwhile makes the position expire rather than lead astray.
            let generation = engine.generation();
            match engine.find(question).await {
                Ok(matches) => {
                    return Ok(Spoken {
                        is_whole: matches.len() < engine.most(),
                        matches,
                        engine: engine.name(),
                        generation,
                        degraded: place > 0,
                    });
                }
                // Told once, when it began.
                Err(error @ (WordsError::Resting | WordsError::Unbuilt)) => failure = error,
                Err(error) => {
                    tracing::warn!(
                        search.engine = engine.name(),
                        search.reason = reason(&error),
                        "the words engine did not answer"
                    );
                    failure = error;
                }
            }
        }
        Err(failure)
    }
}

/// An engine's own message may repeat what was asked, so it is never logged.
fn reason(error: &WordsError) -> &'static str {
    match error {
        WordsError::Unavailable(_) => "unavailable",
        WordsError::Late => "late",
        WordsError::Damaged(_) => "damaged",
        WordsError::Unbuilt => "unbuilt",
        WordsError::Stalled => "stalled",
        WordsError::Resting => "resting",
    }
}
