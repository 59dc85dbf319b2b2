//! The server's answers, and the order that is made of them: the same tally as in the engine in the process.

use std::{
    collections::{BTreeMap, HashSet},
    fmt,
};

use serde::{
    Deserialize,
    de::{Deserializer, IgnoredAny, MapAccess, Visitor},
};

use super::{
    super::{
        MATCH_LIMIT, Match, WordsError,
        document::Section,
        embedded::score::{Grade, UNIT, weight, worth},
    },
    asking::{Means, Part, Round},
    form::{BROADER, PARTS},
};

/// The answer to a request of several questions.
#[derive(Deserialize)]
pub(super) struct Answers {
    results: Vec<Answer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    facet_distribution: Distribution,
    /// The server ran out of its own time: the answer is not whole.
    #[serde(default)]
    degraded: bool,
}

#[derive(Deserialize)]
struct Distribution {
    // Absent where no document has the field yet.
    #[serde(default, rename = "match")]
    matches: Matches,
}

/// The keys of a map of counts, as numbers.
#[derive(Default)]
struct Matches(Vec<u64>);

impl<'de> Deserialize<'de> for Matches {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = Matches;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("counts by number")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Matches, A::Error> {
                let mut keys = Vec::with_capacity(map.size_hint().unwrap_or(0));
                while let Some((key, IgnoredAny)) = map.next_entry::<u64, IgnoredAny>()? {
                    keys.push(key);
                }
                Ok(Matches(keys))
            }
        }
        deserializer.deserialize_map(Keys)
    }
}

/// Listing and worth, in any order and perhaps several times.
type Found = Vec<(u32, u32)>;

/// What is known of one unit.
#[derive(Clone, Default)]
struct UnitTally {
    found: Found,
    if_unknown: Found,
    if_unheard: Found,
    /// Listings that hold a piece of a way to write the word, by way and piece.
    pieces: BTreeMap<usize, Vec<Vec<u32>>>,
    pieces_if_unknown: BTreeMap<usize, Vec<Vec<u32>>>,
    known: bool,
    heard: bool,
}

/// The matches of all units so far.
pub(super) struct Tally {
    units: Vec<UnitTally>,
    /// Listings with a topic that was named, which match whatever else they lack.
    enough: HashSet<u32>,
}

impl Tally {
    pub(super) fn new(units: usize) -> Self {
        Self {
            units: vec![UnitTally::default(); units],
            enough: HashSet::new(),
        }
    }

    /// Takes in the answers to a round.
    pub(super) fn take(&mut self, round: &Round, answers: Answers) -> Result<(), WordsError> {
        if answers.results.len() != round.0.len() {
            let why = "not as many answers as questions".to_owned();
            return Err(WordsError::Unavailable(why));
        }
        for (part, answer) in round.0.iter().zip(answers.results) {
            if answer.degraded {
                return Err(WordsError::Late);
            }
            self.take_one(part, answer.facet_distribution.matches.0);
        }
        Ok(())
    }

    fn take_one(&mut self, part: &Part, matches: Vec<u64>) {
        let unit = &mut self.units[part.unit];
        let any = !matches.is_empty();
        match part.means {
            Means::Words(grade) => {
                unit.known |= any;
                unit.found.extend(graded(matches, grade));
            }
            Means::Also(grade) => unit.found.extend(graded(matches, grade)),
            Means::Sounds(grade) => {
                unit.heard |= any && grade == Grade::Sounding;
                unit.found.extend(graded(matches, grade));
            }
            Means::IfUnknown(grade) => unit.if_unknown.extend(graded(matches, grade)),
            Means::IfUnheard(grade) => unit.if_unheard.extend(graded(matches, grade)),
            Means::Topics => {
                let own = weight(Section::Topics);
                for (listing, part) in matches.into_iter().filter_map(split) {
                    let weight = if part == BROADER { own - 1 } else { own };
                    unit.found.push((listing, worth(Grade::AsWritten, weight)));
                    self.enough.insert(listing);
                }
            }
            Means::Piece(way) => unit.pieces.entry(way).or_default().push(listings(matches)),
            Means::PieceIfUnknown(way) => {
                let pieces = unit.pieces_if_unknown.entry(way).or_default();
                pieces.push(listings(matches));
            }
            Means::Known => unit.known |= any,
            Means::Heard => unit.heard |= any,
        }
    }

    /// Units whose words no answer so far has found.
    pub(super) fn unknown(&self) -> HashSet<usize> {
        let units = self.units.iter().enumerate();
        let unknown = units.filter(|(_, unit)| !unit.known);
        unknown.map(|(number, _)| number).collect()
    }

