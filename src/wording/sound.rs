//! How Bengali sounds, however somebody writes it in Latin letters.
//!
//! Nobody writes Bengali in Latin letters by a standard: বিষণ্নতা is *bishonnota*, *bishannata*, *bisonnota*. Both the
//! Bengali word and what was typed become the same key: letters that sound alike are one, breath and length are dropped,
//! and of the vowels *a* and *o* go, which stand for one another and for a vowel that Bengali does not write. Where
//! little would be left they stay, as one.
//!
//! Keys are compared with keys only, and deliberately weigh less than words that are written alike.

use super::script::is_bengali;

/// A key of fewer letters than this keeps its vowels.
const SHORTEST_WITHOUT_VOWELS: usize = 4;
const SHORTEST: usize = 2;
const LONGEST_WORD: usize = 40;

const VIRAMA: char = '\u{09CD}';
const NUKTA: char = '\u{09BC}';
/// A vowel that is not written, and may not be spoken.
const UNWRITTEN: u8 = b'.';

/// The key of a folded Bengali word.
pub(super) fn bengali_key(word: &str) -> Option<String> {
    let mut sounds = Vec::with_capacity(word.len() / 2);
    let letters: Vec<char> = word.chars().take(LONGEST_WORD).collect();
    if !letters.iter().all(|c| is_bengali(*c)) {
        return None;
    }
    let mut at = 0;
    while let Some(&c) = letters.get(at) {
        let before = |by: usize| at.checked_sub(by).and_then(|at| letters.get(at)).copied();
        let after = |by: usize| letters.get(at + by).copied();
        let joined_to = before(1)
            .filter(|sign| *sign == VIRAMA)
            .and_then(|_| before(2));
        let has_nukta = after(1) == Some(NUKTA);
        let written = vowel(c);
        sounds.extend_from_slice(written);
        // জ্ঞ is said as a hard g.
        let is_hard = c == 'জ' && after(1) == Some(VIRAMA) && after(2) == Some('ঞ');
        if let Some(sound) = consonant(c, has_nukta).filter(|_| !is_silent(c, joined_to)) {
            sounds.push(if is_hard { b'g' } else { sound });
            let next = after(1 + usize::from(has_nukta));
            if next
                .is_some_and(|next| consonant(next, false).is_some() || vowel_is_independent(next))
            {
                sounds.push(UNWRITTEN);
            }
        } else if consonant(c, has_nukta).is_some() && sounds.last().is_some_and(|s| !is_vowel(*s))
        {
            // A silent letter still carries the unwritten vowel of the cluster that it closes.
            let next = after(1);
            if next.is_some_and(|next| consonant(next, false).is_some()) {
                sounds.push(UNWRITTEN);
            }
        }
        at += 1;
    }
    key(&sounds)
}

/// The key of a folded Latin word, as if it were Bengali.
pub(super) fn latin_key(word: &str) -> Option<String> {
    if word.len() > LONGEST_WORD || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return None;
    }
    let mut sounds = Vec::with_capacity(word.len());
    let mut rest = word.as_bytes();
    while let Some(first) = rest.first() {
        let is_first = rest.len() == word.len();
        let (taken, sound) = latin_sound(rest, is_first, sounds.last().copied());
        debug_assert!(taken > 0, "{first}");
        sounds.extend_from_slice(sound);
        rest = &rest[taken..];
    }
    key(&sounds)
}

/// A typed word without the ending of case or number that it may have.
pub(super) fn without_latin_ending(word: &str) -> Option<&str> {
    const ENDINGS: [&str; 15] = [
        "gulote", "guloke", "gulor", "derke", "gulo", "guli", "der", "ke", "te", "er", "ay", "ey",
        "y", "e", "r",
    ];
    const SHORTEST_STEM: usize = 3;
    let stems = ENDINGS
        .iter()
        .filter_map(|ending| word.strip_suffix(ending));
    stems.into_iter().find(|stem| stem.len() >= SHORTEST_STEM)
}

