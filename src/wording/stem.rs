//! Stems, kept beside the surface form and never instead of it.
//!
//! A short text does not tell its language, so a Latin word gets both its English and its Indonesian stem; a wrong one
//! is wrong alike in the query and in the index. Chinese has none.

use std::{borrow::Cow, sync::LazyLock};

use frostem::{Algorithm, Stemmer};

use super::{bengali, script::Script};

static LATIN: LazyLock<[Stemmer; 2]> = LazyLock::new(|| {
    [
        Stemmer::new(Algorithm::English),
        Stemmer::new(Algorithm::Indonesian),
    ]
});

const SHORTEST_WORD: usize = 4;
const SHORTEST_STEM: usize = 3;

/// The stems of a folded word that differ from it.
pub(super) fn stems(word: &str, script: Script) -> Vec<String> {
    match script {
        Script::Bengali => bengali::stem(word).map(str::to_owned).into_iter().collect(),
        Script::Latin if word.len() >= SHORTEST_WORD && word.is_ascii() => {
            let mut stems = Vec::new();
            for stemmer in LATIN.iter() {
                let stem = stemmer.stem(word);
                if stem != word
                    && stem.len() >= SHORTEST_STEM
                    && !stems.iter().any(|each| *each == stem)
                {
                    stems.push(stem.into_owned());
                }
            }
            stems.extend(modern_spelling(word));
            stems
        }
        _ => Vec::new(),
    }
}

/// What Indonesian wrote otherwise before 1972, and how it is written now.
const CHANGED: [(&str, &str); 5] = [
    ("oe", "u"),
    ("dj", "j"),
    ("tj", "c"),
    ("sj", "sy"),
    ("nj", "ny"),
];

/// An Indonesian name in the spelling of today; older ones keep that of their day (Soeharto, Djakarta).
fn modern_spelling(word: &str) -> Option<String> {
    let old = CHANGED.iter().filter(|(old, _)| word.contains(old));
    old.fold(None, |modern: Option<String>, (old, new)| {
        Some(modern.as_deref().unwrap_or(word).replace(old, new))
    })
}

/// Whether `stem` may be among the stems of the folded `word`, told without stemming: English changes ends only,
/// Indonesian takes both ends off and at most puts one letter in front, Bengali takes the end off. In an old spelling
/// anything may have changed.
pub(super) fn may_be_stem(stem: &str, word: &str, script: Script) -> bool {
    if stem.len() > word.len() {
        return false;
    }
    if script == Script::Latin && CHANGED.iter().any(|(old, _)| word.contains(old)) {
        return true;
    }
    let (stem, word) = (stem.as_bytes(), word.as_bytes());
    match script {
        Script::Bengali => word.starts_with(stem),
        Script::Latin => {
            let [first, second, ..] = stem else {
                return false;
            };
            let rest = &stem[1..];
            let has = |part: &[u8]| part.first() == Some(second) && part == rest;
            word.first() == Some(first) || word.windows(rest.len()).any(has)
        }
        _ => false,
    }
}

/// The form without an ending that leaves the meaning alone: an English plural, a Bengali case.
pub(super) fn base(word: &str, script: Script) -> Option<Cow<'_, str>> {
    match script {
        Script::Bengali => bengali::stem(word).map(Cow::Borrowed),
        Script::Latin if word.len() >= SHORTEST_WORD => singular(word),
        _ => None,
    }
}

fn singular(word: &str) -> Option<Cow<'_, str>> {
    if let Some(stem) = word.strip_suffix("ies") {
        return Some(Cow::Owned(format!("{stem}y")));
    }
    word.strip_suffix('s')
        .filter(|stem| !stem.ends_with(['s', 'u', 'i']))
        .map(Cow::Borrowed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::script::Script, base, may_be_stem, stems};

    #[test]
    fn related_words_meet() {
        for (one, other) in [
            ("kesehatan", "sehat"),
            ("kejiwaan", "jiwa"),
            ("kecemasan", "cemas"),
            ("pelayanan", "layanan"),
        ] {
            let stems = stems(one, Script::Latin);
            let beside: Vec<_> = super::stems(other, Script::Latin)
                .into_iter()
                .chain([other.to_owned()])
                .collect();
            assert!(
                stems.iter().any(|stem| beside.contains(stem)),
                "{one} {other}"
            );
        }
        assert!(stems("counselling", Script::Latin).contains(&"counsel".to_owned()));
        assert_eq!(stems("症", Script::Han), Vec::<String>::new());
    }

    #[test]
    fn old_spellings_meet_new_ones() {
        for (old, new) in [
            ("soeharto", "suharto"),
            ("djakarta", "jakarta"),
            ("tjipto", "cipto"),
        ] {
            assert!(stems(old, Script::Latin).contains(&new.to_owned()), "{old}");
        }
    }

    #[test]
    fn plurals_lose_their_ending() {
        assert_eq!(base("therapies", Script::Latin).as_deref(), Some("therapy"));
        assert_eq!(base("groups", Script::Latin).as_deref(), Some("group"));
        for word in ["psychosis", "stress", "status", "aa"] {
            assert_eq!(base(word, Script::Latin), None, "{word}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn no_stem_is_missed(
            word in "(di|meng|mem|men|meny|me|ter|ke|peng|peny|pem|pe|ber|bel|per|pel)?(ber|pe|per)?[a-z]{2,9}\
                (an|kan|i|nya|ku|mu|kah|lah|pun|ing|ings|ed|ly|ies|ied|y|s|ational|fulness|ement|ying)?(nya|kah|s)?"
        ) {
            for stem in stems(&word, Script::Latin) {
                prop_assert!(may_be_stem(&stem, &word, Script::Latin), "{} {}", word, stem);
            }
        }

        #[test]
        fn no_stem_of_an_old_spelling_is_missed(word in "[a-z]{0,3}(oe|dj|tj|sj|nj)[a-z]{0,4}(oe|dj|nj)?(an|i|kan)?") {
            for stem in stems(&word, Script::Latin) {
                prop_assert!(may_be_stem(&stem, &word, Script::Latin), "{} {}", word, stem);
            }
        }

        #[test]
        fn no_bengali_stem_is_missed(word in "[ক-নপ-রলশ-হ][ক-নপ-রলশ-হািেো\u{09BC}\u{09CD}]{1,8}") {
            for stem in stems(&word, Script::Bengali) {
                prop_assert!(may_be_stem(&stem, &word, Script::Bengali), "{} {}", word, stem);
            }
        }
    }
}
