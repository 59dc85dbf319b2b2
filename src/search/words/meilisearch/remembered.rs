//! What the server answered lately, to give it again to whoever asks the same.
//!
//! Many look for the same things at the same time, from very many places, and one search asks some things several times.
//! Kept by the words and the conditions that were asked with them, in memory alone. What the words find everywhere answers
//! for each place and filter too: the catalogue leaves what meets them. Whether what is kept still holds is not decided
//! here: it is kept for a moment of the index.

use std::{
    hash::{BuildHasher, BuildHasherDefault},
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use lru::LruCache;
use tokio::time::Instant;
use xxhash_rust::xxh3::Xxh3;

use super::{
    super::{MATCH_LIMIT, Match, recent::Recent},
    lookout::Moment,
};
use crate::wording::Query;

/// Of so many words it is known whether they were asked for before.
const MOST_WORDS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(20_000);

/// For so long words that found too much are not asked about alone.
const TOO_MUCH: Duration = Duration::from_secs(600);

pub(super) struct Remembered {
    matches: Recent<(Query, Vec<String>)>,
    /// By a hash of the words: that two have the same one would only cost the server a little.
    words: Mutex<LruCache<u64, Asked>>,
}

/// When words were asked for before.
#[derive(Clone, Copy)]
struct Asked {
    at: Moment,
    found_too_much: Option<Instant>,
}

impl Default for Remembered {
    fn default() -> Self {
        Self {
            matches: Recent::default(),
            words: Mutex::new(LruCache::new(MOST_WORDS)),
        }
    }
}

impl Remembered {
    /// What was found at that moment.
    pub(super) fn get(
        &self,
        Moment(moment): Moment,
        query: &Query,
        filter: &[String],
    ) -> Option<Arc<[Match]>> {
        let kept = |filter: &[String]| {
            let asked = (query.clone(), filter.to_vec());
            self.matches.get(moment, &asked)
        };
        if filter.is_empty() {
            return kept(filter);
        }
        // What was cut off may meet the conditions.
        let everywhere = kept(&[]).filter(|found| found.len() < MATCH_LIMIT);
        everywhere.or_else(|| kept(filter))
    }

    /// Keeps what was found at that moment.
    pub(super) fn put(
        &self,
        Moment(moment): Moment,
        query: &Query,
        filter: &[String],
        matches: &[Match],
    ) {
        let asked = (query.clone(), filter.to_vec());
        self.matches.put(moment, &asked, matches);
    }

    /// Whether the words were asked for at that moment before, so that it is worth while to ask about them alone.
    pub(super) fn is_asked_again(&self, moment: Moment, query: &Query) -> bool {
        let mut words = self.words();
        let before = words.get(&hash(query)).copied();
        let too_much = before.and_then(|before| before.found_too_much);
        let asked = Asked {
            at: moment,
            found_too_much: too_much.filter(|at| at.elapsed() < TOO_MUCH),
        };
        words.put(hash(query), asked);
        asked.found_too_much.is_none() && before.is_some_and(|before| before.at == moment)
    }

    /// Notes that the words are not to be asked about alone for a while.
    pub(super) fn finds_too_much(&self, query: &Query) {
        if let Some(asked) = self.words().get_mut(&hash(query)) {
            asked.found_too_much = Some(Instant::now());
        }
    }

    fn words(&self) -> MutexGuard<'_, LruCache<u64, Asked>> {
        self.words.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hash(query: &Query) -> u64 {
    BuildHasherDefault::<Xxh3>::default().hash_one(query)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::{self, Vocabulary};

    fn query(words: &str) -> Query {
        wording::query(words, &Vocabulary::default())
    }

    fn of(label: &str) -> Vec<String> {
        vec![format!("label IN [\"{label}\"]")]
    }

    const FOUND: [Match; 1] = [Match {
        number: 7,
        score: 1.0,
    }];

    const NOW: Moment = Moment(1);
    const LATER: Moment = Moment(2);

    #[test]
    fn it_is_given_again_to_the_same_question_while_the_index_is_as_it_was() {
        let remembered = Remembered::default();
        remembered.put(NOW, &query("grief"), &of("kind:hub"), &FOUND);
        let kept = |moment, words: &str, label| {
            let kept = remembered.get(moment, &query(words), &of(label));
            kept.as_deref() == Some(&FOUND[..])
        };
        assert!(kept(NOW, "grief", "kind:hub"));
        assert!(!kept(NOW, "grie", "kind:hub"));
        assert!(!kept(NOW, "grief", "kind:helpline"));
        assert!(remembered.get(NOW, &query("grief"), &[]).is_none());
        assert!(!kept(LATER, "grief", "kind:hub"), "it changed");
    }

    #[test]
    fn what_is_found_everywhere_answers_for_every_place() {
        let remembered = Remembered::default();
        remembered.put(NOW, &query("grief"), &[], &FOUND);
        let found = remembered.get(NOW, &query("grief"), &of("kind:hub"));
        assert_eq!(found.as_deref(), Some(&FOUND[..]));
        let many = [FOUND[0]; MATCH_LIMIT];
        remembered.put(NOW, &query("sleep"), &[], &many);
        let cut_off = remembered.get(NOW, &query("sleep"), &of("kind:hub"));
        assert!(cut_off.is_none());
        assert!(remembered.get(NOW, &query("sleep"), &[]).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn words_are_worth_asking_about_alone_from_the_second_time_on() {
        let remembered = Remembered::default();
        let again = |moment, words: &str| remembered.is_asked_again(moment, &query(words));
        assert!(!again(NOW, "grief") && !again(NOW, "panic"));
        assert!(again(NOW, "grief") && again(NOW, "grief"));
        assert!(!again(LATER, "grief"), "it may change all the time");
        assert!(again(LATER, "grief"));
        remembered.finds_too_much(&query("grief"));
        assert!(!again(LATER, "grief") && !again(LATER, "grief"));
        tokio::time::advance(TOO_MUCH).await;
        assert!(again(LATER, "grief"));
    }
}
