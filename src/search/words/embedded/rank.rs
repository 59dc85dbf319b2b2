//! Which listings match a question's units, and in what order: units matched ≫ how well ≫ in which section.
//!
//! A unit matches a listing when all its words stand in one section, or other words for the same do, or when the listing
//! has one of its topics or a topic below it. A listing matches when at least half of the units do, or when it has a
//! topic that was named: in "crying every night since the baby" one phrase says what is sought. Scores are whole numbers below 2²⁴, so that
//! an `f32` holds them exactly: equal relevance is an equal score, and ties are the catalogue's to break.

use std::io;

use tantivy::{DocId, Searcher, SegmentReader, schema::Field};

use super::{
    super::{MATCH_LIMIT, Match, document::Section},
    lookup::{Grade, Sought, Sounds},
    postings::{documents_with, in_both},
    schema::{Both, Fields, NUMBER},
};
use crate::wording;

/// Most units that are looked at; what comes after them no longer changes much.
pub(in crate::search::words) const MOST_UNITS: usize = 16;

/// One unit matched counts more than every grade of every unit together, and one grade more than every section.
pub(in crate::search::words) const UNIT: u32 = 100_000;
const GRADE: u32 = 300;

/// A unit of the question: its words, other words for the same, and the topics that it names.
pub(super) struct Unit {
    words: Vec<Sought>,
    alternatives: Vec<Vec<Sought>>,
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
            .map(|(at, word)| Sought::new(word, Some(at) == last))
            // What is known as the name of a topic is not misspelt.
            .map(|word| {
                if unit.topics.is_empty() {
                    word
                } else {
                    word.without_typos()
                }
            });
        let words = sought
            .map(|word| word.settled(searcher, fields))
            .collect::<io::Result<_>>()?;
        let alternatives = unit.alternatives.iter();
        let exactly = |words: &Vec<wording::QueryWord>| words.iter().map(Sought::exactly).collect();
        Ok(Self {
            words,
            alternatives: alternatives.map(exactly).collect(),
            topics: unit.topics.clone(),
        })
    }
}

/// What a match in a section is worth; below the least of them, ten parts of a Chinese run.
pub(in crate::search::words) fn weight(section: Section) -> u32 {
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
                board.note_enough(document);
            }
            for document in documents_with(segment, fields.broader_topic, topic)? {
                board.note(document, worth(Grade::AsWritten, section - 1));
                board.note_enough(document);
            }
        }
        for (section, field) in &fields.sections {
            note_section(segment, *field, weight(*section), unit, &mut board)?;
        }
        // The name of a topic is meant as a whole.
        match (&unit.words[..], &unit.topics[..]) {
            ([Sought::Run { pairs, sounds }], []) => {
                note_parts(segment, fields, |both| both.written, pairs, &mut board)?;
                note_sounding_parts(segment, fields, sounds, &mut board)?;
            }
            ([Sought::Word { sounds, .. }], []) => {
                note_sounding_parts(segment, fields, sounds, &mut board)?;
            }
            _ => {}
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

/// Where all words of the unit stand in one section, or all of other words for the same.
fn note_section(
    segment: &SegmentReader,
    fields: Both,
    weight: u32,
    unit: &Unit,
    board: &mut Board,
) -> io::Result<()> {
    let sets = std::iter::once((&unit.words, Grade::AsWritten));
    let others = unit
        .alternatives
        .iter()
        .map(|words| (words, Grade::OtherForm));
    for (words, best) in sets.chain(others) {
        let mut together = None;
        for word in words {
            together = Some(in_both(together, word.documents(segment, fields)?));
            if together.as_ref().is_some_and(Vec::is_empty) {
                break;
            }
        }
        for (document, grade) in together.unwrap_or_default() {
            board.note(document, worth(grade.min(best), weight));
        }
    }
    Ok(())
}

/// Where at least half of the pairs of a long way to say it stand.
fn note_sounding_parts(
    segment: &SegmentReader,
    fields: &Fields,
    sounds: &Sounds,
    board: &mut Board,
) -> io::Result<()> {
    for way in sounds.ways.iter().filter(|way| way.len() > 2) {
        note_parts(segment, fields, |both| both.latin, way, board)?;
    }
    Ok(())
}

/// Where at least half of a Chinese run's pairs stand, in whichever sections: nobody puts a space between a city and
/// what is looked for in it, and the pair that straddles them stands nowhere.
fn note_parts(
    segment: &SegmentReader,
    fields: &Fields,
    of: impl Fn(&Both) -> Field,
    pairs: &[String],
    board: &mut Board,
) -> io::Result<()> {
    let mut holders: Vec<DocId> = Vec::new();
    for pair in pairs {
        let mut anywhere = Vec::new();
        for (_, field) in &fields.sections {
            anywhere.extend(documents_with(segment, of(field), pair)?);
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

pub(in crate::search::words) fn worth(grade: Grade, weight: u32) -> u32 {
    UNIT + GRADE * u32::from(grade as u8) + weight
}

/// The tally of one segment: what each document has gathered over the units.
struct Board {
    /// The best of the current unit, per document; zero for none.
    best: Vec<u32>,
    touched: Vec<DocId>,
    total: Vec<u32>,
    seen: Vec<DocId>,
    /// Documents that match whatever else they lack.
    enough: Vec<bool>,
}

impl Board {
    fn new(documents: DocId) -> Self {
        let zeros = || vec![0; documents as usize];
        Self {
            best: zeros(),
            touched: Vec::new(),
            total: zeros(),
            seen: Vec::new(),
            enough: vec![false; documents as usize],
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

    fn note_enough(&mut self, document: DocId) {
        self.enough[document as usize] = true;
    }

    fn matched(mut self, units: usize) -> impl Iterator<Item = (DocId, u32)> {
        self.begin_unit();
        let least = u32::try_from(units)
            .unwrap_or(u32::MAX)
            .saturating_mul(UNIT);
        let Self {
            total,
            seen,
            enough,
            ..
        } = self;
        seen.into_iter()
            .map(move |document| (document, total[document as usize]))
            .filter(move |(document, total)| *total >= least || enough[*document as usize])
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