/// How many bytes the first sound takes, and what it becomes.
fn latin_sound(rest: &[u8], is_first: bool, before: Option<u8>) -> (usize, &'static [u8]) {
    const GROUPS: [(&str, &[u8]); 19] = [
        ("kkh", b"k"),
        ("ksh", b"k"),
        ("chh", b"c"),
        ("ngg", b"n"),
        ("kh", b"k"),
        ("gh", b"g"),
        ("ch", b"c"),
        ("ck", b"k"),
        ("jh", b"j"),
        ("th", b"t"),
        ("dh", b"d"),
        ("ph", b"p"),
        ("bh", b"b"),
        ("sh", b"s"),
        ("rh", b"r"),
        ("ng", b"n"),
        ("ee", b"i"),
        ("oo", b"u"),
        ("ii", b"i"),
    ];
    let group = GROUPS
        .iter()
        .find(|(letters, _)| rest.starts_with(letters.as_bytes()));
    if let Some((letters, sound)) = group {
        return (letters.len(), sound);
    }
    let sound: &'static [u8] = match rest[0] {
        b'a' | b'o' => b"a",
        b'e' => b"e",
        b'i' => b"i",
        b'u' => b"u",
        b'y' if is_first => b"i",
        b'w' if is_first => b"u",
        b'y' | b'w' => b"",
        b'c' | b'k' | b'q' => b"k",
        b'g' => b"g",
        b'j' | b'z' => b"j",
        b't' => b"t",
        b'd' => b"d",
        b'n' => b"n",
        b'p' | b'f' => b"p",
        b'b' | b'v' => b"b",
        // Silent after these: smriti is said sriti.
        b'm' if matches!(before, Some(b's' | b't' | b'd')) => b"",
        b'm' => b"m",
        b'r' => b"r",
        b'l' => b"l",
        b's' => b"s",
        b'h' => b"h",
        _ => b"ks",
    };
    (1, sound)
}

fn consonant(c: char, has_nukta: bool) -> Option<u8> {
    Some(match c {
        'ক' | 'খ' => b'k',
        'গ' | 'ঘ' => b'g',
        'চ' | 'ছ' => b'c',
        'জ' | 'ঝ' => b'j',
        'য' if !has_nukta => b'j',
        'ঙ' | 'ঞ' | 'ণ' | 'ন' | 'ং' => b'n',
        'ড' | 'ঢ' if has_nukta => b'r',
        'ট' | 'ঠ' | 'ত' | 'থ' | 'ৎ' => b't',
        'ড' | 'ঢ' | 'দ' | 'ধ' => b'd',
        'প' | 'ফ' => b'p',
        'ব' | 'ভ' => b'b',
        'ম' => b'm',
        'র' => b'r',
        'ল' => b'l',
        'শ' | 'ষ' | 'স' => b's',
        'হ' => b'h',
        _ => return None,
    })
}

/// Whether a consonant is not spoken after the one that it is joined to.
fn is_silent(c: char, joined_to: Option<char>) -> bool {
    let Some(to) = joined_to else { return false };
    match c {
        'য' => to != 'র',
        'ব' => matches!(to, 'স' | 'শ' | 'ষ' | 'ত' | 'জ' | 'ধ' | 'ক'),
        'ম' => matches!(to, 'স' | 'শ' | 'ষ' | 'ত' | 'দ'),
        'ষ' => to == 'ক',
        'ঞ' => to == 'জ',
        'গ' => matches!(to, 'ঙ' | 'ং'),
        _ => false,
    }
}

fn vowel(c: char) -> &'static [u8] {
    match c {
        'অ' | 'আ' | 'ও' | 'া' | 'ো' => b"a",
        'ই' | 'ঈ' | 'ি' | 'ী' => b"i",
        'উ' | 'ঊ' | 'ু' | 'ূ' => b"u",
        'এ' | 'ে' => b"e",
        'ঐ' | 'ৈ' => b"ai",
        'ঔ' | 'ৌ' => b"au",
        'ঋ' | 'ৃ' => b"ri",
        _ => b"",
    }
}

fn vowel_is_independent(c: char) -> bool {
    matches!(c, 'অ'..='ঔ')
}

fn is_vowel(sound: u8) -> bool {
    matches!(sound, b'a' | b'e' | b'i' | b'u' | UNWRITTEN)
}

