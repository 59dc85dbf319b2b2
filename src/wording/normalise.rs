//! One normal form for text, whoever typed it and on whatever keyboard.
//!
//! Invariant: `fold` is idempotent. What it drops is never shown: width, case, accents of Latin letters, invisible
//! characters, apostrophes inside words, spelling variants, the script of digits, Traditional characters.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::{bengali, convert, script};
use crate::domain::digits::ascii_digit;
pub use crate::domain::digits::ascii_digits as digits;

/// Chinese written differently by region or habit, after simplification; each pair is of equal length, so that every
/// character keeps its place.
const REGIONAL: &[(&str, &str)] = &[
    ("著", "着"),
    ("咨商", "咨询"),
    ("网路", "网络"),
    ("甚么", "什么"),
];

// Two passes settle nearly all text; a few Chinese phrases of rare words need three.
const MOST_PASSES: usize = 8;

/// The normal form of `text`, in which everything is compared.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = pass(text);
    if folded.is_ascii() {
        return folded;
    }
    // One step can make work for an earlier one (a phrase that appears only after another was converted).
    for _ in 1..MOST_PASSES {
        let again = pass(&folded);
        if again == folded {
            break;
        }
        folded = again;
    }
    folded
}

fn pass(text: &str) -> String {
    if text.is_ascii() {
        return tidy(&text.to_ascii_lowercase());
    }
    let mut folded = tidy(&letters(text));
    if folded.chars().any(script::is_bengali) {
        folded = bengali::fold_variants(&folded);
    }
    if folded.chars().any(script::is_han) {
        folded = convert::simplified(&folded).into_owned();
        for (written, meant) in REGIONAL {
            if folded.contains(written) {
                folded = folded.replace(written, meant);
            }
        }
    }
    folded
}

/// Compatibility forms, case, digits, invisible characters and the accents of Latin letters.
fn letters(text: &str) -> String {
    let mut after_latin = false;
    text.nfkd()
        .filter(|c| !is_invisible(*c))
        .flat_map(lower)
        .map(ascii_digit)
        .filter(|c| {
            if is_combining_mark(*c) {
                return !(after_latin && matches!(c, '\u{0300}'..='\u{036F}'));
            }
            after_latin = c.is_ascii_alphabetic();
            true
        })
        .nfc()
        .collect()
}

fn lower(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        'ß' | 'ẞ' => ('s', Some('s')),
        'ς' => ('σ', None),
        _ => {
            let mut lowered = c.to_lowercase();
            (lowered.next().unwrap_or(c), lowered.next())
        }
    };
    std::iter::once(first).chain(second)
}

/// Single spaces, none at the ends, and no apostrophe inside a word.
fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut gap = false;
    while let Some(c) = rest.next() {
        if c.is_whitespace() || c.is_control() {
            gap = !tidied.is_empty();
            continue;
        }
        if gap {
            tidied.push(' ');
            gap = false;
        } else if is_apostrophe(c)
            && tidied.ends_with(|before| is_word_char(before) && !script::is_han(before))
            && rest
                .peek()
                .is_some_and(|next| next.is_alphanumeric() && !script::is_han(*next))
        {
            continue;
        }
        tidied.push(c);
    }
    tidied
}

/// Whether `c` can stand inside a word: letters, digits, and the marks that belong to them.
pub(super) fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '＇')
}

/// Characters without a shape of their own (Unicode's default ignorables), in use or not.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}'
        | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{digits, fold};

    #[test]
    fn forms_of_one_text_meet() {
        for (typed, expected) in [
            ("ＤＥＰＲＥＳＳＩＯＮ", "depression"),
            ("  Café\u{00A0}\tZürich \n", "cafe zurich"),
            ("Women’s", "womens"),
            ("Jum'at", "jumat"),
            ("'quoted'", "'quoted'"),
            ("IĞDIR İstanbul ı", "igdir istanbul ı"),
            ("Straße", "strasse"),
            ("০৯৬১২-১১৯ ９９９ ١٢", "09612-119 999 12"),
            ("হেল্প\u{200C}লাইন\u{FEFF}", "হেল্পলাইন"),
            ("de\u{00AD}pre\u{200B}si", "depresi"),
            ("抑鬱症", "抑郁症"),
            ("心理諮商", "心理咨询"),
            ("睡不著", "睡不着"),
            ("臺北", "台北"),
            ("衞生署", "卫生署"),
            ("什么", "什么"),
            ("й", "й"),
        ] {
            assert_eq!(fold(typed), expected, "{typed}");
        }
    }

    #[test]
    fn digits_alone_change_only_digits() {
        assert_eq!(digits("ফোন: ১৬২৬৩, Ａ９"), "ফোন: 16263, Ａ9");
    }

    #[test]
    fn phrases_that_need_several_passes_settle() {
        for phrase in [
            "變徵之聲",
            "幺麼小醜",
            "大目乾連冥間救母變文",
            "旋乾轉坤",
            "蕓薹",
            "於潛縣",
            "薴",
        ] {
            let folded = fold(phrase);
            assert_eq!(fold(&folded), folded, "{phrase}");
        }
    }

    #[test]
    fn every_character_settles() {
        for c in (0..=0x0003_FFFF_u32).filter_map(char::from_u32) {
            let folded = fold(c.encode_utf8(&mut [0; 4]));
            assert_eq!(fold(&folded), folded, "{c:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(600))]

        #[test]
        fn folding_twice_is_folding_once(text in any::<String>()) {
            let folded = fold(&text);
            prop_assert_eq!(fold(&folded), folded);
        }

        #[test]
        fn folding_our_scripts_twice_is_folding_once(
            text in "[\u{0980}-\u{09FF}\u{4E00}-\u{9FFF}A-Za-z'’ \u{0300}-\u{0310}\u{200B}-\u{200D}]{0,24}"
        ) {
            let folded = fold(&text);
            prop_assert_eq!(fold(&folded), folded);
        }
    }
}
