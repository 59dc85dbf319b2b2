//! One normal form for text, whoever typed it and on whatever keyboard.
//!
//! Invariant: `fold` is idempotent. What it drops is never shown: width, case, accents of Latin letters, invisible
//! characters, apostrophes inside words, spelling variants, the script of digits, Traditional characters.

use std::borrow::Cow;

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
    folded(text).into_owned()
}

/// The normal form of `text`, which is often the text itself.
pub(super) fn folded(text: &str) -> Cow<'_, str> {
    if is_folded(text) {
        return Cow::Borrowed(text);
    }
    let mut folded = Cow::Borrowed(text);
    // One step can make work for an earlier one (a phrase that appears only after another was converted).
    for _ in 0..MOST_PASSES {
        let Some(changed) = pass(&folded) else { break };
        folded = Cow::Owned(changed);
        if folded.is_ascii() || is_folded(&folded) {
            break;
        }
    }
    folded
}

/// Whether `text` certainly is in normal form: nothing in it is of a kind that any step changes. Deliberately knows
/// no more than what most words of our scripts are made of.
fn is_folded(text: &str) -> bool {
    let mut before = ' ';
    text.chars().all(|c| {
        let settled = match c {
            'a'..='z' | '0'..='9' | '-' | ',' | '.' => true,
            'এ' => !text.contains("এ\u{09CD}"),
            'ষ' => !text.contains("ষ\u{09CD}"),
            // As the dot below is composed with what stands before it, and sorted among other marks.
            '\u{09BC}' => matches!(before, 'ড' | 'ঢ' | 'য'),
            // With the sign before it, it is another vowel.
            'া' => before != 'ে',
            'ঁ'..='ঃ'
            | 'অ'..='ঋ'
            | 'ঐ'
            | 'ও'..='ন'
            | 'প'..='র'
            | 'ল'
            | 'শ'..='হ'
            | 'ি'
            | 'ু'
            | 'ৃ'
            | 'ে'
            | 'ৈ'
            | 'ো'
            | 'ৌ'
            | '\u{09CD}' => !bengali::begins_a_variant(c) || c == 'ব',
            _ if script::is_common_han(c) => {
                convert::by_itself(c) == Some(c) && !is_regional(before, c)
            }
            _ => false,
        };
        before = c;
        settled
    })
}

/// What differs after every step, done once; nothing where all of them leave `text` as it is.
fn pass(text: &str) -> Option<String> {
    let mut folded = Cow::Borrowed(text);
    let mut apply = |steps: &[fn(&str) -> Option<String>]| {
        for step in steps {
            if let Some(changed) = step(&folded) {
                folded = Cow::Owned(changed);
            }
        }
        folded.is_ascii()
    };
    let is_chinese = text.chars().all(script::is_common_han);
    if is_chinese || !apply(&[letters, tidied]) {
        apply(&[bengali::without_variants, convert::simplified, regional]);
    }
    (folded != text).then(|| folded.into_owned())
}

/// Compatibility forms, case, digits, invisible characters and the accents of Latin letters.
fn letters(text: &str) -> Option<String> {
    if text.is_ascii() {
        let has_capitals = text.bytes().any(|b| b.is_ascii_uppercase());
        return has_capitals.then(|| text.to_ascii_lowercase());
    }
    if let Some(simple) = simple_letters(text) {
        return Some(simple);
    }
    let mut after_latin = false;
    let folded = text
        .nfkd()
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
        .collect();
    Some(folded)
}

/// The same for text of nothing but ASCII, Bengali and plain Chinese, without the tables of Unicode.
fn simple_letters(text: &str) -> Option<String> {
    let mut folded = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '\0'..='\x7F' => folded.push(c.to_ascii_lowercase()),
            '০'..='৯' => folded.push(ascii_digit(c)),
            '\u{09DC}' => folded.push_str("ড\u{09BC}"),
            '\u{09DD}' => folded.push_str("ঢ\u{09BC}"),
            '\u{09DF}' => folded.push_str("য\u{09BC}"),
            '\u{09BC}' if before == '\u{09CD}' => return None,
            'া' | '\u{09D7}' if before == 'ে' => return None,
            'ঁ'..='ঃ'
            | 'অ'..='ঌ'
            | 'এ'
            | 'ঐ'
            | 'ও'..='ন'
            | 'প'..='র'
            | 'ল'
            | 'শ'..='হ'
            | '\u{09BC}'..='ৄ'
            | 'ে'
            | 'ৈ'
            | 'ো'..='ৎ'
            | '\u{09D7}' => folded.push(c),
            '’' | '‘' | '।' => folded.push(c),
            _ if script::is_common_han(c) => folded.push(c),
            _ => return None,
        }
        before = c;
    }
    Some(folded)
}

/// One way of writing where regions differ.
fn regional(text: &str) -> Option<String> {
    let mut before = ' ';
    if !text.contains(|c| is_regional(std::mem::replace(&mut before, c), c)) {
        return None;
    }
    let replaced = |text: String, (written, meant): &(&str, &str)| text.replace(written, meant);
    Some(REGIONAL.iter().fold(text.to_owned(), replaced))
}

/// Whether `c` ends one of the `REGIONAL` ways of writing.
fn is_regional(before: char, c: char) -> bool {
    matches!(
        (before, c),
        (_, '著') | ('咨', '商') | ('网', '路') | ('甚', '么')
    )
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
fn tidied(text: &str) -> Option<String> {
    let untidy = |c: char| c.is_whitespace() || c.is_control() || is_apostrophe(c);
    if !text.contains(untidy) {
        return None;
    }
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
                .is_some_and(|next| script::is_letter_or_digit(*next) && !script::is_han(*next))
        {
            continue;
        }
        tidied.push(c);
    }
    Some(tidied)
}

/// Whether `c` can stand inside a word: letters, digits, and the marks that belong to them.
pub(super) fn is_word_char(c: char) -> bool {
    script::is_letter_or_digit(c) || !c.is_ascii() && is_combining_mark(c)
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

    use super::{REGIONAL, digits, fold, is_folded, is_regional, pass};

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
    fn every_regional_way_is_seen_at_its_end() {
        for (written, _) in REGIONAL {
            let mut before = ' ';
            let seen = written
                .chars()
                .any(|c| is_regional(std::mem::replace(&mut before, c), c));
            assert!(seen, "{written}");
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

        #[test]
        fn what_looks_folded_is(text in "[\u{0980}-\u{09FF}乾咨商网路甚么著抑郁鬱a-z0-9-]{0,6}") {
            prop_assert!(!is_folded(&text) || pass(&text).is_none());
        }
    }
}
