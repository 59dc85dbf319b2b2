//! Names by the words in them, for what is suggested while somebody types: whoever bears a name is a number.
//!
//! A word is found by its beginning, and with slips where it begins nothing; Chinese by characters and pairs of them,
//! so that half a name is found from its first character. Deliberately without ranking: who comes first depends on who
//! asks.

use std::{collections::BTreeMap, ops::Bound, sync::Arc};

use roaring::{MultiOps, RoaringBitmap};

use crate::wording::{self, Script, slips, slips_in_beginning};

/// Stands before the first word of a name, so that what begins like the typed text can come first.
const FIRST: char = '^';

/// Most words that one beginning stands for.
const MOST_WORDS: usize = 3_000;

/// Most words that are looked at for slips.
const MOST_COMPARED: usize = 20_000;

/// Words of names, and who bears them.
#[derive(Default)]
pub(in crate::search) struct Names {
    words: BTreeMap<Arc<str>, u32>,
    bearers: Vec<Those>,
}

/// Who bears a word. Most words are borne by one alone, and a set takes a hundred times the room of a number.
#[derive(Default)]
enum Those {
    #[default]
    Nobody,
    One(u32),
    Many(Box<RoaringBitmap>),
}

impl Those {
    fn insert(&mut self, bearer: u32) {
        match self {
            Self::Nobody => *self = Self::One(bearer),
            Self::One(other) if *other == bearer => {}
            Self::One(other) => {
                *self = Self::Many(Box::new([*other, bearer].into_iter().collect()))
            }
            Self::Many(all) => {
                all.insert(bearer);
            }
        }
    }

    fn remove(&mut self, bearer: u32) {
        match self {
            Self::One(other) if *other == bearer => *self = Self::Nobody,
            Self::Nobody | Self::One(_) => {}
            Self::Many(all) => {
                all.remove(bearer);
            }
        }
    }

    fn len(&self) -> u64 {
        match self {
            Self::Nobody => 0,
            Self::One(_) => 1,
            Self::Many(all) => all.len(),
        }
    }

    /// Whoever bears one of the words.
    fn union<'t>(all: impl Iterator<Item = &'t Self>) -> RoaringBitmap {
        let mut single = Vec::new();
        let sets = all.filter_map(|those| match those {
            Self::Nobody => None,
            Self::One(bearer) => {
                single.push(*bearer);
                None
            }
            Self::Many(all) => Some(&**all),
        });
        let mut union = sets.union();
        union.extend(single);
        union
    }
}

/// What somebody has typed so far.
pub(in crate::search) struct Typed {
    words: Vec<TypedWord>,
}

struct TypedWord {
    text: String,
    /// Whether it may be the beginning of a longer word.
    open: bool,
}

/// Who bears a name like the one typed.
#[derive(Default)]
pub(in crate::search) struct Bearers {
    pub all: RoaringBitmap,
    /// Those of them whose name begins so.
    pub beginning: RoaringBitmap,
}

impl Typed {
    /// Reads `text`; nothing where too little was typed: a Chinese character, or two letters or digits, are enough.
    pub fn read(text: &str) -> Option<Self> {
        let read = wording::words(text);
        let ends_in_word = text.ends_with(|c: char| !c.is_whitespace());
        let last = read.len().checked_sub(1)?;
        let mut words = Vec::new();
        for (at, word) in read.into_iter().enumerate() {
            let open = at == last && ends_in_word;
            match word.script {
                Script::Han => words.extend(
                    pieces(&word.text)
                        .into_iter()
                        .map(|text| TypedWord { text, open: false }),
                ),
                // A single letter at the end is the beginning of too much.
                _ if open && at > 0 && word.text.chars().nth(1).is_none() => {}
                _ => words.push(TypedWord {
                    text: word.text.into_owned(),
                    open,
                }),
            }
        }
        let enough = |word: &TypedWord| {
            word.text
                .chars()
                .any(|c| !c.is_ascii() && wording::script_of(&word.text) == Script::Han)
                || word.text.chars().count() >= 2
        };
        words.iter().any(enough).then_some(Self { words })
    }
}

/// What a Chinese run is looked for by: its pairs of characters, or its only one.
fn pieces(run: &str) -> Vec<String> {
    let characters: Vec<char> = run.chars().collect();
    if characters.len() < 2 {
        return vec![run.to_owned()];
    }
    characters
        .windows(2)
        .map(|pair| pair.iter().collect())
        .collect()
}

