//! How words are written for the server: as they are, in their other forms, and several that stand together.

use super::{
    super::embedded::score::Grade,
    asking::{Extent, Means, Wanted},
    token::{sound, token},
};
use crate::wording::{QueryWord, Script, Unit};

/// Most ways to read the words of one unit: each may have several forms.
const MOST_READINGS: usize = 6;

/// Most other words for the same.
const MOST_ALTERNATIVES: usize = 8;

/// Length from which the server forgives a typo.
const FORGIVEN: usize = 5;

/// Scores lie above this where there is no typo.
const NO_TYPO: f64 = 0.99;

/// Several words that stand together, each in one of its forms.
pub(super) fn several_words(words: &[QueryWord], last: bool) -> Vec<Wanted> {
    let mut wanted: Vec<Wanted> = readings(words, true)
        .into_iter()
        .map(|(q, grade)| (q, Extent::all(), Means::Also(grade)))
        .collect();
    if let Some((end, before)) = words.split_last()
        && last
        && end.script != Script::Han
    {
        let mut q: Vec<String> = before.iter().map(as_written).collect();
        let end = token(&end.text);
        let extent = without_typos(&end);
        q.push(end);
        wanted.push((q.join(" "), extent, Means::Also(Grade::Beginning)));
    }
    wanted
}

/// Other words for the same, as nothing but themselves.
pub(super) fn alternatives(unit: &Unit) -> Vec<Wanted> {
    let alternatives = unit.alternatives.iter().take(MOST_ALTERNATIVES);
    alternatives
        .flat_map(|words| readings(words, false))
        .map(|(q, grade)| (q, Extent::all(), Means::Also(grade.min(Grade::OtherForm))))
        .collect()
}

/// The ways to read the words, as written first, each with how well it answers them.
fn readings(words: &[QueryWord], with_sounds: bool) -> Vec<(String, Grade)> {
    let mut readings = vec![(String::new(), Grade::AsWritten)];
    for word in words {
        let mut forms = vec![(as_written(word), Grade::AsWritten)];
        let stems = word.stems.iter();
        forms.extend(stems.map(|stem| (quoted(&token(stem)), Grade::OtherForm)));
        if with_sounds && word.text.is_ascii() {
            forms.extend(word.sounds.iter().map(|way| {
                let all: Vec<String> = way.iter().map(|term| quoted(&sound(term))).collect();
                (all.join(" "), Grade::Sounding)
            }));
        }
        let with = |(before, one): &(String, Grade), (form, other): &(String, Grade)| {
            (
                format!("{before} {form}").trim_start().to_owned(),
                *one.min(other),
            )
        };
        readings = forms
            .iter()
            .flat_map(|form| readings.iter().map(move |before| with(before, form)))
            .take(MOST_READINGS)
            .collect();
    }
    readings
}

/// The question without what the word finds as written: that is known already, and each match costs.
pub(super) fn besides(word: &QueryWord, q: String) -> String {
    format!("-{} {q}", quoted(&token(&word.text)))
}

/// The word with nothing but itself meant; of a Chinese run all its pairs.
pub(super) fn as_written(word: &QueryWord) -> String {
    let terms: Vec<String> = word
        .terms()
        .iter()
        .map(|term| quoted(&token(term)))
        .collect();
    terms.join(" ")
}

/// A word in quotes has neither typos nor other endings.
pub(super) fn quoted(token: &str) -> String {
    format!("\"{token}\"")
}

/// What the server would forgive in a word of this length is not wanted.
pub(super) fn without_typos(token: &str) -> Extent {
    if token.chars().count() < FORGIVEN {
        Extent::all()
    } else {
        Extent::above(NO_TYPO)
    }
}
