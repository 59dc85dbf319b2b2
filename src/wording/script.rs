//! Which script a text is written in: the first, cheapest sign of its language.
//!
//! Only the scripts that the pipeline treats differently are told apart; languages are deliberately absent, since
//! short queries do not reveal them.

/// A script that has rules of its own here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Script {
    Bengali,
    Han,
    Latin,
    Other,
}

/// The script of most letters of `text`; `Other` when it has no letters.
#[must_use]
pub fn script_of(text: &str) -> Script {
    if text.is_ascii() {
        let has_letter = text.bytes().any(|b| b.is_ascii_alphabetic());
        return if has_letter {
            Script::Latin
        } else {
            Script::Other
        };
    }
    let mut counts = [
        (Script::Bengali, 0_usize),
        (Script::Han, 0),
        (Script::Latin, 0),
        (Script::Other, 0),
    ];
    for c in text.chars().filter(|c| is_letter(*c)) {
        let script = script_of_char(c);
        if let Some((_, count)) = counts.iter_mut().find(|(each, _)| *each == script) {
            *count += 1;
        }
    }
    let mut dominant = (Script::Other, 0);
    for candidate in counts {
        if candidate.1 > dominant.1 {
            dominant = candidate;
        }
    }
    dominant.0
}

fn script_of_char(c: char) -> Script {
    if is_bengali(c) {
        Script::Bengali
    } else if is_han(c) {
        Script::Han
    } else if is_latin(c) {
        Script::Latin
    } else {
        Script::Other
    }
}

pub(super) fn is_bengali(c: char) -> bool {
    matches!(c, '\u{0980}'..='\u{09FF}')
}

/// `char::is_alphabetic`, without its search for what is most frequent here.
fn is_letter(c: char) -> bool {
    if is_bengali(c) {
        is_bengali_letter(c)
    } else {
        is_common_han(c) || c.is_alphabetic()
    }
}

/// `char::is_alphanumeric`, likewise.
pub(super) fn is_letter_or_digit(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric()
    } else if is_bengali(c) {
        is_bengali_letter(c) || matches!(c, '০'..='৯' | '\u{09F4}'..='\u{09F9}')
    } else {
        is_common_han(c) || !is_common_punctuation(c) && c.is_alphanumeric()
    }
}

/// Of our languages: dashes and quotation marks, the danda, Chinese stops.
fn is_common_punctuation(c: char) -> bool {
    matches!(c, '।' | '\u{2010}'..='\u{2027}' | '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{3011}' | '，' | '（' | '）')
}

/// Of a character of the block.
fn is_bengali_letter(c: char) -> bool {
    BENGALI_LETTERS >> (c as u32 - BENGALI_FIRST as u32) & 1 == 1
}

const BENGALI_FIRST: char = '\u{0980}';

/// One bit for each character of the block. Vowel signs are letters; of the marks the dot below and the virama are not.
const BENGALI_LETTERS: u128 = {
    let mut letters = 0;
    let mut place = 0;
    while place < 128 {
        if matches!(BENGALI_FIRST as u32 + place, 0x0980..=0x0983 | 0x0985..=0x098C | 0x098F | 0x0990 | 0x0993..=0x09A8
            | 0x09AA..=0x09B0 | 0x09B2 | 0x09B6..=0x09B9 | 0x09BD..=0x09C4 | 0x09C7 | 0x09C8 | 0x09CB | 0x09CC | 0x09CE
            | 0x09D7 | 0x09DC | 0x09DD | 0x09DF..=0x09E3 | 0x09F0 | 0x09F1 | 0x09FC)
        {
            letters |= 1 << place;
        }
        place += 1;
    }
    letters
};

/// The two blocks that hold nearly all Chinese text.
pub(super) fn is_common_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}')
}

/// Chinese characters, with the iteration mark and the zero that are written among them.
pub(super) fn is_han(c: char) -> bool {
    c >= '\u{2E80}'
        && matches!(c, '々' | '〇' | '\u{2E80}'..='\u{2FD5}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
            | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFD}')
}

/// Letters that fold to Latin ones, full-width and mathematical forms included.
fn is_latin(c: char) -> bool {
    matches!(c, 'a'..='z' | 'A'..='Z' | 'ª' | 'º' | '\u{00C0}'..='\u{024F}' | '\u{0250}'..='\u{02AF}'
        | '\u{1D00}'..='\u{1D7F}' | '\u{1E00}'..='\u{1EFF}' | '\u{2C60}'..='\u{2C7F}' | '\u{A720}'..='\u{A7FF}'
        | '\u{FB00}'..='\u{FB06}' | '\u{FF21}'..='\u{FF3A}' | '\u{FF41}'..='\u{FF5A}' | '\u{1D400}'..='\u{1D6A3}')
}

#[cfg(test)]
mod tests {
    use super::{Script, is_letter, is_letter_or_digit, script_of};

    #[test]
    fn letters_and_digits_are_those_of_unicode() {
        for c in (0..=0x0003_FFFF_u32).filter_map(char::from_u32) {
            assert_eq!(is_letter(c), c.is_alphabetic(), "{c:?}");
            assert_eq!(is_letter_or_digit(c), c.is_alphanumeric(), "{c:?}");
        }
    }

    #[test]
    fn tells_the_scripts_apart() {
        assert_eq!(script_of("বিষণ্নতা"), Script::Bengali);
        assert_eq!(script_of("抑鬱症 12355"), Script::Han);
        assert_eq!(script_of("kesehatan jiwa"), Script::Latin);
        assert_eq!(script_of("ＡＡ é"), Script::Latin);
        assert_eq!(script_of("помощь"), Script::Other);
        assert_eq!(script_of("999 …"), Script::Other);
    }

    #[test]
    fn the_most_letters_decide() {
        assert_eq!(script_of("AA 匿名戒酒互助会"), Script::Han);
        assert_eq!(script_of("ঢাকা AA meeting"), Script::Latin);
    }
}