impl Names {
    /// Notes that `bearer` bears `names`, and returns the words for when it no longer does.
    pub fn add<'n>(&mut self, bearer: u32, names: impl IntoIterator<Item = &'n str>) -> Box<[u32]> {
        let mut words: Vec<u32> = Vec::new();
        for name in names {
            for (at, word) in wording::words(name).into_iter().enumerate() {
                let mut note = |text: &str| {
                    if at == 0 {
                        words.push(self.number(&format!("{FIRST}{text}")));
                    }
                    words.push(self.number(text));
                };
                if word.script != Script::Han {
                    note(&word.text);
                    continue;
                }
                let characters: Vec<char> = word.text.chars().collect();
                for (place, pair) in characters.windows(2).enumerate() {
                    let pair: String = pair.iter().collect();
                    let number = self.number(&pair);
                    words.push(number);
                    if at == 0 && place == 0 {
                        let number = self.number(&format!("{FIRST}{pair}"));
                        words.push(number);
                    }
                }
                for (place, character) in characters.iter().enumerate() {
                    let number = self.number(character.encode_utf8(&mut [0; 4]));
                    words.push(number);
                    if at == 0 && place == 0 {
                        let number = self.number(&format!("{FIRST}{character}"));
                        words.push(number);
                    }
                }
            }
        }
        words.sort_unstable();
        words.dedup();
        for word in &words {
            self.bearers[*word as usize].insert(bearer);
        }
        words.into_boxed_slice()
    }

    /// Forgets that `bearer` bears these words.
    pub fn remove(&mut self, bearer: u32, words: &[u32]) {
        for word in words {
            self.bearers[*word as usize].remove(bearer);
        }
    }

    fn number(&mut self, word: &str) -> u32 {
        if let Some(number) = self.words.get(word) {
            return *number;
        }
        let number = u32::try_from(self.bearers.len()).unwrap_or(u32::MAX);
        self.words.insert(word.into(), number);
        self.bearers.push(Those::Nobody);
        number
    }

    /// Who bears a name in which all the typed words stand, the last perhaps unfinished; `forgiving` where a word that
    /// nothing is called by may be a slip.
    pub fn find(&self, typed: &Typed, forgiving: bool) -> Bearers {
        let mut all: Option<RoaringBitmap> = None;
        for word in &typed.words {
            let mut found = self.known(&word.text, word.open);
            if found.is_empty() && forgiving {
                found = self.misspelt(&word.text, word.open);
            }
            let both = match all {
                Some(all) => all & found,
                None => found,
            };
            if both.is_empty() {
                return Bearers::default();
            }
            all = Some(both);
        }
        let all = all.unwrap_or_default();
        let beginning = typed
            .words
            .first()
            .map_or_else(RoaringBitmap::new, |first| {
                &all & self.known(&format!("{FIRST}{}", first.text), first.open)
            });
        Bearers { all, beginning }
    }

    /// Who bears the word, or one that begins with it.
    fn known(&self, word: &str, open: bool) -> RoaringBitmap {
        if !open {
            let exact = self.words.get(word);
            return Those::union(
                exact
                    .map(|number| &self.bearers[*number as usize])
                    .into_iter(),
            );
        }
        let longer = self
            .from(word)
            .take_while(|(text, _)| text.starts_with(word))
            .take(MOST_WORDS)
            .map(|(_, number)| &self.bearers[*number as usize]);
        Those::union(longer)
    }

    fn misspelt(&self, word: &str, open: bool) -> RoaringBitmap {
        let most = slips_allowed(word);
        let like = |text: &str| {
            if open {
                slips_in_beginning(word, text, most)
            } else {
                slips(word, text, most)
            }
        };
        let mut best: Vec<(usize, u32)> = self
            .alike(word, most)
            .filter_map(|(text, number)| Some((like(text)?, number)))
            .collect();
        let fewest = best.iter().map(|(slips, _)| *slips).min().unwrap_or(0);
        best.retain(|(slips, _)| *slips == fewest);
        Those::union(
            best.iter()
                .map(|(_, number)| &self.bearers[*number as usize]),
        )
    }

    /// Whether somebody bears the word.
    pub fn knows(&self, word: &str) -> bool {
        self.words
            .get(word)
            .is_some_and(|number| self.bearers[*number as usize].len() > 0)
    }

    /// The word that was probably meant, with the slips to it and how many bear it.
    pub fn meant(&self, word: &str, most: usize) -> Option<(Arc<str>, usize, u64)> {
        self.words_alike(word, most)
            .filter_map(|(text, number)| {
                let borne = self.bearers[number as usize].len();
                Some((Arc::clone(text), slips(word, text, most)?, borne))
            })
            .filter(|(_, _, borne)| *borne > 0)
            .min_by_key(|(text, slips, borne)| (*slips, u64::MAX - borne, Arc::clone(text)))
    }

    /// Words that begin with the same character as `word`: a slip hardly ever hits the first.
    fn words_alike(&self, word: &str, most: usize) -> impl Iterator<Item = (&Arc<str>, u32)> {
        let first = word.chars().next().filter(|_| most > 0);
        let beginning: String = first.into_iter().collect();
        let from = beginning.clone();
        first
            .into_iter()
            .flat_map(move |_| self.from(&from).take(MOST_COMPARED).collect::<Vec<_>>())
            .take_while(move |(text, _)| text.starts_with(&beginning))
            .map(|(text, number)| (text, *number))
    }

    fn alike(&self, word: &str, most: usize) -> impl Iterator<Item = (&str, u32)> {
        self.words_alike(word, most)
            .map(|(text, number)| (&**text, number))
    }

    fn from(&self, word: &str) -> impl Iterator<Item = (&Arc<str>, &u32)> {
        self.words
            .range::<str, _>((Bound::Included(word), Bound::Unbounded))
    }
}

