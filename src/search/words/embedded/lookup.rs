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

use super::schema::Fields;
use crate::wording::{QueryWord, Script};

/// How well a term answers a word. A higher one is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Grade {
    /// Of a Chinese run, some pairs of characters.
    InParts = 1,
    TwoTypos = 2,
    OneTypo = 3,
    Beginning = 4,
    OtherForm = 5,
    AsWritten = 6,
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
    },
    /// A Chinese run, by its pairs of characters.
    Run(Vec<String>),
}

/// Longest word whose typos are looked for; an automaton for a longer one costs more than it finds.
const LONGEST_MISSPELT: usize = 32;

impl Sought {
    /// The word as the engine looks for it; `last` when it was typed last.
    pub(super) fn new(word: &QueryWord, last: bool) -> Self {
        if word.script == Script::Han {
            return Self::Run(word.terms());
        }
        let letters = word.text.chars().count();
        let typos = match letters {
            _ if word.text.contains(|c: char| c.is_ascii_digit()) => 0,
            0..5 => 0,
            5..9 => 1,
            9..=LONGEST_MISSPELT => 2,
            _ => 0,
        };
        let forms = std::iter::once(&word.text)
            .chain(&word.stems)
            .cloned()
            .collect();
        Self::Word {
            forms,
            beginning: last,
            typos,
        }
    }

    /// The word without typos, where some listing knows it as it is.
    pub(super) fn settled(self, searcher: &Searcher, fields: &Fields) -> io::Result<Self> {
        match self {
            Self::Word {
                forms,
                beginning,
                typos: 1..,
            } if is_known(&forms, beginning, searcher, fields)? => Ok(Self::Word {
                forms,
                beginning,
                typos: 0,
            }),
            other => Ok(other),
        }
    }

    /// The documents of the segment that hold the word in `field`, in order, each with its best grade.
    pub(super) fn documents(
        &self,
        segment: &SegmentReader,
        field: Field,
    ) -> io::Result<Vec<(DocId, Grade)>> {
        match self {
            Self::Word {
                forms,
                beginning,
                typos,
            } => {
                let inverted = inverted(segment, field)?;
                let mut terms: Vec<(Grade, TermInfo)> = Vec::new();
                let mut note = |grade, info: &TermInfo| terms.push((grade, info.clone()));
                each_known_term(&inverted, forms, *beginning, &mut note)?;
                each_misspelt_term(&inverted, field, forms, *beginning, *typos, &mut note)?;
                holders(&inverted, &terms)
            }
            Self::Run(pairs) => {
                let mut together: Option<Vec<(DocId, Grade)>> = None;
                for pair in pairs {
                    let found = documents_with(segment, field, pair)?
                        .into_iter()
                        .map(|doc| (doc, Grade::AsWritten))
                        .collect();
                    together = Some(in_both(together, found));
                }
                Ok(together.unwrap_or_default())
            }
        }
    }
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
            let inverted = inverted(segment, *field)?;
            each_known_term(&inverted, forms, beginning, &mut |_, _| known = true)?;
            if known {
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
