//! Telephone numbers as people write them: in groups, with dashes, brackets, a plus or two zeros in front.
//!
//! What is typed in several groups is one number, and no part of it finds anything by itself. Short codes and times are
//! left as they are.

use super::segment::Token;

/// Fewer digits in several groups are no telephone number.
const SHORTEST: usize = 5;
const LONGEST: usize = 18;

/// Tokens `start..end` as one number.
pub(super) struct Number {
    pub end: usize,
    pub digits: String,
}

/// The number in several groups with which `tokens` begin.
pub(super) fn number_at(tokens: &[Token<'_>], original: &str) -> Option<Number> {
    let mut digits = String::new();
    let mut end = 0;
    for token in tokens {
        let goes_on = end == 0
            || original
                .get(tokens[end - 1].end..token.start)
                .is_some_and(is_between);
        if !goes_on || !is_digits(&token.text) || digits.len() + token.text.len() > LONGEST {
            break;
        }
        digits.push_str(&token.text);
        end += 1;
    }
    (end > 1 && digits.len() >= SHORTEST).then_some(Number { end, digits })
}

/// Other ways to write the same number: without the zeros by which one dials abroad, or out of town.
pub(super) fn other_ways(digits: &str) -> Vec<String> {
    if !is_digits(digits) || digits.len() < SHORTEST {
        return Vec::new();
    }
    let abroad = digits.strip_prefix("00");
    let bare = digits.trim_start_matches('0');
    let ways = abroad.into_iter().chain([bare]);
    let mut ways: Vec<String> = ways
        .filter(|way| *way != digits && way.len() >= SHORTEST)
        .map(str::to_owned)
        .collect();
    ways.dedup();
    ways
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_between(gap: &str) -> bool {
    gap.chars().count() <= 3
        && gap.chars().all(|c| {
            c.is_whitespace()
                || matches!(
                    c,
                    '-' | '–'
                        | '—'
                        | '−'
                        | '－'
                        | '‑'
                        | '.'
                        | '/'
                        | '('
                        | ')'
                        | '（'
                        | '）'
                        | '+'
                        | '・'
                        | '·'
                )
        })
}

#[cfg(test)]
mod tests {
    use super::{super::segment::tokens, number_at, other_ways};

    fn joined(text: &str) -> Option<String> {
        number_at(&tokens(text), text).map(|number| number.digits)
    }

    #[test]
    fn groups_are_one_number() {
        for (typed, digits) in [
            ("০৯৬১২-১১৯ ৯১১", "09612119911"),
            ("+91-91529-87821", "919152987821"),
            ("(020) 7946 0123", "02079460123"),
            ("２３８２－００００", "23820000"),
            ("116 123", "116123"),
            ("0044 113 496 0142", "00441134960142"),
        ] {
            assert_eq!(joined(typed).as_deref(), Some(digits), "{typed}");
        }
        for typed in [
            "24/7",
            "09612119911",
            "119",
            "12:30 18:00",
            "119 or 118",
            "rsj 119",
        ] {
            assert_eq!(joined(typed), None, "{typed}");
        }
    }

    #[test]
    fn prefixes_come_off() {
        assert_eq!(other_ways("00441134960142"), ["441134960142"]);
        assert_eq!(other_ways("09612119911"), ["9612119911"]);
        assert_eq!(other_ways("999"), Vec::<String>::new());
        assert_eq!(other_ways("12356"), Vec::<String>::new());
    }
}