/// How many slips a typed word may have.
fn slips_allowed(word: &str) -> usize {
    match word.chars().count() {
        _ if word.contains(|c: char| c.is_ascii_digit()) => 0,
        0..4 => 0,
        4..8 => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::{Names, Typed};

    fn sample() -> Names {
        let mut names = Names::default();
        names.add(1, ["Kaan Pete Roi", "কান পেতে রই"]);
        names.add(2, ["Samaritans"]);
        names.add(3, ["深圳市康宁医院", "Shenzhen Kangning Hospital"]);
        names.add(4, ["Pabna Mental Hospital"]);
        names
    }

    fn found(text: &str) -> (Vec<u32>, Vec<u32>) {
        let Some(typed) = Typed::read(text) else {
            return (Vec::new(), Vec::new());
        };
        let names = sample();
        let strict = names.find(&typed, false);
        let bearers = if strict.all.is_empty() {
            names.find(&typed, true)
        } else {
            strict
        };
        (
            bearers.all.iter().collect(),
            bearers.beginning.iter().collect(),
        )
    }

    #[test]
    fn half_a_name_is_enough() {
        assert_eq!(found("ka"), (vec![1, 3], vec![1]));
        assert_eq!(found("kaan p"), (vec![1], vec![1]));
        assert_eq!(found("kaan pe"), (vec![1], vec![1]));
        assert_eq!(found("pete kaan"), (vec![1], vec![]));
        assert_eq!(found("কা"), (vec![1], vec![1]));
        assert_eq!(found("k"), (vec![], vec![]));
        assert_eq!(found(""), (vec![], vec![]));
        assert_eq!(found("hospital"), (vec![3, 4], vec![]));
    }

    #[test]
    fn a_chinese_character_is_enough() {
        assert_eq!(found("康"), (vec![3], vec![]));
        assert_eq!(found("深"), (vec![3], vec![3]));
        assert_eq!(found("深圳市康寧"), (vec![3], vec![3]));
        assert_eq!(found("宁康"), (vec![], vec![]));
    }

    #[test]
    fn slips_are_forgiven_where_nothing_is_spelt_so() {
        assert_eq!(found("samartans").0, [2]);
        assert_eq!(found("samrit").0, [2]);
        assert_eq!(found("pabna mentl hosp").0, [4]);
        assert!(found("xyzzy").0.is_empty());
    }

    #[test]
    fn what_is_removed_is_not_found() {
        let mut names = Names::default();
        let words = names.add(7, ["Quiet Harbour"]);
        names.remove(7, &words);
        assert!(!names.knows("quiet"));
        assert!(
            names
                .find(&Typed::read("quiet").unwrap(), true)
                .all
                .is_empty()
        );
        assert_eq!(names.meant("quiett", 2), None);
    }

    #[test]
    fn a_word_of_several_is_found_until_the_last_is_gone() {
        let mut names = Names::default();
        let words: Vec<_> = (1..4)
            .map(|bearer| names.add(bearer, ["Harbour"]))
            .collect();
        let typed = Typed::read("harb").unwrap();
        assert_eq!(names.find(&typed, false).all.len(), 3);
        for (gone, words) in (1..4).zip(&words) {
            assert!(names.knows("harbour"));
            names.remove(gone, words);
            // Once more changes nothing.
            names.remove(gone, words);
            assert_eq!(names.find(&typed, false).all.len(), 3 - u64::from(gone));
        }
        assert!(!names.knows("harbour"));
        names.add(7, ["Harbour"]);
        assert_eq!(
            names.find(&typed, false).all.iter().collect::<Vec<_>>(),
            [7]
        );
    }

    #[test]
    fn the_word_that_was_meant_is_the_nearest() {
        let names = sample();
        let meant = names.meant("hopsitl", 2).unwrap();
        assert_eq!((&*meant.0, meant.1, meant.2), ("hospital", 2, 2));
    }
}
