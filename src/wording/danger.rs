//! Words of somebody whose life is in danger, as they are really typed: inside longer sentences, misspelt, with filler
//! between.
//!
//! The phrases, the look-alikes that are none ("suicide prevention training", "dying of laughter") and the filler are
//! data (`danger.tsv`). A look-alike takes away what lies inside it and nothing else. To miss somebody is worse than to
//! show a number to somebody who needs none, so phrases allow for slips and look-alikes do not. Which country's numbers
//! to show is deliberately not decided here: words name none.

use std::collections::{HashMap, HashSet};

use super::{
    script::Script,
    segment::{Token, tokens},
    slip::slips,
    stem::base,
};

/// Phrases of danger and their look-alikes.
#[derive(Debug, Default)]
pub struct Danger {
    /// By the first character of the phrase, which a slip hardly ever hits.
    phrases: HashMap<char, Vec<Phrase>>,
    filler: HashSet<Box<str>>,
}

#[derive(Debug)]
struct Phrase {
    words: Vec<Wanted>,
    /// The words without spaces between them, where they may be typed so.
    joined: Option<Box<str>>,
    /// How many slips are allowed in all of it.
    slips: usize,
    lookalike: bool,
    /// Whether the last word may go on: Bengali endings are left off in the data.
    open: bool,
    /// Whether words may end in an Indonesian "my", "your", "his", "her" or "the".
    suffixed: bool,
}

#[derive(Debug)]
struct Wanted {
    text: Box<str>,
    /// As it sounds, where it is Bengali in Latin letters.
    sound: Option<Box<str>>,
    letters: usize,
}

/// A word of the text that is searched.
struct Heard<'t> {
    token: &'t Token<'t>,
    base: Option<std::borrow::Cow<'t, str>>,
    sound: Option<String>,
}

/// A line of the table that says nothing.
#[derive(Debug, thiserror::Error)]
#[error("line {0}: a phrase, its language, register and kind, apart by tabs")]
pub struct DangerError(pub usize);

/// Most words of filler between two words of a phrase.
const MOST_FILLER: usize = 2;

impl Danger {
    /// Reads the table: tab-separated `phrase language register kind source`, under a head.
    ///
    /// # Errors
    /// The first line that has no kind.
    pub fn parse(table: &str) -> Result<Self, DangerError> {
        let mut danger = Self::default();
        for (index, line) in table.lines().enumerate().skip(1) {
            let cells: Vec<&str> = line.split('\t').collect();
            let [phrase, language, _, kind, ..] = cells[..] else {
                return Err(DangerError(index + 1));
            };
            match kind {
                "filler" => danger
                    .filler
                    .extend(tokens(phrase).iter().map(|token| Box::from(&*token.text))),
                _ => danger.add(phrase, language, kind == "lookalike"),
            }
        }
        Ok(danger)
    }

    fn add(&mut self, phrase: &str, language: &str, lookalike: bool) {
        let sounds = language == "bn-Latn";
        let words: Vec<Wanted> = tokens(phrase)
            .iter()
            .map(|token| Wanted {
                text: (*token.text).into(),
                sound: sounds.then(|| sound(&token.text).into()),
                letters: token.text.chars().count(),
            })
            .collect();
        let letters: usize = words.iter().map(|word| word.letters).sum();
        let slips = match letters {
            _ if lookalike => 0,
            0..5 => 0,
            5..9 => 1,
            _ => 2,
        };
        let Some(first) = words.first().and_then(|word| word.text.chars().next()) else {
            return;
        };
        let whole = || words.iter().map(|word| &*word.text).collect();
        self.phrases.entry(first).or_default().push(Phrase {
            joined: (words.len() > 1 && letters >= 6).then(whole),
            words,
            slips,
            lookalike,
            open: language.starts_with("bn"),
            suffixed: language == "id",
        });
    }

    /// Where `text` says that a life is in danger, in bytes; empty where it does not.
    #[must_use]
    pub fn said(&self, text: &str) -> Vec<(usize, usize)> {
        let tokens = tokens(text);
        let heard: Vec<Heard<'_>> = tokens
            .iter()
            .map(|token| Heard {
                base: base(&token.text, token.script),
                sound: (token.script == Script::Latin).then(|| sound(&token.text)),
                token,
            })
            .collect();
        let (mut dangers, mut lookalikes) = (Vec::new(), Vec::new());
        for (start, token) in tokens.iter().enumerate() {
            let first = initial(&token.text);
            for phrase in self.phrases.get(&first).into_iter().flatten() {
                if let Some(end) = self.says(&heard, start, phrase) {
                    let found = if phrase.lookalike {
                        &mut lookalikes
                    } else {
                        &mut dangers
                    };
                    found.push((start, end));
                }
            }
        }
        dangers.retain(|(start, end)| {
            !lookalikes
                .iter()
                .any(|(from, until)| from <= start && end <= until)
        });
        dangers
            .into_iter()
            .map(|(start, end)| (tokens[start].start, tokens[end - 1].end))
            .collect()
    }

