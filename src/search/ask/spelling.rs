//! What words were probably meant that nothing is called by.
//!
//! The engines forgive a slip or two by themselves; this goes one slip further, in words that are long enough for it, and
//! is only ever offered apart. Names of areas are no candidates: there are so many that any word is like one of them.

use super::directory::Directory;
use crate::wording::{self, Script};

impl Directory {
    /// `words` as they were probably meant; nothing where each of them is the name of something, or like no name.
    #[must_use]
    pub fn spelt(&self, words: &str) -> Option<String> {
        let reference = self.reference();
        let catalogue = self.catalogue();
        let names = [
            catalogue.names(),
            reference.topic_names(),
            reference.area_names(),
        ];
        let mut meant = String::with_capacity(words.len());
        let (mut at, mut mended) = (0, false);
        for word in wording::words(words) {
            let most = slips_forgiven(&word);
            let known = names.iter().any(|names| names.knows(&word.text))
                || reference.area_names().knows(&word.text)
                || wording::is_stop_word(&word.text);
            if most == 0 || known {
                continue;
            }
            let nearest = names
                .iter()
                .filter_map(|names| names.meant(&word.text, most));
            let Some((nearest, ..)) =
                nearest.min_by_key(|(_, slips, borne)| (*slips, u64::MAX - borne))
            else {
                continue;
            };
            // Words that share their place were one character.
            if word.start >= at {
                meant.push_str(&words[at..word.start]);
                meant.push_str(&nearest);
                at = word.end;
                mended = true;
            }
        }
        meant.push_str(&words[at..]);
        mended.then_some(meant)
    }

    /// Whether `text` is the name of a listing as it stands: such a name is not taken apart.
    #[must_use]
    pub fn is_a_name(&self, text: &str) -> bool {
        self.catalogue().is_a_name(text)
    }
}

fn slips_forgiven(word: &wording::Word<'_>) -> usize {
    match word.text.chars().count() {
        _ if word.script == Script::Han || word.text.contains(|c: char| c.is_ascii_digit()) => 0,
        0..7 => 0,
        7..10 => 2,
        _ => 3,
    }
}
