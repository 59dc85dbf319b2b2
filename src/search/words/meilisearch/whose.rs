//! Which index on the server is this directory's, and whether it is known to be whole.
//!
//! Listings are told apart by numbers that mean something in one database only. So the name of the index holds which
//! one that is, beside the fingerprint of its form: two directories on one server never meet, and one that was brought
//! back from a backup begins anew. An index comes into use whole, with a mark in it that is never written again: where
//! the mark is gone, somebody emptied the index, and it answers nothing until it is built again.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::{
    super::WordsError,
    form::{self, Names},
};

/// The index of the directory that is served now.
pub(super) struct Whose {
    pub(super) prefix: String,
    own: RwLock<Option<Own>>,
}

struct Own {
    origin: i64,
    names: Arc<Names>,
    /// None where that is still to be asked.
    whole: Option<bool>,
}

impl Whose {
    pub(super) fn new(prefix: String) -> Self {
        Self {
            prefix,
            own: RwLock::default(),
        }
    }

    /// Says of which database the listings are that are searched now; none while that is not known. Whether this is
    /// another one than before.
    pub(super) fn set_origin(&self, origin: Option<i64>) -> bool {
        let mut own = self.write();
        if own.as_ref().map(|own| own.origin) == origin {
            return false;
        }
        *own = origin.map(|origin| Own {
            origin,
            names: Arc::new(Names::of(&self.prefix, origin)),
            whole: None,
        });
        true
    }

    pub(super) fn origin(&self) -> Option<i64> {
        self.read().as_ref().map(|own| own.origin)
    }

    /// The names of the index.
    ///
    /// # Errors
    /// `Unbuilt` while it is not known of which directory it should be.
    pub(super) fn names(&self) -> Result<Arc<Names>, WordsError> {
        let names = self.read().as_ref().map(|own| Arc::clone(&own.names));
        names.ok_or(WordsError::Unbuilt)
    }

    /// Whether these are still the names of the index.
    pub(super) fn has(&self, names: &Arc<Names>) -> bool {
        let own = self.read();
        own.as_ref()
            .is_some_and(|own| Arc::ptr_eq(&own.names, names))
    }

    /// Whether the index is whole, as far as that was asked.
    pub(super) fn is_whole(&self) -> Option<bool> {
        self.read().as_ref().and_then(|own| own.whole)
    }

    /// Notes what was seen of the index of these names.
    pub(super) fn note(&self, names: &Names, whole: bool) {
        let mut own = self.write();
        let Some(own) = own.as_mut().filter(|own| own.names.live == names.live) else {
            return;
        };
        if own.whole.replace(whole) != Some(whole) && !whole {
            tracing::info!(
                "there is no whole Meilisearch index of this directory; words are looked up in the process"
            );
        }
    }

    /// Somebody wrote to the index: whether it is whole is asked again.
    pub(super) fn doubt(&self) {
        if let Some(own) = &mut *self.write()
            && own.whole == Some(true)
        {
            own.whole = None;
        }
    }

    /// What tells positions in one order of matches from those in another: the form, and whose the numbers are.
    pub(super) fn generation(&self) -> u64 {
        form::fingerprint() ^ self.origin().unwrap_or(0).cast_unsigned()
    }

    fn read(&self) -> RwLockReadGuard<'_, Option<Own>> {
        self.own.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Option<Own>> {
        self.own.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_of_another_directory_is_another_index() {
        let whose = Whose::new("haven".to_owned());
        assert!(whose.names().is_err() && whose.is_whole().is_none());
        assert!(whose.set_origin(Some(-7)) && !whose.set_origin(Some(-7)));
        let ours = whose.names().unwrap();
        let form = form::fingerprint();
        assert_eq!(ours.live, format!("haven_fffffffffffffff9_{form:016x}"));
        whose.note(&ours, true);
        assert_eq!(whose.is_whole(), Some(true));
        let generation = whose.generation();
        assert!(whose.set_origin(Some(8)));
        assert_ne!(whose.generation(), generation);
        assert_eq!(whose.is_whole(), None);
        assert!(!whose.has(&ours));
        // What was still being asked about the former one says nothing of this one.
        whose.note(&ours, true);
        assert_eq!(whose.is_whole(), None);
        assert!(whose.set_origin(None) && whose.names().is_err());
    }

    #[test]
    fn whoever_writes_to_it_has_it_asked_again_whether_it_is_whole() {
        let whose = Whose::new("haven".to_owned());
        whose.set_origin(Some(1));
        let names = whose.names().unwrap();
        whose.note(&names, true);
        whose.doubt();
        assert_eq!(whose.is_whole(), None);
        whose.note(&names, false);
        whose.doubt();
        assert_eq!(
            whose.is_whole(),
            Some(false),
            "until it is seen to be whole"
        );
    }
}
