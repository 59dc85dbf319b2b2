//! Text cut into words, and words into the terms that an index holds.
//!
//! Cutting works on the text as written, so that every word knows its bytes there; each word is then folded by itself.
//! A Chinese run is one word here; its terms are its characters and their pairs, so that any part of it finds it,
//! however it would be segmented.

use super::{
    normalise::{fold, is_apostrophe, is_invisible, is_word_char},
    script::{Script, is_han, script_of},
    stem::stems,
};

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Folded.
    pub text: String,
    /// Where it begins in the original text, in bytes.
    pub start: usize,
    /// Where it ends there.
    pub end: usize,
    pub script: Script,
}

/// What an index holds of a text; terms of one position stand for the same place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    pub text: String,
    pub position: usize,
}

/// A word, or one character of a Chinese run: the unit in which phrases are recognised.
pub(super) struct Token {
    pub text: String,
    pub start: usize,
    pub end: usize,
    pub script: Script,
    /// Whether it continues the Chinese run of the token before it.
    pub joined: bool,
}

/// The words of `original`, in order; a run of Chinese characters is one word.
#[must_use]
pub fn words(original: &str) -> Vec<Word> {
    let mut words = Vec::new();
    for (start, end) in spans(original) {
        let folded = fold(&original[start..end]);
        let pieces = spans(&folded);
        // A compatibility character may fold to several words ("⑴"); they share its place.
        if let [(0, whole)] = pieces[..]
            && whole == folded.len()
        {
            words.push(Word {
                script: word_script(&folded),
                text: folded,
                start,
                end,
            });
            continue;
        }
        for (from, to) in pieces {
            let text = folded[from..to].to_owned();
            words.push(Word {
                script: word_script(&text),
                text,
                start,
                end,
            });
        }
    }
    words
}

/// What an index field holds of `text`: its words with their stems; of Chinese each character and each pair.
#[must_use]
pub fn index_terms(text: &str) -> Vec<Term> {
    let tokens = tokens(text);
    let mut terms = Vec::with_capacity(tokens.len() * 2);
    for (position, token) in tokens.iter().enumerate() {
        terms.push(Term {
            text: token.text.clone(),
            position,
        });
        let beside = if token.script == Script::Han {
            tokens
                .get(position + 1)
                .filter(|next| next.joined)
                .map(|next| vec![format!("{}{}", token.text, next.text)])
        } else {
            Some(stems(&token.text, token.script))
        };
        terms.extend(
            beside
                .into_iter()
                .flatten()
                .map(|text| Term { text, position }),
        );
    }
    terms
}

pub(super) fn tokens(original: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for word in words(original) {
        if word.script != Script::Han {
            let Word {
                text,
                start,
                end,
                script,
            } = word;
            tokens.push(Token {
                text,
                start,
                end,
                script,
                joined: false,
            });
            continue;
        }
        let places = character_places(original, &word);
        for (index, c) in word.text.chars().enumerate() {
            // Conversion keeps the number of characters; should it ever not, the last place takes the rest.
            let (start, end) = places
                .get(index)
                .or(places.last())
                .copied()
                .unwrap_or((word.start, word.end));
            tokens.push(Token {
                text: c.to_string(),
                start,
                end,
                script: Script::Han,
                joined: index > 0,
            });
        }
    }
    tokens
}

/// The byte ranges of a Chinese run's characters, each with what modifies it.
fn character_places(original: &str, run: &Word) -> Vec<(usize, usize)> {
    let mut places: Vec<(usize, usize)> = Vec::new();
    for (offset, c) in original[run.start..run.end].char_indices() {
        let start = run.start + offset;
        let end = start + c.len_utf8();
        match places.last_mut() {
            Some(place) if !is_han(c) => place.1 = end,
            _ => places.push((start, end)),
        }
    }
    places
}

fn word_script(word: &str) -> Script {
    if word.starts_with(is_han) {
        Script::Han
    } else {
        script_of(word)
    }
}

