//! Which listings match a question's units, and in what order: units matched ≫ how well ≫ in which section.
//!
//! A unit matches a listing when all its words stand in one section, or other words for the same do, or when the listing
//! has one of its topics or a topic below it. A listing matches when at least half of the units do, or when it has a
//! topic that was named: in "crying every night since the baby" one phrase says what is sought. Scores are whole numbers below 2²⁴, so that
//! an `f32` holds them exactly: equal relevance is an equal score, and ties are the catalogue's to break.

use std::{cell::RefCell, io};

use tantivy::{DocId, Searcher, SegmentReader};

use super::{
    super::{Match, document::Section},
    board::Board,
    cells::worth_of,
    lookup::{Grade, Sought, Sounds},
    postings::{Dictionaries, Dictionary, in_both},
    schema::{Fields, NUMBER},
    topics::each_with_topic,
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
    fn new(unit: &wording::Unit, segments: &[Dictionaries]) -> io::Result<Self> {
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
            .map(|word| word.settled(segments))
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
pub(in crate::search::words) const fn weight(section: Section) -> u32 {
    match section {
        Section::Name => 10,
        Section::Topics => 8,
        Section::Organisation => 6,
        Section::Place => 4,
        Section::Text => 2,
    }
}

thread_local! {
    /// As large as the largest segment, and used again: emptying it costs what was found, clearing it all there is.
    static BOARD: RefCell<Board> = RefCell::default();
}

/// Every match, most relevant first.
pub(super) fn rank(
    searcher: &Searcher,
    fields: &Fields,
    units: &[wording::Unit],
) -> io::Result<Vec<Match>> {
    let segments = searcher.segment_readers();
    let dictionaries: Vec<Dictionaries> = segments
        .iter()
        .map(|segment| Dictionaries::of(segment, fields))
        .collect::<io::Result<_>>()?;
    let units: Vec<Unit> = units
        .iter()
        .take(MOST_UNITS)
        .map(|unit| Unit::new(unit, &dictionaries))
        .collect::<io::Result<_>>()?;
    let mut matches = Vec::new();
    if units.is_empty() {
        return Ok(matches);
    }
    for (segment, dictionaries) in segments.iter().zip(&dictionaries) {
        BOARD.with_borrow_mut(|board| {
            board.clear(segment.max_doc());
            for unit in &units {
                note_unit(segment, dictionaries, fields, unit, board)?;
            }
            take_matches(segment, board, units.len().div_ceil(2), &mut matches)
        })?;
    }
    // By number first: in that order lies in memory what is known of the listings, and segments lose it once some are
    // changed. Both orders come in long runs, and few scores differ, which sorting that keeps equal ones makes use of.
    matches.sort_by_key(|found| found.number);
    matches.sort_by(|a, b| b.score.total_cmp(&a.score));
    Ok(matches)
}

/// Adds what the unit is worth to each document of the segment.
fn note_unit(
    segment: &SegmentReader,
    dictionaries: &Dictionaries,
    fields: &Fields,
    unit: &Unit,
    board: &mut Board,
) -> io::Result<()> {
    board.begin_unit();
    let of_topics = weight(Section::Topics);
    for topic in &unit.topics {
        for (field, weight) in [
            (fields.topic, of_topics),
            (fields.broader_topic, of_topics - 1),
        ] {
            each_with_topic(segment, field, topic, &mut |document| {
                board.note(document, worth(Grade::AsWritten, weight));
                board.note_enough(document);
            })?;
        }
    }
    note_together(dictionaries, &unit.words, Grade::AsWritten, board)?;
    for words in &unit.alternatives {
        note_together(dictionaries, words, Grade::OtherForm, board)?;
    }
    // The name of a topic is meant as a whole.
    match (&unit.words[..], &unit.topics[..]) {
        ([Sought::Run { pairs, sounds }], []) => {
            note_parts(&dictionaries.written, pairs, board)?;
            note_sounding_parts(dictionaries, sounds, board)
        }
        ([Sought::Word { sounds, .. }], []) => note_sounding_parts(dictionaries, sounds, board),
        _ => Ok(()),
    }
}

/// Where all the words stand in one section, graded `most` at best.
fn note_together(
    dictionaries: &Dictionaries,
    words: &[Sought],
    most: Grade,
    board: &mut Board,
) -> io::Result<()> {
    let mut found = Vec::with_capacity(words.len());
    for word in words {
        match word.found(dictionaries)? {
            Some(word) => found.push(word),
            None => return Ok(()),
        }
    }
    if let [only] = &found[..] {
        return only.each_document(&mut |document, mask, grade| {
            board.note(document, worth_of(mask, grade.min(most)));
        });
    }
    let mut found = found.iter();
    let mut together = match found.next() {
        Some(first) => first.documents()?,
        None => return Ok(()),
    };
    for word in found {
        if together.is_empty() {
            break;
        }
        together = in_both(together, word.documents()?);
    }
    for (document, cells) in together {
        board.note(document, cells.worth(most));
    }
    Ok(())
}

/// Where at least half of the pairs of a long way to say it stand.
fn note_sounding_parts(
    dictionaries: &Dictionaries,
    sounds: &Sounds,
    board: &mut Board,
) -> io::Result<()> {
    for way in sounds.ways.iter().filter(|way| way.len() > 2) {
        note_parts(&dictionaries.latin, way, board)?;
    }
    Ok(())
}

/// Where at least half of a Chinese run's pairs stand, in whichever sections: nobody puts a space between a city and
/// what is looked for in it, and the pair that straddles them stands nowhere.
fn note_parts(dictionary: &Dictionary, pairs: &[String], board: &mut Board) -> io::Result<()> {
    let mut holders: Vec<DocId> = Vec::new();
    for pair in pairs {
        holders.extend(dictionary.holders(pair)?);
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

/// Empties the board into `matches`: what so many units matched, or what has a topic that was named.
fn take_matches(
    segment: &SegmentReader,
    board: &mut Board,
    needed: usize,
    matches: &mut Vec<Match>,
) -> io::Result<()> {
    let numbers = segment
        .fast_fields()
        .u64(NUMBER)
        .map_err(io::Error::other)?
        .first_or_default_col(u64::MAX);
    let least = u32::try_from(needed)
        .unwrap_or(u32::MAX)
        .saturating_mul(UNIT);
    board.take(least, |document, score| {
        if let Ok(number) = u32::try_from(numbers.get_val(document))
            && !segment.is_deleted(document)
        {
            let score = score as f32;
            matches.push(Match { number, score });
        }
    });
    Ok(())
}

pub(in crate::search::words) const fn worth(grade: Grade, weight: u32) -> u32 {
    UNIT + GRADE * (grade as u32) + weight
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
