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
    let mut counts = [
        (Script::Bengali, 0_usize),
        (Script::Han, 0),
        (Script::Latin, 0),
        (Script::Other, 0),
    ];
    for c in text.chars().filter(|c| c.is_alphabetic()) {
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

/// Chinese characters, with the iteration mark and the zero that are written among them.
pub(super) fn is_han(c: char) -> bool {
    matches!(c, '々' | '〇' | '\u{2E80}'..='\u{2FD5}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
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
    use super::{Script, script_of};

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