/// Byte ranges of words: runs of letters, digits and their marks; Chinese and other scripts part where they meet.
fn spans(text: &str) -> Vec<(usize, usize)> {
    let mut spans = Vec::new();
    let mut current: Option<(usize, usize, bool)> = None;
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let after = at + c.len_utf8();
        let han = is_han(c);
        if let Some((start, end, in_han)) = &mut current {
            let same = c.is_alphanumeric() || han;
            if (same && han == *in_han) || (!same && is_word_char(c)) {
                *end = after;
                continue;
            }
            // Whether the word really goes on shows at the next letter: its end does not move before.
            let may_go_on = rest
                .peek()
                .is_some_and(|(_, next)| next.is_alphanumeric() || is_invisible(*next));
            if is_invisible(c) || (is_apostrophe(c) && may_go_on && !*in_han) {
                continue;
            }
            spans.push((*start, *end));
            current = None;
        }
        if c.is_alphanumeric() || han {
            current = Some((at, after, han));
        }
    }
    spans.extend(current.map(|(start, end, _)| (start, end)));
    spans
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{index_terms, words};

    fn texts(original: &str) -> Vec<String> {
        words(original).into_iter().map(|word| word.text).collect()
    }

    fn terms(text: &str) -> Vec<(String, usize)> {
        index_terms(text)
            .into_iter()
            .map(|term| (term.text, term.position))
            .collect()
    }

    #[test]
    fn cuts_words_of_every_script() {
        assert_eq!(
            texts("Teman-teman, ayo ke RSJ!"),
            ["teman", "teman", "ayo", "ke", "rsj"]
        );
        assert_eq!(texts("মানসিক স্বাস্থ্য (ঢাকা)"), ["মানসিক", "স্বাস্থ্য", "ঢাকা"]);
        assert_eq!(
            texts("深圳抑鬱症AA互助會12355热线"),
            ["深圳抑郁症", "aa", "互助会", "12355", "热线"]
        );
        assert_eq!(
            texts("Women’s group — it's 24/7"),
            ["womens", "group", "its", "24", "7"]
        );
        assert_eq!(texts("হেল্প\u{200B}লাইন ০৯৬১২"), ["হেল্পলাইন", "09612"]);
        assert_eq!(texts("⑴ ½"), ["1", "1", "2"]);
        assert_eq!(texts(" … ' — "), Vec::<String>::new());
    }

    #[test]
    fn words_know_their_place() {
        let original = "(ＡＡ) 'বিষণ্ণতা\u{200B}' 抑鬱";
        let found: Vec<_> = words(original)
            .iter()
            .map(|word| &original[word.start..word.end])
            .collect();
        assert_eq!(found, ["ＡＡ", "বিষণ্ণতা", "抑鬱"]);
    }

    #[test]
    fn half_a_chinese_word_is_a_term() {
        assert_eq!(
            terms("抑鬱症 AA"),
            [
                ("抑", 0),
                ("抑郁", 0),
                ("郁", 1),
                ("郁症", 1),
                ("症", 2),
                ("aa", 3)
            ]
            .map(|(text, position)| (text.to_owned(), position))
        );
    }

    #[test]
    fn stems_stand_beside_words() {
        let terms = terms("pelayanan kesehatan");
        assert!(terms.contains(&("kesehatan".to_owned(), 1)), "{terms:?}");
        assert!(terms.contains(&("sehat".to_owned(), 1)), "{terms:?}");
    }

    proptest! {
        #[test]
        fn places_are_valid_for_any_text(text in any::<String>()) {
            let mut last = 0;
            for word in words(&text) {
                prop_assert!(text.is_char_boundary(word.start) && text.is_char_boundary(word.end));
                prop_assert!(word.start < word.end && word.start >= last && !word.text.is_empty());
                last = word.start;
            }
            let terms = index_terms(&text);
            prop_assert!(terms.iter().all(|term| !term.text.is_empty()));
        }

        #[test]
        fn folded_text_has_the_same_words(text in "[\u{0985}-\u{09B9}\u{09BC}-\u{09CC}\u{4E00}-\u{4FFF}a-z'’ ,-]{0,24}") {
            prop_assert_eq!(texts(&super::fold(&text)), texts(&text));
        }
    }
}
