//! Traditional and Simplified Chinese, converted by phrase.
//!
//! The dictionaries are compiled in and unpacked at first use: half a MiB for Traditional → Simplified, which every
//! process needs, and four for the other way, which only showing converted text needs. Text without Chinese
//! characters never reaches them.

use std::{borrow::Cow, sync::LazyLock};

use ferrous_opencc::{OpenCC, config::BuiltinConfig};

use super::script::{is_common_han, is_han};

// The Hong Kong table is the plain one plus the variants used there (衞 for 衛). The Taiwanese table is not used: it
// takes its input to be Traditional throughout, and spoils Simplified text (什么 → 什幺).
static SIMPLIFY: LazyLock<OpenCC> = LazyLock::new(|| {
    // constant: the dictionary is compiled in, and a test loads it
    OpenCC::from_config(BuiltinConfig::Hk2s).expect("the dictionary is compiled in")
});

static TRADITIONAL: LazyLock<OpenCC> = LazyLock::new(|| {
    // constant: the dictionary is compiled in, and a test loads it
    OpenCC::from_config(BuiltinConfig::S2tw).expect("the dictionary is compiled in")
});

/// The characters of the dictionaries' phrases that become another character there than by themselves. Text without
/// any of them is converted character by character. They are of the crate's version in `VERSION`.
const BY_PHRASE: &str = "么乾俱台吃吒噁彷徵於昇沈濛牴畫瞭胄薹藉衹覆鉅鍊鍾麼麽";

/// What each character from `FIRST` on becomes by itself; `ASK` where only the dictionaries can tell.
static BY_CHARACTER: LazyLock<Box<[u16]>> = LazyLock::new(|| {
    let alone = |c: char| {
        let converted = SIMPLIFY.convert(c.encode_utf8(&mut [0; 4]));
        let mut characters = converted.chars();
        match (characters.next(), characters.next()) {
            (Some(only), None) if !BY_PHRASE.contains(c) => u16::try_from(only).unwrap_or(ASK),
            _ => ASK,
        }
    };
    (FIRST..=LAST).map(alone).collect()
});

/// Every character from `FIRST` on, one after another.
static CHARACTERS: LazyLock<String> = LazyLock::new(|| (FIRST..=LAST).collect());

const FIRST: char = '\u{3400}';
const LAST: char = '\u{9FFF}';
const ASK: u16 = 0;

/// `text` in Simplified characters, for showing. Text that is Simplified already stays as it is.
#[must_use]
pub fn to_simplified(text: &str) -> String {
    simplified(text).unwrap_or_else(|| text.to_owned())
}

/// `text` in Traditional characters as Taiwan writes them, for showing.
#[must_use]
pub fn to_traditional(text: &str) -> String {
    if text.chars().any(is_han) {
        TRADITIONAL.convert(text)
    } else {
        text.to_owned()
    }
}

/// `text` in Simplified characters, where that changes it.
pub(super) fn simplified(text: &str) -> Option<String> {
    let mut converted: Option<String> = None;
    for (at, c) in text.char_indices() {
        let Some(own) = by_itself(c) else {
            let converted = SIMPLIFY.convert(text);
            return (converted != text).then_some(converted);
        };
        if own != c && converted.is_none() {
            converted = Some(text[..at].to_owned());
        }
        if let Some(converted) = &mut converted {
            converted.push(own);
        }
    }
    converted
}

/// `c` as text, for Chinese characters without an allocation.
pub(super) fn as_text(c: char) -> Cow<'static, str> {
    const BYTES_EACH: usize = FIRST.len_utf8();
    let place = (c as usize).checked_sub(FIRST as usize);
    let found =
        place.and_then(|place| CHARACTERS.get(place * BYTES_EACH..(place + 1) * BYTES_EACH));
    found.map_or_else(|| Cow::Owned(c.to_string()), Cow::Borrowed)
}

/// What `c` becomes, whatever stands beside it; nothing where that cannot be told.
pub(super) fn by_itself(c: char) -> Option<char> {
    if !is_common_han(c) {
        return (!is_han(c)).then_some(c);
    }
    match BY_CHARACTER.get(c as usize - FIRST as usize).copied() {
        Some(ASK) | None => None,
        Some(own) => char::from_u32(u32::from(own)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{SIMPLIFY, as_text, to_simplified, to_traditional};

    #[test]
    fn converts_by_phrase() {
        assert_eq!(
            to_simplified("頭髮發展、乾隆乾燥、衞生署"),
            "头发发展、乾隆干燥、卫生署"
        );
        assert_eq!(
            to_traditional("头发发展，心里面，皇后以后"),
            "頭髮發展，心裡面，皇后以後"
        );
    }

    #[test]
    fn leaves_what_is_converted_already() {
        assert_eq!(
            to_simplified("什么是抑郁症？睡不着"),
            "什么是抑郁症？睡不着"
        );
        assert_eq!(to_traditional("憂鬱症"), "憂鬱症");
        assert_eq!(to_simplified("depresi বিষণ্নতা"), "depresi বিষণ্নতা");
    }

    #[test]
    fn characters_are_their_own_text() {
        for c in [
            'a',
            '\u{33FF}',
            '\u{3400}',
            '一',
            '\u{9FFF}',
            '\u{A000}',
            '\u{20000}',
        ] {
            assert_eq!(as_text(c), c.to_string());
        }
    }

    #[test]
    fn characters_of_phrases_are_not_converted_alone() {
        for phrase in [
            "乾隆",
            "乾燥",
            "著作",
            "瞭望",
            "明瞭",
            "台灣",
            "於潛縣",
            "幺麼小醜",
            "吃驚",
            "藉口",
            "慰藉",
        ] {
            assert_eq!(to_simplified(phrase), SIMPLIFY.convert(phrase), "{phrase}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn converts_as_the_dictionaries_do(
            text in "([\u{3400}-\u{9FFF}]|[么乾俱台吃於覆鍊臺灣憂鬱症心理諮商a ]|[\u{20000}-\u{2A6DF}\u{F900}-\u{FAFF}]){0,12}"
        ) {
            prop_assert_eq!(to_simplified(&text), SIMPLIFY.convert(&text));
        }
    }
}
