//! What is asked about one word: as it is written, by its sound, in pieces, and what it may be a misspelling of.

use super::{
    super::embedded::score::{Grade, is_sound_forgiven, is_sound_of_beginning, typos_allowed},
    asking::{Extent, Means, Wanted},
    readings::{as_written, besides, quoted, without_typos},
    token::{sound, token},
};
use crate::wording::{QueryWord, Script, Unit};

/// Most pieces of one way to write a word.
const MOST_PIECES: usize = 16;

/// Length from which the server forgives two typos.
const LONG: usize = 9;

/// Scores lie above this where there is at most one typo of two.
const ONE_OF_TWO: f64 = 0.5;

/// The word, its other forms, and longer words that it begins.
pub(super) fn word_as_written(word: &QueryWord, last: bool) -> Vec<Wanted> {
    let mut wanted = vec![(
        as_written(word),
        Extent::all(),
        Means::Words(Grade::AsWritten),
    )];
    if word.script == Script::Han {
        return wanted;
    }
    for stem in &word.stems {
        let means = Means::Words(Grade::OtherForm);
        wanted.push((besides(word, quoted(&token(stem))), Extent::all(), means));
    }
    if last {
        let token = token(&word.text);
        let extent = without_typos(&token);
        let means = Means::Words(Grade::Beginning);
        wanted.push((besides(word, token), extent, means));
    }
    wanted
}

/// What sounds like the word.
pub(super) fn sounds(word: &QueryWord, last: bool) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    for way in &word.sounds {
        let all: Vec<String> = way.iter().map(|term| quoted(&sound(term))).collect();
        let means = Means::Sounds(Grade::Sounding);
        wanted.push((all.join(" "), Extent::all(), means));
        if let ([only], true) = (&way[..], last && word.script != Script::Han)
            && is_sound_of_beginning(only)
        {
            let begun = sound(only);
            let extent = without_typos(&begun);
            wanted.push((begun, extent, Means::Sounds(Grade::TwoTypos)));
        }
    }
    wanted
}

/// The pieces of the long ways to write the word, each by itself.
pub(super) fn pieces(word: &QueryWord) -> Vec<Wanted> {
    let pairs = if word.script == Script::Han {
        word.terms()
    } else {
        Vec::new()
    };
    let written = pairs.iter().take(MOST_PIECES).filter(|_| pairs.len() > 1);
    let written = written.map(|pair| (quoted(&token(pair)), Extent::all(), Means::Piece(0)));
    let mut wanted: Vec<Wanted> = written.collect();
    // What is not Latin counts by its sound only where it is not known.
    let means = |way| {
        if word.text.is_ascii() {
            Means::Piece(way)
        } else {
            Means::PieceIfUnknown(way)
        }
    };
    for (way, terms) in (1..).zip(word.sounds.iter().filter(|way| way.len() > 2)) {
        let terms = terms.iter().take(MOST_PIECES);
        wanted.extend(terms.map(|term| (quoted(&sound(term)), Extent::all(), means(way))));
    }
    wanted
}

/// What is of account where the word is not known.
pub(super) fn if_unknown(word: &QueryWord, unit: &Unit) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    if !word.text.is_ascii() {
        for (q, extent, means) in sounds(word, unit.last) {
            let Means::Sounds(grade) = means else {
                continue;
            };
            if grade == Grade::Sounding {
                wanted.push((q.clone(), extent, Means::Heard));
            }
            wanted.push((q, extent, Means::IfUnknown(grade)));
        }
    }
    let typos = typos_of(word, unit);
    if typos == 0 {
        return wanted;
    }
    let end = if unit.last { "" } else { " " };
    let q = format!("{}{end}", token(&word.text));
    if typos == 2 {
        let worst = Means::IfUnknown(Grade::TwoTypos);
        wanted.push((q.clone(), Extent::all(), worst));
        wanted.push((
            q,
            Extent::above(ONE_OF_TWO),
            Means::IfUnknown(Grade::OneTypo),
        ));
    } else {
        wanted.push((q, Extent::all(), Means::IfUnknown(Grade::OneTypo)));
    }
    for way in &word.sounds {
        let [only] = &way[..] else { continue };
        if is_sound_forgiven(only) {
            let q = format!("{} ", sound(only));
            // The server forgives long words two.
            let two = q.trim_end().chars().count() >= LONG;
            let extent = if two {
                Extent::above(ONE_OF_TWO)
            } else {
                Extent::all()
            };
            wanted.push((q, extent, Means::IfUnheard(Grade::TwoTypos)));
        }
    }
    wanted
}

/// How many typos are looked for; what is known as the name of a topic is not misspelt.
fn typos_of(word: &QueryWord, unit: &Unit) -> u8 {
    if word.script == Script::Han || !unit.topics.is_empty() {
        0
    } else {
        typos_allowed(&word.text)
    }
}
