//! Which listings match a question's units, and in what order: units matched ≫ how well ≫ in which section.
//!
//! A unit matches a listing when all its words stand in one section, or when the listing has one of its topics or a
//! topic below it. A listing matches when at least half of the units do. Scores are whole numbers below 2²⁴, so that
//! an `f32` holds them exactly: equal relevance is an equal score, and ties are the catalogue's to break.

use std::io;

use tantivy::{DocId, Searcher, SegmentReader, schema::Field};

use super::{
    super::{MATCH_LIMIT, Match, document::Section},
    lookup::{Grade, Sought, documents_with, in_both},
    schema::{Fields, NUMBER},
};
use crate::wording;

/// Most units that are looked at; what comes after them no longer changes much.
pub(super) const MOST_UNITS: usize = 16;

/// One unit matched counts more than every grade of every unit together, and one grade more than every section.
const UNIT: u32 = 100_000;
const GRADE: u32 = 300;

/// A unit of the question: its words, and the topics that it names.
pub(super) struct Unit {
    words: Vec<Sought>,
    topics: Vec<String>,
}

impl Unit {
    /// The unit as the engine looks for it, in the index as it is now.
    pub(super) fn new(
        unit: &wording::Unit,
        searcher: &Searcher,
        fields: &Fields,
    ) -> io::Result<Self> {
        let last = unit.words.len().checked_sub(1).filter(|_| unit.last);
        let sought = unit
            .words
            .iter()
            .enumerate()
            .map(|(at, word)| Sought::new(word, Some(at) == last));
        let words = sought
            .map(|word| word.settled(searcher, fields))
            .collect::<io::Result<_>>()?;
        Ok(Self {
            words,
            topics: unit.topics.clone(),
        })
    }
}

/// What a match in a section is worth; below the least of them, ten parts of a Chinese run.
fn weight(section: Section) -> u32 {
    match section {
        Section::Name => 10,
        Section::Topics => 8,
        Section::Organisation => 6,
        Section::Place => 4,
        Section::Text => 2,
    }
}

/// Every match, at most `MATCH_LIMIT`, most relevant first.
pub(super) fn rank(searcher: &Searcher, fields: &Fields, units: &[Unit]) -> io::Result<Vec<Match>> {
    if units.is_empty() {
        return Ok(Vec::new());
    }
    let mut matches = Vec::new();
    for segment in searcher.segment_readers() {
        matches.extend(rank_segment(segment, fields, units)?);
    }
    matches.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.number.cmp(&b.number)));
    matches.truncate(MATCH_LIMIT);
    Ok(matches)
}

fn rank_segment(
    segment: &SegmentReader,
    fields: &Fields,
    units: &[Unit],
) -> io::Result<Vec<Match>> {
    let needed = units.len().div_ceil(2);
    let mut board = Board::new(segment.max_doc());
    for unit in units {
        board.begin_unit();
        for topic in &unit.topics {
            let section = weight(Section::Topics);
            for document in documents_with(segment, fields.topic, topic)? {
                board.note(document, worth(Grade::AsWritten, section));
            }
            for document in documents_with(segment, fields.broader_topic, topic)? {
                board.note(document, worth(Grade::AsWritten, section - 1));
            }
        }
        for (section, field) in &fields.sections {
            note_section(segment, *field, weight(*section), unit, &mut board)?;
        }
        // The name of a topic is meant as a whole.
        if let ([Sought::Run(pairs)], []) = (&unit.words[..], &unit.topics[..]) {
            note_parts(segment, fields, pairs, &mut board)?;
        }
    }
    let numbers = segment
        .fast_fields()
        .u64(NUMBER)
        .map_err(io::Error::other)?;
    let found = board
        .matched(needed)
        .filter(|(document, _)| !segment.is_deleted(*document));
    let number = |document| {
        numbers
            .first(document)
            .and_then(|number| u32::try_from(number).ok())
    };
    Ok(found
        .filter_map(|(document, score)| {
            Some(Match {
                number: number(document)?,
                score: score as f32,
            })
        })
        .collect())
}

/// Where all words of the unit stand in one section.
fn note_section(
    segment: &SegmentReader,
    field: Field,
    weight: u32,
    unit: &Unit,
    board: &mut Board,
) -> io::Result<()> {
    let mut together = None;
    for word in &unit.words {
        together = Some(in_both(together, word.documents(segment, field)?));
        if together.as_ref().is_some_and(Vec::is_empty) {
            break;
        }
    }
    for (document, grade) in together.unwrap_or_default() {
        board.note(document, worth(grade, weight));
    }
    Ok(())
}

/// Where at least half of a Chinese run's pairs stand, in whichever sections: nobody puts a space between a city and
/// what is looked for in it, and the pair that straddles them stands nowhere.
fn note_parts(
    segment: &SegmentReader,
    fields: &Fields,
    pairs: &[String],
    board: &mut Board,
) -> io::Result<()> {
    let mut holders: Vec<DocId> = Vec::new();
    for pair in pairs {
        let mut anywhere = Vec::new();
        for (_, field) in &fields.sections {
            anywhere.extend(documents_with(segment, *field, pair)?);
        }
        anywhere.sort_unstable();
        anywhere.dedup();
        holders.extend(anywhere);
    }
    holders.sort_unstable();
    for same in holders.chunk_by(|a, b| a == b) {
        if same.len() * 2 >= pairs.len() {
            let parts = u32::try_from(same.len() * 10 / pairs.len()).unwrap_or(0);
            board.note(same[0], worth(Grade::InParts, parts));
        }
    }
    Ok(())
}

fn worth(grade: Grade, weight: u32) -> u32 {
    UNIT + GRADE * u32::from(grade as u8) + weight
}

/// The tally of one segment: what each document has gathered over the units.
struct Board {
    /// The best of the current unit, per document; zero for none.
    best: Vec<u32>,
    touched: Vec<DocId>,
    total: Vec<u32>,
    seen: Vec<DocId>,
}

impl Board {
    fn new(documents: DocId) -> Self {
        let zeros = || vec![0; documents as usize];
        Self {
            best: zeros(),
            touched: Vec::new(),
            total: zeros(),
            seen: Vec::new(),
        }
    }

    /// Adds the finished unit to the totals.
    fn begin_unit(&mut self) {
        for document in self.touched.drain(..) {
            let at = document as usize;
            if self.total[at] == 0 {
                self.seen.push(document);
            }
            self.total[at] += std::mem::take(&mut self.best[at]);
        }
    }

    fn note(&mut self, document: DocId, worth: u32) {
        let best = &mut self.best[document as usize];
        if *best == 0 {
            self.touched.push(document);
        }
        *best = worth.max(*best);
    }

    fn matched(mut self, units: usize) -> impl Iterator<Item = (DocId, u32)> {
        self.begin_unit();
        let least = u32::try_from(units)
            .unwrap_or(u32::MAX)
            .saturating_mul(UNIT);
        let Self { total, seen, .. } = self;
        seen.into_iter()
            .map(move |document| (document, total[document as usize]))
            .filter(move |(_, total)| *total >= least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_more_unit_outweighs_everything_else() {
        let most = MOST_UNITS as u32;
        assert!(most * (GRADE * Grade::AsWritten as u32 + weight(Section::Name)) < UNIT);
        assert!(most * weight(Section::Name) < GRADE);
        assert!(most * worth(Grade::AsWritten, weight(Section::Name)) < 1 << 24);
    }
}
