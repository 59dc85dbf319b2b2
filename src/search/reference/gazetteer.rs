//! The names of areas in every language, and which area is meant where several bear one name.

use super::areas::AreaTree;
use crate::{
    domain::{area::Area, country::Country, language::Language, place::Point},
    wording::{Lexicon, Script, fold, is_stop_word, script_of},
};

/// What helps to tell which of several areas of one name is meant.
#[derive(Clone, Copy, Default)]
pub struct Likely<'a> {
    /// Where the asker is, or looks.
    pub countries: &'a [Country],
    pub near: Option<Point>,
    pub languages: &'a [Language],
}

/// A place that a text names, in bytes of the text; the areas of that name, the likeliest first.
#[derive(Clone, Debug)]
pub struct NamedPlace<'r> {
    pub areas: Vec<&'r Area>,
    pub start: usize,
    pub end: usize,
}

pub(super) struct Gazetteer(Lexicon<u32>);

impl Gazetteer {
    pub(super) fn new(areas: &[Area]) -> Self {
        let names = (0_u32..)
            .zip(areas)
            .flat_map(|(at, area)| area.names.iter().map(move |name| (name.text.as_ref(), at)));
        Self(Lexicon::build(names))
    }

    /// The areas of which `name` is a name, the likeliest first.
    pub(super) fn named<'t>(
        &self,
        name: &str,
        tree: &'t AreaTree,
        likely: Likely<'_>,
    ) -> Vec<&'t Area> {
        ranked(self.0.meanings_of(name), tree, likely)
    }

    /// The places that `text` names, by where they begin, the longest first; they may overlap.
    pub(super) fn said<'t>(
        &self,
        text: &str,
        tree: &'t AreaTree,
        likely: Likely<'_>,
    ) -> Vec<NamedPlace<'t>> {
        let said = self.0.said(text).into_iter();
        said.filter(|said| is_plain(text, said.start, said.end))
            .map(|said| NamedPlace {
                areas: ranked(said.meanings, tree, likely),
                start: said.start,
                end: said.end,
            })
            .collect()
    }
}

/// Whether a name stands there beyond much doubt. Names of two Latin letters and names that are filler too ("us", "mau")
/// are names among other words in capitals alone; a name of two Chinese characters with other characters on both sides
/// may be a part of any word.
fn is_plain(text: &str, start: usize, end: usize) -> bool {
    let written = &text[start..end];
    if written.len() <= 2 {
        return written.chars().all(|c| c.is_ascii_uppercase());
    }
    if is_stop_word(&fold(written)) {
        return false;
    }
    let han = |c: char| script_of(c.encode_utf8(&mut [0; 4])) == Script::Han;
    let enclosed = text[..start].ends_with(han) && text[end..].starts_with(han);
    !enclosed || written.chars().count() > 2 || text[..start].ends_with(LEADS_TO_A_PLACE)
}

/// Chinese characters after which a place may stand in the midst of a run.
const LEADS_TO_A_PLACE: [char; 16] = [
    '在', '于', '於', '去', '到', '来', '來', '找', '问', '問', '住', '喺', '离', '離', '从', '從',
];

fn ranked<'t>(meanings: &[u32], tree: &'t AreaTree, likely: Likely<'_>) -> Vec<&'t Area> {
    let mut areas: Vec<&Area> = meanings
        .iter()
        .filter_map(|at| tree.all().get(*at as usize))
        .collect();
    let spoken = |country: Country| {
        likely
            .languages
            .first()
            .is_some_and(|language| homes(language).contains(&country.as_str()))
    };
    areas.sort_by_cached_key(|area| {
        let away = match (likely.near, area.centroid) {
            (Some(here), Some(there)) => here.distance_m(&there).to_bits(),
            _ => u64::MAX,
        };
        (
            !likely.countries.contains(&area.country),
            tree.chain(&area.code).len(),
            !spoken(area.country),
            away,
            area.code.clone(),
        )
    });
    areas
}

/// Where a language is most people's: a hint among places of one name, and of no use for anything else.
fn homes(language: &Language) -> &'static [&'static str] {
    match (language.primary(), language.as_str()) {
        ("bn", _) => &["BD"],
        ("id", _) => &["ID"],
        ("zh", tag) if tag.ends_with("-HK") => &["HK"],
        ("zh", tag) if tag.starts_with("zh-Hant") => &["TW", "HK"],
        ("zh", _) => &["CN"],
        _ => &[],
    }
}