fn key(sounds: &[u8]) -> Option<String> {
    let mut once: Vec<u8> = Vec::with_capacity(sounds.len());
    for sound in sounds {
        if once.last() != Some(sound) {
            once.push(*sound);
        }
    }
    let lean: String = once
        .iter()
        .enumerate()
        .filter(|(at, sound)| **sound != UNWRITTEN && (*at == 0 || **sound != b'a'))
        .map(|(_, sound)| char::from(*sound))
        .collect();
    if lean.len() >= SHORTEST_WITHOUT_VOWELS {
        return Some(lean);
    }
    let mut full = String::with_capacity(once.len());
    for sound in once {
        let sound = if sound == UNWRITTEN {
            'a'
        } else {
            char::from(sound)
        };
        if !(sound == 'a' && full.ends_with('a')) {
            full.push(sound);
        }
    }
    if full.len() > SHORTEST && full.ends_with('a') {
        full.pop();
    }
    (full.len() >= SHORTEST).then_some(full)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::normalise::fold, bengali_key, latin_key, without_latin_ending};

    #[test]
    fn what_is_typed_meets_what_is_written() {
        for (written, typed) in [
            ("বিষণ্নতা", "bishonnota bishannata bisonnota bishonnata"),
            ("মানসিক", "manosik manoshik mansik manasik"),
            ("হাসপাতাল", "hashpatal haspatal hospatal"),
            ("কান", "kan kaan"),
            ("রই", "roi"),
            ("পেতে", "pete"),
            ("শোক", "shok sok"),
            ("স্মৃতি", "smriti sriti"),
            ("নির্যাতন", "nirjaton nirjatan"),
            ("নতুন", "notun natun"),
            ("ভোর", "bhor vor"),
            ("মায়েদের", "mayeder maeder"),
            ("আসর", "asor ashor"),
            ("প্রবীণ", "probin prabeen"),
            ("আঙিনা", "angina"),
            ("মাদকাসক্তি", "madokasokti madakashakti"),
            ("পুনর্বাসন", "punorbashon punarbasan"),
            ("অনিদ্রা", "onidra anidra"),
            ("শুচিবাই", "shuchibai suchibai"),
            ("অভয়", "obhoy abhoy ovoy"),
            ("আশ্রয়", "asroy ashroy asray"),
            ("নির্ভর", "nirvor nirbhor"),
            ("কেন্দ্র", "kendro kendra"),
            ("রংধনু", "rongdhonu rangdhanu"),
            ("পরীক্ষা", "porikkha pariksha"),
            ("স্বাস্থ্য", "shastho sastho shasthyo swasthya"),
            ("বন্ধু", "bondhu bondu bandhu"),
            ("সাহায্য", "sahajjo shahajjo"),
            ("বিজ্ঞান", "biggan bigyan"),
            ("কাউন্সেলিং", "counselling kaunseling"),
            ("ঘুম", "ghum"),
            ("বিশ্বাস", "biswas bishshash bissas"),
        ] {
            let key = bengali_key(&fold(written)).unwrap();
            for typed in typed.split(' ') {
                assert_eq!(latin_key(typed), Some(key.clone()), "{written} {typed}");
            }
        }
    }

    #[test]
    fn words_that_sound_apart_stay_apart() {
        for (one, other) in [("kan", "kotha"), ("mon", "man ush"), ("anindya", "onidra")] {
            assert_ne!(
                latin_key(one),
                latin_key(&other.replace(' ', "")),
                "{one} {other}"
            );
        }
        assert_eq!(latin_key("a"), None);
        assert_eq!(latin_key("rsj1"), None);
        assert_eq!(bengali_key("depresi"), None);
    }

    #[test]
    fn endings_come_off() {
        for (word, stem) in [
            ("pabnar", "pabna"),
            ("hashpatale", "hashpatal"),
            ("shishuder", "shishu"),
            ("khulnay", "khuln"),
        ] {
            assert_eq!(without_latin_ending(word), Some(stem));
        }
        assert_eq!(without_latin_ending("mar"), None);
    }

    proptest! {
        #[test]
        fn any_word_has_a_key_or_none(latin in "[a-z]{0,44}", bengali in "[\u{0980}-\u{09FF}]{0,44}") {
            for key in [latin_key(&latin), bengali_key(&bengali)].into_iter().flatten() {
                prop_assert!(key.len() >= 2 && key.bytes().all(|b| b.is_ascii_lowercase()));
            }
        }
    }
}
