//! The texts of the listings shown last, cut into words.

use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;
use uuid::Uuid;

use crate::{domain::text::LocalisedText, search::catalogue::Card, wording::Cut};

/// So many listings are kept: some 10 MiB.
const MOST: usize = 2_048;

/// Cut texts by the listing's id.
pub(super) struct Cuts(Mutex<LruCache<Uuid, Arc<CutCard>>>);

/// The texts of a card, in the order of their languages.
pub(super) struct CutCard {
    card: Arc<Card>,
    pub(super) name: Box<[Cut]>,
    pub(super) summary: Box<[Cut]>,
}

impl Default for Cuts {
    fn default() -> Self {
        let most = MOST.try_into().unwrap_or(std::num::NonZeroUsize::MIN);
        Self(Mutex::new(LruCache::new(most)))
    }
}

impl Cuts {
    /// The texts of the card as it is now.
    pub(super) fn of(&self, card: &Arc<Card>) -> Arc<CutCard> {
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept().get(&card.id).map(Arc::clone);
        if let Some(known) = known.filter(|known| Arc::ptr_eq(&known.card, card)) {
            return known;
        }
        let cut = |text: &LocalisedText| text.iter().map(|(_, text)| Cut::of(text)).collect();
        let fresh = Arc::new(CutCard {
            name: cut(&card.name),
            summary: cut(&card.summary),
            card: Arc::clone(card),
        });
        kept().put(card.id, Arc::clone(&fresh));
        fresh
    }
}
