//! From a word that somebody typed to the listings of one segment that hold it, and how well.
//!
//! A word is looked for as written, in its other forms, as the beginning of a longer word where it is the last one
//! typed, and with typos where no listing knows it otherwise: a word that exists is not taken for a misspelling.

use std::io;

use tantivy::DocId;

use super::{
    cells::{Cells, Mask},
    postings::{Answering, Dictionaries, Dictionary, gathered},
};
use crate::wording::{QueryWord, Script};

/// How well a term answers a word. A higher one is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(in crate::search::words) enum Grade {
    /// Of a Chinese run, some pairs of characters.
    InParts = 1,
    TwoTypos = 2,
    /// Otherwise written, but said alike; or the same in Latin letters.
    Sounding = 3,
    OneTypo = 4,
    Beginning = 5,
    OtherForm = 6,
    AsWritten = 7,
}

impl Grade {
    pub(super) const ALL: [Self; 7] = [
        Self::InParts,
        Self::TwoTypos,
        Self::Sounding,
        Self::OneTypo,
        Self::Beginning,
        Self::OtherForm,
        Self::AsWritten,
    ];

    /// The grade of this number; none for zero.
    pub(super) fn of(number: u32) -> Option<Self> {
        Self::ALL.get((number as usize).checked_sub(1)?).copied()
    }
}

/// A word to look for.
#[derive(Clone, Debug)]
pub(super) enum Sought {
    Word {
        /// As written first, then its stems.
        forms: Vec<String>,
        /// Whether somebody may still be typing it.
        beginning: bool,
        /// How many typos are allowed: 0, 1 or 2.
        typos: u8,
        sounds: Sounds,
    },
    /// A Chinese run, by its pairs of characters.
    Run { pairs: Vec<String>, sounds: Sounds },
}

/// How a word may be written in the Latin fields; the terms of each way stand together.
#[derive(Clone, Debug, Default)]
pub(super) struct Sounds {
    pub(super) ways: Vec<Vec<String>>,
    /// Whether a typo is forgiven.
    misspelt: bool,
}

/// Longest word whose typos are looked for; an automaton for a longer one costs more than it finds.
const LONGEST_MISSPELT: usize = 32;

/// How a shorter word sounds begins too many others, and is like too many.
const SHORTEST_SOUND_BEGUN: usize = 4;
const SHORTEST_SOUND_MISSPELT: usize = 5;
/// Of consonants alone it takes more: of so few, one slip makes nearly any other word.
const SHORTEST_SKELETON_MISSPELT: usize = 6;

/// Whether longer words are looked for that sound so at their beginning.
pub(in crate::search::words) fn is_sound_of_beginning(sound: &str) -> bool {
    sound.len() >= SHORTEST_SOUND_BEGUN
}

/// Whether a slip is forgiven in how a word sounds; never in its first letter.
pub(in crate::search::words) fn is_sound_forgiven(sound: &str) -> bool {
    let is_skeleton = !sound.contains(['a', 'e', 'i', 'o', 'u']);
    let shortest = if is_skeleton {
        SHORTEST_SKELETON_MISSPELT
    } else {
        SHORTEST_SOUND_MISSPELT
    };
    sound.len() >= shortest
}

/// Latin, Bengali, Devanagari, Cyrillic, and digits, which are ASCII by then: letters that every engine compares one by
/// one.
pub(in crate::search::words) fn is_compared(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(c, 'à'..='ö' | 'ø'..='\u{024F}' | '\u{0400}'..='\u{052F}' | '\u{0900}'..='\u{09FF}')
}

/// How many typos a word may hold: 0, 1 or 2; in a number every digit counts, and of scripts whose letters not every
/// engine compares one by one, every letter.
pub(in crate::search::words) fn typos_allowed(word: &str) -> u8 {
    match word.chars().count() {
        _ if word.contains(|c: char| c.is_ascii_digit() || !is_compared(c)) => 0,
        0..5 => 0,
        5..9 => 1,
        9..=LONGEST_MISSPELT => 2,
        _ => 0,
    }
}

impl Sought {
    /// The word as the engine looks for it; `last` when it was typed last.
    pub(super) fn new(word: &QueryWord, last: bool) -> Self {
        let sounds = Sounds {
            ways: word.sounds.clone(),
            misspelt: false,
        };
        if word.script == Script::Han {
            let pairs = word.terms();
            return Self::Run { pairs, sounds };
        }
        let forms = std::iter::once(&word.text)
            .chain(&word.stems)
            .cloned()
            .collect();
        Self::Word {
            forms,
            beginning: last,
            typos: typos_allowed(&word.text),
            sounds,
        }
    }

    /// The word as nothing but itself: one that stands for what was typed is neither half a word nor misspelt.
    pub(super) fn exactly(word: &QueryWord) -> Self {
        match Self::new(word, false) {
            Self::Word { forms, .. } => Self::Word {
                forms,
                beginning: false,
                typos: 0,
                sounds: Sounds::default(),
            },
            Self::Run { pairs, .. } => Self::Run {
                pairs,
                sounds: Sounds::default(),
            },
        }
    }

