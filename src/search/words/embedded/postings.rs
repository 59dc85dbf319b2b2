//! From terms of one segment to the listings that hold them: looked up as written, begun, or with typos, and joined.

use std::{io, sync::Arc};

use tantivy::{
    DocId, DocSet, InvertedIndexReader, SegmentReader, TERMINATED, Term,
    fastfield::AliveBitSet,
    postings::{Postings, TermInfo},
    query::FuzzyTermQuery,
    schema::{Field, IndexRecordOption},
};

use super::{
    cells::{Cells, Mask},
    lookup::Grade,
    schema::Fields,
};
use crate::wording;

/// Most terms that one word stands for; a single letter begins very many words.
const MOST_TERMS: usize = 2_000;

/// The dictionaries of one segment.
pub(super) struct Dictionaries {
    pub(super) written: Dictionary,
    /// How words sound, and names that are not in Latin letters in these.
    pub(super) latin: Dictionary,
}

impl Dictionaries {
    pub(super) fn of(segment: &SegmentReader, fields: &Fields) -> io::Result<Self> {
        Ok(Self {
            written: Dictionary::of(segment, fields.written)?,
            latin: Dictionary::of(segment, fields.latin)?,
        })
    }
}

/// The terms of all sections, and where each stands.
pub(super) struct Dictionary {
    field: Field,
    index: Arc<InvertedIndexReader>,
    /// Terms of documents that are gone stay until the segment is rewritten; none where nothing is gone.
    alive: Option<AliveBitSet>,
}

/// A term that answers a word, and how well.
pub(super) type Answering = (Grade, TermInfo);

impl Dictionary {
    fn of(segment: &SegmentReader, field: Field) -> io::Result<Self> {
        let index = segment.inverted_index(field).map_err(io::Error::other)?;
        let alive = segment.alive_bitset().cloned();
        Ok(Self {
            field,
            index,
            alive,
        })
    }

    /// The forms as they are, the first of them as written; and what the first begins.
    pub(super) fn known(&self, forms: &[String], beginning: bool) -> io::Result<Vec<Answering>> {
        let mut found = Vec::new();
        for (at, form) in forms.iter().enumerate() {
            if let Some(info) = self.index.terms().get(form)? {
                let grade = if at == 0 {
                    Grade::AsWritten
                } else {
                    Grade::OtherForm
                };
                found.push((grade, info));
            }
        }
        if let Some(written) = forms.first().filter(|_| beginning) {
            self.each_longer(written, &mut |info| {
                found.push((Grade::Beginning, info.clone()));
                found.len() < MOST_TERMS
            })?;
        }
        Ok(found)
    }

    /// Whether one of the forms is a term that some listing still has, or the first begins one.
    pub(super) fn knows(&self, forms: &[String], beginning: bool) -> io::Result<bool> {
        for form in forms {
            if let Some(info) = self.index.terms().get(form)?
                && self.is_borne(&info)?
            {
                return Ok(true);
            }
        }
        let mut known = Ok(false);
        if let Some(written) = forms.first().filter(|_| beginning) {
            self.each_longer(written, &mut |info| {
                known = self.is_borne(info);
                matches!(known, Ok(false))
            })?;
        }
        known
    }

    fn is_borne(&self, info: &TermInfo) -> io::Result<bool> {
        if self.alive.is_none() {
            return Ok(true);
        }
        let mut postings = self
            .index
            .read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
        let mut document = postings.doc();
        while document != TERMINATED {
            if self.is_alive(document) {
                return Ok(true);
            }
            document = postings.advance();
        }
        Ok(false)
    }

    fn is_alive(&self, document: DocId) -> bool {
        let alive = self.alive.as_ref();
        alive.is_none_or(|alive| alive.is_alive(document))
    }

    /// Longer terms that begin so, while `more` wants them.
    pub(super) fn each_longer(
        &self,
        written: &str,
        more: &mut dyn FnMut(&TermInfo) -> bool,
    ) -> io::Result<()> {
        let mut longer = self.index.terms().range().gt(written).into_stream()?;
        while let Some((term, info)) = longer.next() {
            if !term.starts_with(written.as_bytes()) || !more(info) {
                break;
            }
        }
        Ok(())
    }

    /// Terms at most so many typos away. A single one is never in the first letter: words hardly ever begin wrongly, and
    /// "panic" is not "manic".
    pub(super) fn misspelt(
        &self,
        written: &str,
        beginning: bool,
        most_typos: u8,
    ) -> io::Result<Vec<Answering>> {
        let mut found = Vec::new();
        let Some(first) = written.chars().next().filter(|_| most_typos > 0) else {
            return Ok(found);
        };
        let term = Term::from_field_text(self.field, written);
        let query = if beginning {
            FuzzyTermQuery::new_prefix(term, most_typos, true)
        } else {
            FuzzyTermQuery::new(term, most_typos, true)
        };
        let automaton = query.automaton().map_err(io::Error::other)?;
        let mut alike = self.index.terms().search(automaton);
        if most_typos == 1 {
            alike = alike.ge(first.to_string());
            if let Some(next) = char::from_u32(u32::from(first) + 1) {
                alike = alike.lt(next.to_string());
            }
        }
        let mut alike = alike.into_stream()?;
        while let Some((term, info)) = alike.next().filter(|_| found.len() < MOST_TERMS) {
            let Ok(term) = std::str::from_utf8(term) else {
                continue;
            };
            let slips = if beginning {
                wording::slips_in_beginning(written, term, 1)
            } else {
                wording::slips(written, term, 1)
            };
            // One in the first letter counts as two, so that there is none beside it.
            let grade = match (slips, term.starts_with(first)) {
                (Some(_), true) => Grade::OneTypo,
                (Some(_), false) | (None, true) if most_typos > 1 => Grade::TwoTypos,
                _ => continue,
            };
            found.push((grade, info.clone()));
        }
        Ok(found)
    }