    /// The word after the phrase, if the words from `start` on say it.
    fn says(&self, heard: &[Heard<'_>], start: usize, phrase: &Phrase) -> Option<usize> {
        let (mut at, mut left) = (start, phrase.slips);
        for (index, wanted) in phrase.words.iter().enumerate() {
            let open = phrase.open && index + 1 == phrase.words.len();
            let mut skipped = 0;
            let (next, cost) = loop {
                if let Some(found) = hears(heard, at, wanted, (open, phrase.suffixed), left) {
                    break found;
                }
                let is_filler = || {
                    heard
                        .get(at)
                        .is_some_and(|word| self.filler.contains(&*word.token.text))
                };
                if index == 0 || phrase.lookalike || skipped == MOST_FILLER || !is_filler() {
                    return phrase
                        .is_joined_in(heard.get(start)?)
                        .then_some(start + 1)
                        .filter(|_| index == 0 || at == start);
                }
                skipped += 1;
                at += 1;
            };
            at = next;
            left -= cost;
        }
        Some(at)
    }
}

impl Phrase {
    /// Whether the word is the whole phrase, typed without its spaces.
    fn is_joined_in(&self, word: &Heard<'_>) -> bool {
        word.token.script != Script::Han && self.joined.as_deref() == Some(&*word.token.text)
    }
}

/// The character by which phrases are looked for; any number stands for the phrases that begin with one.
fn initial(word: &str) -> char {
    if word.bytes().all(|b| b.is_ascii_digit()) {
        return '0';
    }
    word.chars().next().unwrap_or_default()
}

/// The word after `wanted` and the slips that it took, if the words at `at` say it.
fn hears(
    heard: &[Heard<'_>],
    at: usize,
    wanted: &Wanted,
    (open, suffixed): (bool, bool),
    left: usize,
) -> Option<(usize, usize)> {
    let word = heard.get(at)?;
    let text = &*word.token.text;
    let is_number = &*wanted.text == "0" && text.bytes().all(|b| b.is_ascii_digit());
    let goes_on =
        |wanted: &str, text: &str| open && wanted.chars().count() >= 2 && text.starts_with(wanted);
    let same = text == &*wanted.text
        || is_number
        || word.base.as_deref() == Some(&wanted.text)
        || suffixed
            && ["nya", "ku", "mu"]
                .iter()
                .any(|suffix| text.strip_suffix(suffix) == Some(&wanted.text))
        || goes_on(&wanted.text, text);
    let sounds = || {
        let (wanted, sound) = (wanted.sound.as_deref()?, word.sound.as_deref()?);
        Some(wanted == sound || wanted.len() >= 3 && goes_on(wanted, sound))
    };
    if same || sounds() == Some(true) {
        return Some((at + 1, 0));
    }
    if let Some(next) = heard.get(at + 1)
        && word.token.script == Script::Latin
        && next.token.script == Script::Latin
        && wanted.text.strip_prefix(text) == Some(&next.token.text)
    {
        return Some((at + 2, 0));
    }
    slipped(text, word.sound.as_deref(), wanted, open, left).map(|cost| (at + 1, cost))
}

/// The slips by which the word is `wanted`, where it is long enough for them. Of four letters one may be missing, put
/// in or swapped, but none is another: too many words of four letters are one letter apart.
fn slipped(
    text: &str,
    sounds: Option<&str>,
    wanted: &Wanted,
    open: bool,
    left: usize,
) -> Option<usize> {
    let most = left.min(match wanted.letters {
        0..4 => 0,
        4..9 => 1,
        _ => 2,
    });
    if most == 0 || text.chars().next() != wanted.text.chars().next() {
        return None;
    }
    let by = |typed: &str, meant: &str| {
        let longer = typed.char_indices().nth(wanted.letters).filter(|_| open);
        slips(longer.map_or(typed, |(end, _)| &typed[..end]), meant, most)
    };
    if wanted.letters == 4 {
        let swapped = || {
            let sorted = |word: &str| {
                let mut letters: Vec<char> = word.chars().collect();
                letters.sort_unstable();
                letters
            };
            sorted(text) == sorted(&wanted.text)
        };
        let other_length = text.chars().count() != 4;
        return slips(text, &wanted.text, 1).filter(|_| other_length || swapped());
    }
    by(text, &wanted.text).or_else(|| by(sounds?, wanted.sound.as_deref()?))
}

/// Bengali in Latin letters as it sounds: people agree on the sound and not on the letters.
fn sound(word: &str) -> String {
    const SAME: &[(&str, &str)] = &[
        ("chh", "c"),
        ("ch", "c"),
        ("sh", "s"),
        ("kh", "k"),
        ("gh", "g"),
        ("jh", "j"),
        ("th", "t"),
        ("dh", "d"),
        ("ph", "f"),
        ("bh", "b"),
        ("aa", "a"),
        ("ee", "i"),
        ("oo", "u"),
        ("ai", "ay"),
        ("z", "j"),
        ("v", "b"),
        ("w", "o"),
        ("q", "k"),
        ("x", "ks"),
    ];
    let mut said = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(c) = rest.chars().next() {
        let (taken, sound) = SAME
            .iter()
            .find(|(letters, _)| rest.starts_with(letters))
            .map_or((c.len_utf8(), &rest[..c.len_utf8()]), |(letters, sound)| {
                (letters.len(), *sound)
            });
        if !said.ends_with(sound) {
            said.push_str(sound);
        }
        rest = &rest[taken..];
    }
    said
}

#[cfg(test)]
mod tests;