    /// The word without typos.
    pub(super) fn without_typos(self) -> Self {
        match self {
            Self::Word {
                forms,
                beginning,
                sounds,
                ..
            } => Self::Word {
                forms,
                beginning,
                typos: 0,
                sounds,
            },
            run @ Self::Run { .. } => run,
        }
    }

    /// The word without typos, where some listing knows it as it is; and without what only sounds like it, unless it may
    /// be another script in Latin letters.
    pub(super) fn settled(self, segments: &[Dictionaries]) -> io::Result<Self> {
        match self {
            Self::Word {
                forms,
                beginning,
                typos,
                mut sounds,
            } => {
                let is_latin = forms[0].is_ascii();
                let known = (typos > 0 || !is_latin)
                    && any(segments, |segment| segment.written.knows(&forms, beginning))?;
                if known && !is_latin {
                    sounds = Sounds::default();
                }
                sounds.misspelt = !known && typos > 0 && !sounds.is_heard(segments)?;
                let typos = if known { 0 } else { typos };
                Ok(Self::Word {
                    forms,
                    beginning,
                    typos,
                    sounds,
                })
            }
            Self::Run { pairs, sounds } => {
                let known = any(segments, |segment| segment.written.has_all(&pairs))?;
                let sounds = if known { Sounds::default() } else { sounds };
                Ok(Self::Run { pairs, sounds })
            }
        }
    }

    /// What there is in the segment of the word; none where it cannot stand anywhere there.
    pub(super) fn found<'a>(&'a self, segment: &'a Dictionaries) -> io::Result<Option<Found<'a>>> {
        let (terms, pairs, sounds, beginning) = match self {
            Self::Word {
                forms,
                beginning,
                typos,
                sounds,
            } => {
                let mut terms = segment.written.known(forms, *beginning)?;
                terms.extend(segment.written.misspelt(&forms[0], *beginning, *typos)?);
                (terms, &[][..], sounds, *beginning)
            }
            Self::Run { pairs, sounds } => (Vec::new(), &pairs[..], sounds, false),
        };
        let nowhere = terms.is_empty() && pairs.is_empty() && sounds.ways.is_empty();
        Ok((!nowhere).then_some(Found {
            segment,
            terms,
            pairs,
            sounds,
            beginning,
        }))
    }
}

/// Where a word may stand in a segment, before its documents are read.
pub(super) struct Found<'a> {
    segment: &'a Dictionaries,
    terms: Vec<Answering>,
    /// These stand together.
    pairs: &'a [String],
    sounds: &'a Sounds,
    beginning: bool,
}

impl Found<'_> {
    /// Every document that holds the word, some more than once, with sections and grade.
    pub(super) fn each_document(&self, note: &mut dyn FnMut(DocId, Mask, Grade)) -> io::Result<()> {
        let written = &self.segment.written;
        for (grade, info) in &self.terms {
            written.each_document(info, &mut |document, mask| note(document, mask, *grade))?;
        }
        if !self.pairs.is_empty() {
            for (document, mask) in written.with_all(self.pairs)? {
                note(document, mask, Grade::AsWritten);
            }
        }
        self.sounds
            .each_document(&self.segment.latin, self.beginning, note)
    }

    /// The documents that hold the word, in order, each with the best grade of each section.
    pub(super) fn documents(&self) -> io::Result<Vec<(DocId, Cells)>> {
        let mut found = Vec::new();
        self.each_document(&mut |document, mask, grade| {
            found.push((document, Cells::of(mask, grade)));
        })?;
        Ok(gathered(found))
    }
}

impl Sounds {
    fn each_document(
        &self,
        latin: &Dictionary,
        beginning: bool,
        note: &mut dyn FnMut(DocId, Mask, Grade),
    ) -> io::Result<()> {
        for way in &self.ways {
            for (document, mask) in latin.with_all(way)? {
                note(document, mask, Grade::Sounding);
            }
            let [only] = &way[..] else { continue };
            let mut less = |document, mask| note(document, mask, Grade::TwoTypos);
            if beginning && is_sound_of_beginning(only) {
                for (grade, info) in latin.known(way, true)? {
                    if grade == Grade::Beginning {
                        latin.each_document(&info, &mut less)?;
                    }
                }
            }
            if self.misspelt && is_sound_forgiven(only) {
                for (_, info) in latin.misspelt(only, false, 1)? {
                    latin.each_document(&info, &mut less)?;
                }
            }
        }
        Ok(())
    }

    /// Whether some listing has a word that sounds like it.
    fn is_heard(&self, segments: &[Dictionaries]) -> io::Result<bool> {
        for way in &self.ways {
            if any(segments, |segment| segment.latin.has_all(way))? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether `test` holds of a segment.
fn any(
    segments: &[Dictionaries],
    test: impl Fn(&Dictionaries) -> io::Result<bool>,
) -> io::Result<bool> {
    for segment in segments {
        if test(segment)? {
            return Ok(true);
        }
    }
    Ok(false)
}