    /// Every document of the term, with the sections where it stands.
    pub(super) fn each_document(
        &self,
        info: &TermInfo,
        note: &mut dyn FnMut(DocId, Mask),
    ) -> io::Result<()> {
        let mut postings = self
            .index
            .read_postings_from_terminfo(info, IndexRecordOption::WithFreqs)?;
        let mut document = postings.doc();
        while document != TERMINATED {
            note(document, postings.term_freq());
            document = postings.advance();
        }
        Ok(())
    }

    /// The documents where all the terms stand in one section, in order, with these sections.
    pub(super) fn with_all(&self, terms: &[String]) -> io::Result<Vec<(DocId, Mask)>> {
        let mut infos = Vec::with_capacity(terms.len());
        for term in terms {
            match self.index.terms().get(term)? {
                Some(info) => infos.push(info),
                None => return Ok(Vec::new()),
            }
        }
        // The rarest first, so that little is left to compare.
        infos.sort_unstable_by_key(|info| info.doc_freq);
        let mut infos = infos.iter();
        let mut together = Vec::new();
        if let Some(rarest) = infos.next() {
            self.each_document(rarest, &mut |document, mask| {
                together.push((document, mask))
            })?;
        }
        for info in infos {
            if together.is_empty() {
                break;
            }
            let mut postings = self
                .index
                .read_postings_from_terminfo(info, IndexRecordOption::WithFreqs)?;
            together.retain_mut(|(document, mask)| {
                if postings.doc() < *document {
                    postings.seek(*document);
                }
                if postings.doc() != *document {
                    return false;
                }
                *mask &= postings.term_freq();
                *mask != 0
            });
        }
        Ok(together)
    }

    /// Whether all the terms stand in one section of some listing.
    pub(super) fn has_all(&self, terms: &[String]) -> io::Result<bool> {
        let together = self.with_all(terms)?;
        Ok(together
            .iter()
            .any(|(document, _)| self.is_alive(*document)))
    }

    /// The documents that hold the term anywhere, in order.
    pub(super) fn holders(&self, term: &str) -> io::Result<Vec<DocId>> {
        let mut found = Vec::new();
        if let Some(info) = self.index.terms().get(term)? {
            self.each_document(&info, &mut |document, _| found.push(document))?;
        }
        Ok(found)
    }
}

/// One entry a document, in order, with the better grade of each section.
pub(super) fn gathered(mut found: Vec<(DocId, Cells)>) -> Vec<(DocId, Cells)> {
    if !found.is_sorted_by(|(one, _), (next, _)| one < next) {
        found.sort_unstable_by_key(|(document, _)| *document);
        found.dedup_by(|(document, cells), (kept, best)| {
            let same = document == kept;
            if same {
                *best = best.either(*cells);
            }
            same
        });
    }
    found
}

/// The documents of both lists that have a section in common, each with the lesser of its grades.
pub(super) fn in_both(one: Vec<(DocId, Cells)>, other: Vec<(DocId, Cells)>) -> Vec<(DocId, Cells)> {
    let mut rest = other.into_iter().peekable();
    let mut both = one;
    both.retain_mut(|(document, cells)| {
        while rest.next_if(|(next, _)| next < document).is_some() {}
        let Some((_, others)) = rest.next_if(|(next, _)| next == document) else {
            return false;
        };
        *cells = cells.both(others);
        !cells.is_empty()
    });
    both
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_of_two_grades_counts() {
        let found = vec![
            (4, Cells::of(1, Grade::AsWritten)),
            (1, Cells::of(1, Grade::Sounding)),
            (1, Cells::of(3, Grade::OneTypo)),
        ];
        assert_eq!(
            gathered(found),
            [
                (1, Cells::of(3, Grade::OneTypo)),
                (4, Cells::of(1, Grade::AsWritten))
            ]
        );
    }

    #[test]
    fn words_of_a_unit_must_stand_together() {
        let one = vec![
            (1, Cells::of(1, Grade::AsWritten)),
            (4, Cells::of(3, Grade::OneTypo)),
            (9, Cells::of(1, Grade::AsWritten)),
        ];
        let other = vec![
            (4, Cells::of(1, Grade::AsWritten)),
            (8, Cells::of(1, Grade::AsWritten)),
            (9, Cells::of(2, Grade::Beginning)),
        ];
        assert_eq!(in_both(one, other), [(4, Cells::of(1, Grade::OneTypo))]);
    }
}
