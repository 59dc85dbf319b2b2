//! Bengali as it is really typed: letters that sound alike and are written one for another, and the case endings that
//! follow a noun.
//!
//! Letters whose exchange makes another common word (ড়/র, স/শ, the nasal sign) are deliberately left apart.

/// Whole sequences with one common spelling, longest first; both sides in composed form, ড়, ঢ় and য় decomposed as
/// Unicode's own normal form has them.
const SEQUENCES: &[(&str, &str)] = &[
    // অ্যা is written এ্যা as often.
    ("এ্যা", "অ্যা"),
    // Loan words moved from ষ্ট to স্ট.
    ("ষ্ট", "স্ট"),
    // A ব with a dot below stands for র.
    ("ব\u{09BC}", "র"),
    ("ৎ", "ত্"),
    ("ণ", "ন"),
    ("ী", "ি"),
    ("ঈ", "ই"),
    ("ূ", "ু"),
    ("ঊ", "উ"),
];

/// What the sequences begin with.
pub(super) fn begins_a_variant(c: char) -> bool {
    matches!(c, 'এ' | 'ষ' | 'ব' | 'ৎ' | 'ণ' | 'ী' | 'ঈ' | 'ূ' | 'ঊ')
}

/// `text` with one spelling for each group of variants, where that changes it. Expects composed (NFC) text.
pub(super) fn without_variants(text: &str) -> Option<String> {
    let mut folded = String::new();
    let mut kept = 0;
    for (at, _) in text.char_indices().filter(|(_, c)| begins_a_variant(*c)) {
        let variant = SEQUENCES
            .iter()
            .find(|(written, _)| text[at..].starts_with(written));
        if let Some((written, meant)) = variant {
            folded.push_str(&text[kept..at]);
            folded.push_str(meant);
            kept = at + written.len();
        }
    }
    if kept == 0 {
        return None;
    }
    folded.push_str(&text[kept..]);
    Some(folded)
}

/// Endings of number and case, folded, longest first.
const ENDINGS: &[&str] = &[
    "গুলোতে",
    "দেরকে",
    "গুলোর",
    "গুলির",
    "গুলো",
    "গুলি",
    "টিতে",
    "টাতে",
    "টির",
    "টার",
    "টিকে",
    "টাকে",
    "দের",
    "য\u{09BC}ের",
    "য\u{09BC}ে",
    "টি",
    "টা",
    "ের",
    "কে",
    "তে",
    "য\u{09BC}",
    "র",
    "ে",
];

/// The folded `word` without its ending, when enough of a word remains.
pub(super) fn stem(word: &str) -> Option<&str> {
    // Most words end otherwise than any of the endings does.
    if !word.ends_with(['ে', 'র', 'ো', 'ি', 'া', '\u{09BC}']) {
        return None;
    }
    ENDINGS
        .iter()
        .filter_map(|ending| Some((word.strip_suffix(ending)?, *ending)))
        .find(|(stem, ending)| is_a_word(stem) && (*ending != "র" || ends_in_a_vowel(stem)))
        .map(|(stem, _)| stem)
}

fn is_a_word(stem: &str) -> bool {
    let letters = stem.chars().filter(|c| matches!(c, 'অ'..='হ')).count();
    letters >= 2 && !stem.ends_with(VIRAMA)
}

fn ends_in_a_vowel(stem: &str) -> bool {
    stem.ends_with(|c| matches!(c, 'অ'..='ঔ' | 'া'..='ৌ'))
}

const VIRAMA: char = '\u{09CD}';

#[cfg(test)]
mod tests {
    use super::{super::normalise::fold, ENDINGS, SEQUENCES, begins_a_variant, stem};

    #[test]
    fn variants_meet() {
        for (one, other) in [
            ("বিষণ্নতা", "বিষণ্ণতা"),
            ("ষ্টেশন", "স্টেশন"),
            ("হঠাৎ", "হঠাত্"),
            ("বাড়ী", "বাড়ি"),
            ("গাড\u{09BC}ি", "গা\u{09DC}ি"),
            ("সময\u{09BC}", "সম\u{09DF}"),
            ("এ্যাংজাইটি", "অ্যাংজাইটি"),
            ("র\u{200D}্যাব", "র্যাব"),
            ("যোগাযোগ", "য\u{09C7}\u{09BE}গায\u{09C7}\u{09BE}গ"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
    }

    #[test]
    fn words_that_differ_stay_apart() {
        for (one, other) in [("বাড়ি", "বারি"), ("শব", "সব"), ("চাঁদ", "চাদ"), ("মন", "মান")]
        {
            assert_ne!(fold(one), fold(other), "{one} {other}");
        }
    }

    #[test]
    fn meanings_are_stable() {
        for (_, meant) in SEQUENCES {
            assert_eq!(fold(meant), *meant);
        }
    }

    #[test]
    fn quick_looks_miss_nothing() {
        for (written, _) in SEQUENCES {
            let begins: Vec<bool> = written.chars().map(begins_a_variant).collect();
            assert!(begins[0] && !begins[1..].contains(&true), "{written}");
        }
        for ending in ENDINGS {
            assert_eq!(stem(&format!("মননা{ending}")), Some("মননা"), "{ending}");
        }
    }

    #[test]
    fn endings_come_off() {
        for (word, expected) in [
            ("বিষণ্নতার", "বিষণ্নতা"),
            ("বিষণ্নতায়", "বিষণ্নতা"),
            ("ঢাকায়", "ঢাকা"),
            ("ঢাকার", "ঢাকা"),
            ("উদ্বেগের", "উদ্বেগ"),
            ("উদ্বেগে", "উদ্বেগ"),
            ("নারীদের", "নারী"),
            ("হাসপাতালগুলোতে", "হাসপাতাল"),
            ("মনের", "মন"),
        ] {
            assert_eq!(stem(&fold(word)), Some(fold(expected).as_str()), "{word}");
        }
        assert_eq!(stem(&fold("এর")), None);
        assert_eq!(stem(&fold("হতাশা")), None);
    }
}