    /// Every listing that half of the units find, or that has a topic of them, most relevant first.
    pub(super) fn matches(self) -> Vec<Match> {
        let least = u32::try_from(self.units.len().div_ceil(2)).unwrap_or(u32::MAX);
        let least = least.saturating_mul(UNIT);
        let mut all: Found = self.units.into_iter().flat_map(UnitTally::best).collect();
        all.sort_unstable();
        let mut matches: Vec<Match> = all
            .chunk_by(|(one, _), (other, _)| one == other)
            .filter_map(|same| {
                let number = same[0].0;
                let total: u32 = same.iter().map(|(_, worth)| worth).sum();
                #[expect(clippy::cast_precision_loss, reason = "totals are below 2 to the 24th")]
                (total >= least || self.enough.contains(&number)).then_some(Match {
                    number,
                    score: total as f32,
                })
            })
            .collect();
        matches.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.number.cmp(&b.number)));
        matches.truncate(MATCH_LIMIT);
        matches
    }
}

impl UnitTally {
    /// Each listing once, with the best that it was found by. A word that exists is not taken for another.
    fn best(self) -> Found {
        let Self {
            mut found,
            if_unknown,
            if_unheard,
            pieces,
            pieces_if_unknown,
            known,
            heard,
        } = self;
        let mut pieces: Vec<Vec<Vec<u32>>> = pieces.into_values().collect();
        if !known {
            found.extend(if_unknown);
            pieces.extend(pieces_if_unknown.into_values());
            if !heard {
                found.extend(if_unheard);
            }
        }
        found.extend(pieces.iter().flat_map(|way| in_parts(way)));
        found.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
        found.dedup_by_key(|(listing, _)| *listing);
        found
    }
}

/// Listings with what a match of this grade is worth in the section where it is.
fn graded(matches: Vec<u64>, grade: Grade) -> impl Iterator<Item = (u32, u32)> {
    matches.into_iter().filter_map(move |found| {
        let (listing, part) = split(found)?;
        let section = *Section::ALL.get(part as usize)?;
        Some((listing, worth(grade, weight(section))))
    })
}

/// Listings, each once.
fn listings(matches: Vec<u64>) -> Vec<u32> {
    let found = matches.into_iter().filter_map(split);
    let mut listings: Vec<u32> = found.map(|(listing, _)| listing).collect();
    listings.sort_unstable();
    listings.dedup();
    listings
}

/// Listings that hold at least half of the pieces.
fn in_parts(pieces: &[Vec<u32>]) -> Found {
    let mut holders: Vec<u32> = pieces.iter().flatten().copied().collect();
    holders.sort_unstable();
    let same = holders.chunk_by(|a, b| a == b);
    same.filter(|same| same.len() * 2 >= pieces.len())
        .map(|same| {
            let parts = u32::try_from(same.len() * 10 / pieces.len()).unwrap_or(0);
            (same[0], worth(Grade::InParts, parts))
        })
        .collect()
}

/// A match as listing and part.
fn split(found: u64) -> Option<(u32, u32)> {
    let parts = u64::from(PARTS);
    let listing = u32::try_from(found / parts).ok()?;
    Some((listing, u32::try_from(found % parts).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_as_numbers() {
        let text = r#"{"results": [
            {"indexUid": "i", "hits": [], "query": "", "facetDistribution": {"match": {"6": 1, "13": 1}}, "limit": 0},
            {"indexUid": "i", "hits": [], "query": "", "facetDistribution": {}}
        ]}"#;
        let answers: Answers = serde_json::from_str(text).unwrap();
        assert_eq!(answers.results[0].facet_distribution.matches.0, [6, 13]);
        assert!(answers.results[1].facet_distribution.matches.0.is_empty());
        for nonsense in [
            "{}",
            "[]",
            r#"{"results": [{}]}"#,
            r#"{"results": [{"facetDistribution": {"match": {"x": 1}}}]}"#,
        ] {
            assert!(
                serde_json::from_str::<Answers>(nonsense).is_err(),
                "{nonsense}"
            );
        }
    }

    #[test]
    fn a_listing_counts_once_for_each_unit_by_its_best() {
        let mut tally = Tally::new(2);
        let named = worth(Grade::AsWritten, weight(Section::Name));
        let told = worth(Grade::AsWritten, weight(Section::Text));
        tally.units[0].found = vec![(1, told), (1, named), (2, told)];
        tally.units[1].found = vec![(1, told), (3, named)];
        let found = tally.matches();
        let found: Vec<(u32, u32)> = found.iter().map(|m| (m.number, m.score as u32)).collect();
        assert_eq!(found, [(1, named + told), (3, named), (2, told)]);
    }

    #[test]
    fn half_of_the_pairs_suffice() {
        let found = in_parts(&[vec![1, 2], vec![1], vec![1, 3], vec![]]);
        assert_eq!(found, [(1, worth(Grade::InParts, 7))]);
    }
}
