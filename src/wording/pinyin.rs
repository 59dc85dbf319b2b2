//! Chinese as it is typed in Latin letters: without tones, with or without spaces.
//!
//! As Chinese is indexed by pairs of characters, so is its pinyin: 心理咨询 is *xinli*, *lizi*, *zixun*. A typed word is
//! cut into syllables, and looked for by their pairs. Tones are dropped where text is folded; *ü* is *u*.

use std::{collections::HashSet, sync::LazyLock};

use pinyin::{ToPinyin, ToPinyinMulti};

/// Characters of two readings that are both in everyday use.
const OF_TWO_READINGS: &str = "重长行乐都觉调传曾朝强降藏厦着便还";

const LONGEST_SYLLABLE: usize = 6;
const LONGEST_WORD: usize = 48;

/// Every syllable of the language.
static SYLLABLES: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let common = ('\u{4E00}'..='\u{9FA5}').filter_map(|c| c.to_pinyin());
    let written = common.map(|reading| plain(reading.plain()));
    written
        .filter(|syllable| syllable.contains(['a', 'e', 'i', 'o', 'u']))
        .collect()
});

fn plain(reading: &str) -> String {
    reading.replace('ü', "u")
}

/// How a character is read; two ways where both are common, none where it is not known.
fn readings(c: char) -> Vec<String> {
    if OF_TWO_READINGS.contains(c)
        && let Some(all) = c.to_pinyin_multi()
    {
        return all
            .into_iter()
            .take(2)
            .map(|reading| plain(reading.plain()))
            .collect();
    }
    let one = c.to_pinyin().map(|reading| plain(reading.plain()));
    one.into_iter().collect()
}

/// The pairs of syllables of a Chinese run, in order.
pub(super) fn pairs_of(run: &str) -> Vec<String> {
    let read: Vec<Vec<String>> = run.chars().map(readings).collect();
    let mut pairs = Vec::with_capacity(read.len());
    for two in read.windows(2) {
        for first in &two[0] {
            pairs.extend(two[1].iter().map(|second| format!("{first}{second}")));
        }
    }
    pairs
}

/// A Chinese run in Latin letters, each character as it is read most often.
pub(super) fn spelt(run: &str) -> Option<String> {
    run.chars()
        .map(|c| readings(c).into_iter().next())
        .collect()
}

/// Whether a folded word is one syllable.
pub(super) fn is_syllable(word: &str) -> bool {
    word.len() <= LONGEST_SYLLABLE && SYLLABLES.contains(word)
}

/// The fewest syllables that make up the folded word, longer ones first; nothing where none do.
pub(super) fn syllables(word: &str) -> Option<Vec<&str>> {
    if word.len() > LONGEST_WORD || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return None;
    }
    // From the end: how many syllables the rest takes, and how long the first of them is.
    let mut best: Vec<Option<(usize, usize)>> = vec![None; word.len() + 1];
    best[word.len()] = Some((0, 0));
    for start in (0..word.len()).rev() {
        for length in (1..=LONGEST_SYLLABLE.min(word.len() - start)).rev() {
            let Some((rest, _)) = best[start + length] else {
                continue;
            };
            let fewer = best[start].is_none_or(|(count, _)| rest + 1 < count);
            if fewer && is_syllable(&word[start..start + length]) {
                best[start] = Some((rest + 1, length));
            }
        }
    }
    let mut found = Vec::new();
    let mut at = 0;
    while at < word.len() {
        let (_, length) = best[at]?;
        found.push(&word[at..at + length]);
        at += length;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{is_syllable, pairs_of, spelt, syllables};

    #[test]
    fn chinese_is_read_in_pairs() {
        assert_eq!(pairs_of("心理咨询"), ["xinli", "lizi", "zixun"]);
        assert_eq!(pairs_of("重庆"), ["zhongqing", "chongqing"]);
        assert_eq!(pairs_of("女生"), ["nusheng"]);
        assert_eq!(pairs_of("心"), Vec::<String>::new());
        assert_eq!(spelt("抑郁症").as_deref(), Some("yiyuzheng"));
    }

    #[test]
    fn typed_words_are_cut_into_syllables() {
        for (word, cut) in [
            ("xinlizixun", vec!["xin", "li", "zi", "xun"]),
            ("yiyuzheng", vec!["yi", "yu", "zheng"]),
            ("jingshenke", vec!["jing", "shen", "ke"]),
            ("xian", vec!["xian"]),
        ] {
            assert_eq!(syllables(word), Some(cut));
        }
        for word in ["depression", "konseling", "xinl1", "v"] {
            assert_eq!(syllables(word), None, "{word}");
        }
        assert!(is_syllable("zhuang") && !is_syllable("zhuangs"));
    }

    proptest! {
        #[test]
        fn syllables_are_the_word(word in "[a-z]{0,50}") {
            if let Some(cut) = syllables(&word) {
                prop_assert_eq!(cut.concat(), word);
            }
        }

        #[test]
        fn what_is_spelt_is_cut(run in "[\u{4E00}-\u{9FA5}]{1,6}") {
            if let Some(spelt) = spelt(&run) {
                prop_assert!(syllables(&spelt).is_some() || spelt.contains(['m', 'n', 'h']), "{}", spelt);
            }
        }
    }
}
