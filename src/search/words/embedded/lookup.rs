//! From a word that somebody typed to the listings of one segment that hold it, and how well.
//!
//! A word is looked for as written, in its other forms, as the beginning of a longer word where it is the last one
//! typed, and with typos where no listing knows it otherwise: a word that exists is not taken for a misspelling.

use std::io;

use tantivy::{DocId, Searcher, SegmentReader, postings::TermInfo, schema::Field};

use super::{
    postings::{each_known_term, each_misspelt_term, holders, in_either, inverted, with_all},
    schema::{Both, Fields},
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

/// How many typos a word may hold: 0, 1 or 2; in a number every digit counts.
pub(in crate::search::words) fn typos_allowed(word: &str) -> u8 {
    match word.chars().count() {
        _ if word.contains(|c: char| c.is_ascii_digit()) => 0,
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
    pub(super) fn settled(self, searcher: &Searcher, fields: &Fields) -> io::Result<Self> {
        match self {
            Self::Word {
                forms,
                beginning,
                typos,
                mut sounds,
            } => {
                let is_latin = forms[0].is_ascii();
                let known =
                    (typos > 0 || !is_latin) && is_known(&forms, beginning, searcher, fields)?;
                if known && !is_latin {
                    sounds = Sounds::default();
                }
                sounds.misspelt = !known && typos > 0 && !is_heard(&sounds, searcher, fields)?;
                Ok(Self::Word {
                    forms,
                    beginning,
                    typos: if known { 0 } else { typos },
                    sounds,
                })
            }
            Self::Run { pairs, sounds } => {
                let known = stands_somewhere(&pairs, searcher, fields)?;
                let sounds = if known { Sounds::default() } else { sounds };
                Ok(Self::Run { pairs, sounds })
            }
        }
    }

    /// The documents of the segment that hold the word in a section, in order, each with its best grade.
    pub(super) fn documents(
        &self,
        segment: &SegmentReader,
        fields: Both,
    ) -> io::Result<Vec<(DocId, Grade)>> {
        let written = inverted(segment, fields.written)?;
        match self {
            Self::Word {
                forms,
                beginning,
                typos,
                sounds,
            } => {
                let mut terms: Vec<(Grade, TermInfo)> = Vec::new();
                let mut note = |grade, info: &TermInfo| terms.push((grade, info.clone()));
                each_known_term(&written, forms, *beginning, &mut note)?;
                each_misspelt_term(
                    &written,
                    fields.written,
                    forms,
                    *beginning,
                    *typos,
                    &mut note,
                )?;
                let found = holders(&written, &terms)?;
                Ok(in_either(
                    found,
                    sounds.documents(segment, fields.latin, *beginning)?,
                ))
            }
            Self::Run { pairs, sounds } => {
                let found = with_all(&written, pairs, Grade::AsWritten)?;
                Ok(in_either(
                    found,
                    sounds.documents(segment, fields.latin, false)?,
                ))
            }
        }
    }
}

impl Sounds {
    fn documents(
        &self,
        segment: &SegmentReader,
        latin: Field,
        beginning: bool,
    ) -> io::Result<Vec<(DocId, Grade)>> {
        let mut found = Vec::new();
        if self.ways.is_empty() {
            return Ok(found);
        }
        let index = inverted(segment, latin)?;
        for way in &self.ways {
            found = in_either(found, with_all(&index, way, Grade::Sounding)?);
            let [only] = &way[..] else { continue };
            let mut terms: Vec<(Grade, TermInfo)> = Vec::new();
            if beginning && only.len() >= SHORTEST_SOUND_BEGUN {
                let mut note = |grade, info: &TermInfo| {
                    if grade == Grade::Beginning {
                        terms.push((Grade::TwoTypos, info.clone()));
                    }
                };
                each_known_term(&index, way, true, &mut note)?;
            }
            let is_skeleton = !only.contains(['a', 'e', 'i', 'o', 'u']);
            let shortest = if is_skeleton {
                SHORTEST_SKELETON_MISSPELT
            } else {
                SHORTEST_SOUND_MISSPELT
            };
            if self.misspelt && only.len() >= shortest {
                let mut note = |_, info: &TermInfo| terms.push((Grade::TwoTypos, info.clone()));
                each_misspelt_term(&index, latin, way, false, 1, &mut note)?;
            }
            found = in_either(found, holders(&index, &terms)?);
        }
        Ok(found)
    }
}

fn is_known(
    forms: &[String],
    beginning: bool,
    searcher: &Searcher,
    fields: &Fields,
) -> io::Result<bool> {
    for segment in searcher.segment_readers() {
        for (_, field) in &fields.sections {
            let mut known = false;
            let inverted = inverted(segment, field.written)?;
            each_known_term(&inverted, forms, beginning, &mut |_, _| known = true)?;
            if known {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Whether some listing has a word that sounds like it.
fn is_heard(sounds: &Sounds, searcher: &Searcher, fields: &Fields) -> io::Result<bool> {
    for segment in searcher.segment_readers() {
        for (_, field) in &fields.sections {
            let latin = inverted(segment, field.latin)?;
            for way in &sounds.ways {
                if !with_all(&latin, way, Grade::Sounding)?.is_empty() {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}

/// Whether some listing has the whole Chinese run in one section.
fn stands_somewhere(pairs: &[String], searcher: &Searcher, fields: &Fields) -> io::Result<bool> {
    for segment in searcher.segment_readers() {
        for (_, field) in &fields.sections {
            let written = inverted(segment, field.written)?;
            if !with_all(&written, pairs, Grade::AsWritten)?.is_empty() {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
