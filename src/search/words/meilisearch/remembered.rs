//! What the server answered a moment ago, to give it again to whoever asks the same.
//!
//! Many look for the same things at the same time, and one search asks some things twice. An answer is kept until this
//! process writes to the index or finds the server failing, and never longer than a setting says: so long may a process
//! that does not follow for the index overlook what another one wrote. Kept by all that is asked, in memory alone. What
//! the words find everywhere answers for each place and filter too: the catalogue leaves what meets them.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    super::{MATCH_LIMIT, Match, WordsQuestion, recent::Recent},
    pushdown::filter,
};
use crate::wording::Query;

/// The words and the conditions that the server is asked with.
pub(super) type Key = (Query, Vec<String>);

/// A state of the index and a stretch of time as one number; none where nothing is kept. With the stretch all that was
/// asked in it is forgotten, however young.
#[derive(Clone, Copy)]
pub(super) struct Moment(Option<u64>);

pub(super) struct Remembered {
    recent: Recent<Key>,
    longest: Duration,
    began: Instant,
}

impl Remembered {
    pub(super) fn new(longest: Duration) -> Self {
        Self {
            recent: Recent::default(),
            longest,
            began: Instant::now(),
        }
    }

    pub(super) fn key(question: &WordsQuestion) -> Key {
        (question.query.clone(), filter(&question.pushdown))
    }

    pub(super) fn get(&self, moment: Moment, key: &Key) -> Option<Vec<Match>> {
        let Moment(moment) = moment;
        let moment = moment?;
        let found = self.recent.get(moment, key);
        let found = found.or_else(|| {
            let everywhere = (key.0.clone(), Vec::new());
            let found = self.recent.get(moment, &everywhere)?;
            // What was cut off may have been there.
            (found.len() < MATCH_LIMIT).then_some(found)
        });
        Some(found?.to_vec())
    }

    /// Keeps what was found by a question that was asked at that moment.
    pub(super) fn put(&self, moment: Moment, key: &Key, matches: &[Match]) {
        if let Moment(Some(moment)) = moment {
            self.recent.put(moment, key, matches);
        }
    }

    /// The present moment, in a state of the index that was read before.
    pub(super) fn moment(&self, state: u64) -> Moment {
        let stretch = self.began.elapsed().as_millis();
        let stretch = stretch.checked_div(self.longest.as_millis());
        let stretch = stretch.and_then(|stretch| u64::try_from(stretch).ok());
        Moment(stretch.map(|stretch| (state << 32) | (stretch & u64::from(u32::MAX))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        search::words::{Pushdown, Waited},
        wording::{self, Vocabulary},
    };

    fn key(words: &str, label: &str) -> Key {
        Remembered::key(&WordsQuestion {
            query: wording::query(words, &Vocabulary::default()),
            pushdown: Pushdown {
                labels: vec![vec![label.to_owned()]],
                ..Pushdown::default()
            },
            waited: Waited::default(),
        })
    }

    fn everywhere(words: &str) -> Key {
        (key(words, "kind:hub").0, Vec::new())
    }

    const FOUND: [Match; 1] = [Match {
        number: 7,
        score: 1.0,
    }];

    #[tokio::test(start_paused = true)]
    async fn it_is_given_again_to_the_same_question_for_a_while() {
        let remembered = Remembered::new(Duration::from_secs(2));
        let asked = key("grief", "kind:hub");
        remembered.put(remembered.moment(1), &asked, &FOUND);
        assert_eq!(remembered.get(remembered.moment(1), &asked).unwrap(), FOUND);
        for other in [key("grie", "kind:hub"), key("grief", "kind:helpline")] {
            assert_eq!(remembered.get(remembered.moment(1), &other), None);
        }
        assert_eq!(
            remembered.get(remembered.moment(2), &asked),
            None,
            "the index changed"
        );
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(
            remembered.get(remembered.moment(1), &asked),
            None,
            "it is too old"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_found_everywhere_answers_for_every_place() {
        let remembered = Remembered::new(Duration::from_secs(2));
        remembered.put(remembered.moment(1), &key("panic", "kind:hub"), &FOUND);
        assert_eq!(
            remembered.get(remembered.moment(1), &everywhere("panic")),
            None
        );
        remembered.put(remembered.moment(1), &everywhere("grief"), &FOUND);
        assert_eq!(
            remembered
                .get(remembered.moment(1), &key("grief", "kind:hub"))
                .unwrap(),
            FOUND
        );
        remembered.put(
            remembered.moment(1),
            &everywhere("sleep"),
            &[FOUND[0]; MATCH_LIMIT],
        );
        let cut_off = remembered.get(remembered.moment(1), &key("sleep", "kind:hub"));
        assert_eq!(cut_off, None);
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_given_again_where_that_is_not_wanted() {
        let remembered = Remembered::new(Duration::ZERO);
        let asked = key("grief", "kind:hub");
        remembered.put(remembered.moment(1), &asked, &FOUND);
        assert_eq!(remembered.get(remembered.moment(1), &asked), None);
    }
}
