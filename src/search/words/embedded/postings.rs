//! From terms of one segment to the listings that hold them: looked up as written, begun, or with typos, and joined.

use std::{io, sync::Arc};

use tantivy::{
    DocId, DocSet, InvertedIndexReader, SegmentReader, TERMINATED, Term,
    postings::TermInfo,
    query::FuzzyTermQuery,
    schema::{Field, IndexRecordOption},
};

use super::lookup::Grade;

/// Most terms of one field that one word stands for; a single letter begins very many words.
const MOST_TERMS: usize = 2_000;

/// The documents with all the terms.
pub(super) fn with_all(
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
pub(super) fn in_either(
    one: Vec<(DocId, Grade)>,
    other: Vec<(DocId, Grade)>,
) -> Vec<(DocId, Grade)> {
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

pub(super) fn each_known_term(
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

pub(super) fn each_misspelt_term(
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
            let Some((found, info)) = alike.next() else {
                break;
            };
            // Words hardly ever begin wrongly, and "panic" is not "manic".
            if typos > 1 || begins_alike(found, written) {
                note(grade, info);
            }
        }
    }
    Ok(())
}

fn begins_alike(found: &[u8], written: &str) -> bool {
    let first = std::str::from_utf8(found)
        .ok()
        .and_then(|found| found.chars().next());
    first == written.chars().next()
}

/// The documents that hold any of the terms, in order, each with its best grade.
pub(super) fn holders(
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

pub(super) fn inverted(
    segment: &SegmentReader,
    field: Field,
) -> io::Result<Arc<InvertedIndexReader>> {
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
