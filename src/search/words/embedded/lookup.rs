//! From a word that somebody typed to the listings of one segment that hold it, and how well.
//!
//! A word is looked for as written, in its other forms, as the beginning of a longer word where it is the last one
//! typed, and with typos where no listing knows it otherwise: a word that exists is not taken for a misspelling.

use std::{io, sync::Arc};

use tantivy::{
    DocId, DocSet, InvertedIndexReader, Searcher, SegmentReader, TERMINATED, Term,
    postings::TermInfo,
    query::FuzzyTermQuery,
    schema::{Field, IndexRecordOption},
};

use super::schema::{Both, Fields};
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

/// Most terms of one field that one word stands for; a single letter begins very many words.
const MOST_TERMS: usize = 2_000;

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

/// The documents with all the terms.
fn with_all(
    index: &InvertedIndexReader,
    terms: &[String],
    grade: Grade,
) -> io::Result<Vec<(DocId, Grade)>> {
    let mut infos = Vec::with_capacity(terms.len());
    for term in terms {
        match index.terms().get(term)? {
            Some(info) => infos.push((grade, info)),
            None => return Ok(Vec::new()),
        }
    }
    // The rarest first, so that little is left to compare.
    infos.sort_unstable_by_key(|(_, info)| info.doc_freq);
    let mut together: Option<Vec<(DocId, Grade)>> = None;
    for info in &infos {
        if together.as_ref().is_some_and(Vec::is_empty) {
            break;
        }
        together = Some(in_both(
            together,
            holders(index, std::slice::from_ref(info))?,
        ));
    }
    Ok(together.unwrap_or_default())
}

/// The documents of either list, each with the better of its grades.
fn in_either(one: Vec<(DocId, Grade)>, other: Vec<(DocId, Grade)>) -> Vec<(DocId, Grade)> {
    if one.is_empty() || other.is_empty() {
        return if one.is_empty() { other } else { one };
    }
    let mut either = one;
    either.extend(other);
    either.sort_unstable_by_key(|&(document, grade)| (document, std::cmp::Reverse(grade)));
    either.dedup_by_key(|(document, _)| *document);
    either
}

/// The documents of both lists, each with the lesser of its grades; without a first list, the second.
pub(super) fn in_both(
    one: Option<Vec<(DocId, Grade)>>,
    other: Vec<(DocId, Grade)>,
) -> Vec<(DocId, Grade)> {
    let Some(one) = one else { return other };
    let mut both = Vec::with_capacity(one.len().min(other.len()));
    let mut rest = other.into_iter().peekable();
    for (document, grade) in one {
        while rest.next_if(|(next, _)| *next < document).is_some() {}
        if let Some((_, other_grade)) = rest.next_if(|(next, _)| *next == document) {
            both.push((document, grade.min(other_grade)));
        }
    }
    both
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

fn each_known_term(
    index: &InvertedIndexReader,
    forms: &[String],
    beginning: bool,
    note: &mut dyn FnMut(Grade, &TermInfo),
) -> io::Result<()> {
    for (at, form) in forms.iter().enumerate() {
        if let Some(info) = index.terms().get(form)? {
            note(
                if at == 0 {
                    Grade::AsWritten
                } else {
                    Grade::OtherForm
                },
                &info,
            );
        }
    }
    let Some(written) = forms.first().filter(|_| beginning) else {
        return Ok(());
    };
    let mut longer = index.terms().range().gt(written).into_stream()?;
    for _ in 0..MOST_TERMS {
        match longer.next() {
            Some((term, info)) if term.starts_with(written.as_bytes()) => {
                note(Grade::Beginning, info)
            }
            _ => break,
        }
    }
    Ok(())
}

fn each_misspelt_term(
    index: &InvertedIndexReader,
    field: Field,
    forms: &[String],
    beginning: bool,
    most_typos: u8,
    note: &mut dyn FnMut(Grade, &TermInfo),
) -> io::Result<()> {
    let Some(written) = forms.first() else {
        return Ok(());
    };
    let term = Term::from_field_text(field, written);
    for typos in 1..=most_typos {
        let grade = if typos == 1 {
            Grade::OneTypo
        } else {
            Grade::TwoTypos
        };
        let query = if beginning {
            FuzzyTermQuery::new_prefix(term.clone(), typos, true)
        } else {
            FuzzyTermQuery::new(term.clone(), typos, true)
        };
        let automaton = query.automaton().map_err(io::Error::other)?;
        let mut alike = index.terms().search(automaton).into_stream()?;
        for _ in 0..MOST_TERMS {
            let Some((_, info)) = alike.next() else { break };
            note(grade, info);
        }
    }
    Ok(())
}

/// The documents that hold any of the terms, in order, each with its best grade.
fn holders(
    index: &InvertedIndexReader,
    terms: &[(Grade, TermInfo)],
) -> io::Result<Vec<(DocId, Grade)>> {
    let mut found: Vec<(DocId, Grade)> = Vec::new();
    for (grade, info) in terms {
        let mut postings = index.read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
        while postings.doc() != TERMINATED {
            found.push((postings.doc(), *grade));
            postings.advance();
        }
    }
    if terms.len() > 1 {
        found.sort_unstable_by_key(|&(document, grade)| (document, std::cmp::Reverse(grade)));
        found.dedup_by_key(|(document, _)| *document);
    }
    Ok(found)
}

/// The documents of the segment that hold exactly this term, in order.
pub(super) fn documents_with(
    segment: &SegmentReader,
    field: Field,
    term: &str,
) -> io::Result<Vec<DocId>> {
    let inverted = inverted(segment, field)?;
    let mut found = Vec::new();
    if let Some(mut postings) = inverted.read_postings(
        &Term::from_field_text(field, term),
        IndexRecordOption::Basic,
    )? {
        while postings.doc() != TERMINATED {
            found.push(postings.doc());
            postings.advance();
        }
    }
    Ok(found)
}

fn inverted(segment: &SegmentReader, field: Field) -> io::Result<Arc<InvertedIndexReader>> {
    segment.inverted_index(field).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_of_two_grades_counts() {
        let one = vec![(1, Grade::Sounding), (4, Grade::AsWritten)];
        let other = vec![(1, Grade::OneTypo), (2, Grade::Sounding)];
        assert_eq!(
            in_either(one, other),
            [
                (1, Grade::OneTypo),
                (2, Grade::Sounding),
                (4, Grade::AsWritten)
            ]
        );
    }

    #[test]
    fn words_of_a_unit_must_stand_together() {
        let one = vec![
            (1, Grade::AsWritten),
            (4, Grade::OneTypo),
            (9, Grade::AsWritten),
        ];
        let other = vec![
            (4, Grade::AsWritten),
            (8, Grade::AsWritten),
            (9, Grade::Beginning),
        ];
        assert_eq!(
            in_both(Some(one), other.clone()),
            [(4, Grade::OneTypo), (9, Grade::Beginning)]
        );
        assert_eq!(in_both(None, other.clone()), other);
    }
}
