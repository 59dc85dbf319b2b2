//! Stems, kept beside the surface form and never instead of it.
//!
//! A short text does not tell its language, so a Latin word gets both its English and its Indonesian stem; a wrong one
//! is wrong alike in the query and in the index. Chinese has none.

use std::sync::LazyLock;

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
            stems
        }
        _ => Vec::new(),
    }
}

/// The form without an ending that leaves the meaning alone: an English plural, a Bengali case.
pub(super) fn base(word: &str, script: Script) -> Option<String> {
    match script {
        Script::Bengali => bengali::stem(word).map(str::to_owned),
        Script::Latin if word.len() >= SHORTEST_WORD => singular(word),
        _ => None,
    }
}

fn singular(word: &str) -> Option<String> {
    if let Some(stem) = word.strip_suffix("ies") {
        return Some(format!("{stem}y"));
    }
    word.strip_suffix('s')
        .filter(|stem| !stem.ends_with(['s', 'u', 'i']))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{super::script::Script, base, stems};

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
    fn plurals_lose_their_ending() {
        assert_eq!(base("therapies", Script::Latin).as_deref(), Some("therapy"));
        assert_eq!(base("groups", Script::Latin).as_deref(), Some("group"));
        for word in ["psychosis", "stress", "status", "aa"] {
            assert_eq!(base(word, Script::Latin), None, "{word}");
        }
    }
}
