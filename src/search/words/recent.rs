//! What was found lately, while the index is as it was.
//!
//! The same words are asked again at once: for the next page, with another filter, wider where little was found, and by
//! others who look for the same. Kept in memory alone, like an index's own pages, and forgotten when the index changes.
//! What is asked is all that the answer of the engine depends on, beside the state of its index.

use std::{
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use lru::LruCache;

use super::Match;

/// So many matches are kept altogether: 8 MB.
const MOST_MATCHES: usize = 1_000_000;
/// What an answer weighs beside its matches, so that those without any do not pile up.
const EACH: usize = 250;

pub(super) struct Recent<Asked>(Mutex<Option<Kept<Asked>>>);

struct Kept<Asked> {
    /// The state of the index that found them.
    state: u64,
    found: LruCache<Asked, Arc<[Match]>>,
    matches: usize,
}

impl<Asked> Default for Recent<Asked> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<Asked: Clone + Eq + Hash> Recent<Asked> {
    /// What was found in this state of the index; none where it was not asked lately.
    pub(super) fn get(&self, state: u64, asked: &Asked) -> Option<Arc<[Match]>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.as_mut().filter(|kept| kept.state == state)?;
        kept.found.get(asked).map(Arc::clone)
    }

    /// Remembers it. States only rise: what was found in a former one comes too late.
    pub(super) fn put(&self, state: u64, asked: &Asked, matches: &[Match]) {
        if matches.len() > MOST_MATCHES {
            return;
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.as_ref().is_some_and(|kept| kept.state > state) {
            return;
        }
        if kept.as_ref().is_none_or(|kept| kept.state != state) {
            *kept = Some(Kept {
                state,
                found: LruCache::unbounded(),
                matches: 0,
            });
        }
        let Some(kept) = kept.as_mut() else { return };
        let weight = |matches: &[Match]| matches.len() + EACH;
        kept.matches += weight(matches);
        if let Some(former) = kept.found.put(asked.clone(), matches.into()) {
            kept.matches -= weight(&former);
        }
        while kept.matches > MOST_MATCHES
            && let Some((_, oldest)) = kept.found.pop_lru()
        {
            kept.matches -= weight(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::{Query, Vocabulary, query};

    fn asked(words: &str) -> Query {
        query(words, &Vocabulary::default())
    }

    fn matches(many: usize) -> Vec<Match> {
        let number = 7;
        vec![Match { number, score: 1.0 }; many]
    }

    #[test]
    fn another_state_of_the_index_has_found_nothing_yet() {
        let recent = Recent::default();
        recent.put(1, &asked("grief"), &matches(2));
        assert_eq!(recent.get(1, &asked("grief")).unwrap().len(), 2);
        assert!(recent.get(1, &asked("grie")).is_none());
        assert!(recent.get(2, &asked("grief")).is_none());
        recent.put(2, &asked("panic"), &matches(1));
        assert!(recent.get(1, &asked("grief")).is_none());
        recent.put(1, &asked("grief"), &matches(2));
        assert_eq!(recent.get(2, &asked("panic")).unwrap().len(), 1);
    }

    #[test]
    fn what_was_asked_longest_ago_makes_room() {
        let recent = Recent::default();
        for word in ["grief", "panic", "sleep"] {
            recent.put(1, &asked(word), &matches(MOST_MATCHES / 3));
            recent.get(1, &asked("grief"));
        }
        assert!(recent.get(1, &asked("panic")).is_none());
        assert!(recent.get(1, &asked("grief")).is_some());
        recent.put(1, &asked("grief"), &matches(1));
        recent.put(1, &asked("grief"), &matches(MOST_MATCHES + 1));
        assert_eq!(recent.get(1, &asked("grief")).unwrap().len(), 1);
        for number in 0..10_000 {
            recent.put(1, &asked(&number.to_string()), &[]);
        }
        let kept = recent.0.lock().unwrap();
        assert!(kept.as_ref().unwrap().found.len() <= MOST_MATCHES / EACH);
    }
}
