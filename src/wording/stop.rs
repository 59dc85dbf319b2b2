//! Words that carry nothing to search for, in the four languages.
//!
//! They are left out of a query only, never of an index, and only while something else is left.

use std::{collections::HashSet, sync::LazyLock};

use super::normalise::fold;

const WORDS: &[&str] = &[
    // English
    "a about an and are around at be by can close do does find for from get have how i in is it looking me my near \
     nearby nearest need of on or please that the there to want was what when where which who with you your",
    // Indonesian
    "ada adalah aku apa atau bagaimana butuh cara cari dan dari dengan dekat di dimana ini ingin itu ke mana mau \
     mencari pada saya sekitar terdekat untuk yang",
    // Bengali
    "আছে আমার আমাকে আমি আশেপাশে এ এই একটা একটি এবং এর ও করতে কাছাকাছি কাছে কি কী কে কোথায় কোন খুঁজছি চাই জন্য থেকে \
     দরকার নিয়ে পাব পাবো বা সঙ্গে সাথে হয়",
    // Chinese, where nothing else stands between two names
    "了 到 去 和 在 想 我 是 有 要 与 及",
];

/// Filler inside unspaced Chinese, longest first where one begins with another. Characters that end or begin many words
/// (在, 有, 和, 了) are absent.
const CHINESE: &[&str] = &[
    "请问",
    "我想找",
    "我想",
    "我要",
    "我在",
    "可以",
    "能不能",
    "想找",
    "怎么办",
    "怎么",
    "怎样",
    "如何",
    "哪里有",
    "哪里",
    "哪儿",
    "有没有",
    "附近",
    "找到",
    "找",
    "的",
    "吗",
    "呢",
];

static FOLDED: LazyLock<HashSet<String>> = LazyLock::new(|| {
    WORDS
        .iter()
        .flat_map(|list| list.split_whitespace())
        .map(fold)
        .collect()
});

/// Whether the folded word carries nothing to search for.
#[must_use]
pub fn is_stop_word(folded: &str) -> bool {
    FOLDED.contains(folded)
}

/// How many characters of filler the Chinese text `rest` begins with.
pub(super) fn chinese_filler(rest: &str) -> Option<usize> {
    CHINESE
        .iter()
        .find(|filler| rest.starts_with(*filler))
        .map(|filler| filler.chars().count())
}

#[cfg(test)]
mod tests {
    use super::{CHINESE, chinese_filler, fold, is_stop_word};

    #[test]
    fn knows_filler_of_four_languages() {
        for word in ["the", "terdekat", "আমার", "কী", "কি"] {
            assert!(is_stop_word(&fold(word)), "{word}");
        }
        assert!(!is_stop_word("help"));
        assert_eq!(chinese_filler("哪里有心理咨询"), Some(3));
        assert_eq!(chinese_filler("心理咨询"), None);
    }

    #[test]
    fn chinese_filler_is_folded() {
        assert!(CHINESE.iter().all(|filler| fold(filler) == *filler));
    }
}
