//! Text cut into words, and words into the terms that an index holds.
//!
//! Cutting works on the text as written, so that every word knows its bytes there; each word is then folded by itself.
//! A Chinese run is one word here; its terms are its characters and their pairs, so that any part of it finds it,
//! however it would be segmented.

use std::borrow::Cow;

use super::{
    convert::as_text,
    normalise::{folded, is_apostrophe, is_invisible, is_word_char},
    pinyin,
    script::{Script, is_han, is_letter_or_digit, script_of},
    sound::bengali_key,
    stem::stems,
};

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word<'t> {
    /// Folded.
    pub text: Cow<'t, str>,
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
pub(super) struct Token<'t> {
    pub text: Cow<'t, str>,
    pub start: usize,
    pub end: usize,
    pub script: Script,
    /// Whether it continues the Chinese run of the token before it.
    pub joined: bool,
}

/// The words of `original`, in order; a run of Chinese characters is one word.
#[must_use]
pub fn words(original: &str) -> Vec<Word<'_>> {
    let mut words = Vec::with_capacity(original.len() / 6);
    for (start, end) in Spans::of(original) {
        let text = folded(&original[start..end]);
        // A compatibility character may fold to several words ("⑴"); they share its place.
        if matches!(text, Cow::Owned(_)) && !is_whole(&text) {
            words.extend(Spans::of(&text).map(|(from, to)| Word {
                script: word_script(&text[from..to]),
                text: Cow::Owned(text[from..to].to_owned()),
                start,
                end,
            }));
            continue;
        }
        words.push(Word {
            script: word_script(&text),
            text,
            start,
            end,
        });
    }
    words
}

/// Whether a folded word is certainly one word still.
fn is_whole(word: &str) -> bool {
    let mut han = word.chars().map(is_han);
    let first = han.next();
    word.starts_with(|c| is_letter_or_digit(c) || is_han(c))
        && word.chars().all(|c| is_han(c) || is_word_char(c))
        && han.all(|each| Some(each) == first)
}

/// What an index field holds of `text`: its words with their stems; of Chinese each character and each pair.
#[must_use]
pub fn index_terms(text: &str) -> Vec<Term> {
    let tokens = tokens(text);
    let mut terms = Vec::with_capacity(tokens.len() * 2);
    for (position, token) in tokens.iter().enumerate() {
        terms.push(Term {
            text: token.text.clone().into_owned(),
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

/// What a Latin field holds of `text`: of Bengali how its words sound, of Chinese the pinyin of its pairs.
#[must_use]
pub fn latin_terms(text: &str) -> Vec<String> {
    let mut terms = Vec::new();
    for word in words(text) {
        match word.script {
            Script::Bengali => {
                terms.extend(bengali_key(&word.text));
                terms.extend(
                    stems(&word.text, word.script)
                        .iter()
                        .filter_map(|stem| bengali_key(stem)),
                );
            }
            Script::Han => terms.extend(pinyin::pairs_of(&word.text)),
            Script::Latin | Script::Other => {}
        }
    }
    terms
}

/// Neighbouring words of a name written as one, as people do ("coxsbazar", "hongkong"), with how Bengali ones sound.
#[must_use]
pub fn joined_terms(name: &str) -> (Vec<String>, Vec<String>) {
    let words = words(name);
    let (mut written, mut sounding) = (Vec::new(), Vec::new());
    for pair in words.windows(2) {
        let (one, other) = (&pair[0], &pair[1]);
        if one.script != other.script {
            continue;
        }
        let both = format!("{}{}", one.text, other.text);
        match one.script {
            Script::Latin => written.push(both),
            Script::Bengali => {
                sounding.extend(bengali_key(&both));
                written.push(both);
            }
            Script::Han | Script::Other => {}
        }
    }
    (written, sounding)
}

pub(super) fn tokens(original: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::with_capacity(original.len() / 4);
    for word in words(original) {
        if word.script == Script::Han {
            characters(original, &word, &mut tokens);
            continue;
        }
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
    }
    tokens
}

/// The characters of a Chinese run, each a token.
fn characters<'t>(original: &str, run: &Word<'t>, tokens: &mut Vec<Token<'t>>) {
    let places = character_places(original, run);
    for (index, (at, c)) in run.text.char_indices().enumerate() {
        // Conversion keeps the number of characters; should it ever not, the last place takes the rest.
        let (start, end) = places
            .get(index)
            .or(places.last())
            .copied()
            .unwrap_or((run.start, run.end));
        let text = match &run.text {
            Cow::Borrowed(whole) => Cow::Borrowed(&whole[at..at + c.len_utf8()]),
            Cow::Owned(_) => as_text(c),
        };
        tokens.push(Token {
            text,
            start,
            end,
            script: Script::Han,
            joined: index > 0,
        });
    }
}

/// The byte ranges of a Chinese run's characters, each with what modifies it.
fn character_places(original: &str, run: &Word<'_>) -> Vec<(usize, usize)> {
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
struct Spans<'t> {
    rest: std::iter::Peekable<std::str::CharIndices<'t>>,
}

impl<'t> Spans<'t> {
    fn of(text: &'t str) -> Self {
        Self {
            rest: text.char_indices().peekable(),
        }
    }
}

impl Iterator for Spans<'_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<(usize, usize)> {
        let (start, first) = self
            .rest
            .find(|(_, c)| is_letter_or_digit(*c) || is_han(*c))?;
        let in_han = is_han(first);
        let mut end = start + first.len_utf8();
        while let Some(&(at, c)) = self.rest.peek() {
            let han = is_han(c);
            let letter = han || is_letter_or_digit(c);
            if letter && han != in_han && !is_invisible(c) {
                break;
            }
            self.rest.next();
            if han == in_han && letter || !letter && is_word_char(c) {
                end = at + c.len_utf8();
                continue;
            }
            // Whether the word really goes on shows at the next letter: its end does not move before.
            let may_go_on = |next: char| is_letter_or_digit(next) || is_invisible(next);
            let goes_on = is_apostrophe(c)
                && !in_han
                && self.rest.peek().is_some_and(|(_, next)| may_go_on(*next));
            if !is_invisible(c) && !goes_on {
                break;
            }
        }
        Some((start, end))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{index_terms, words};

    fn texts(original: &str) -> Vec<String> {
        words(original)
            .into_iter()
            .map(|word| word.text.into_owned())
            .collect()
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
    fn latin_fields_hold_what_is_typed_for_other_scripts() {
        assert_eq!(
            super::latin_terms("মানসিক হাসপাতাল depresi 咨询师"),
            ["mnsik", "hsptl", "zixun", "xunshi"]
        );
        assert_eq!(
            super::joined_terms("Cox's Bazar"),
            (vec!["coxsbazar".to_owned()], vec![])
        );
        assert_eq!(super::joined_terms("কান পেতে").1, ["knpete"]);
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
            prop_assert_eq!(texts(&super::super::fold(&text)), texts(&text));
        }
    }
}
