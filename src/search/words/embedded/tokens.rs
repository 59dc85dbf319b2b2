//! Terms with the sections where they stand, as one text, and back.
//!
//! Terms arrive finished from the text pipeline. A term is handed on as often as the number that its sections make, so
//! that the engine's count of it is that number.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use super::cells::Mask;

/// The tokenizer's name in an index.
pub(super) const COUNTED: &str = "counted";

/// Added to a mask, so that it is a letter.
const LETTER: u32 = 0x40;

/// The terms, each after the letter of its sections. No term holds a line break: it would be two words.
pub(super) fn written(terms: &[(&str, Mask)]) -> String {
    let mut text = String::new();
    for (term, mask) in terms {
        text.extend(char::from_u32(LETTER + mask));
        text.push_str(term);
        text.push('\n');
    }
    text
}

/// Reads what `written` wrote.
#[derive(Clone, Default)]
pub(super) struct Counted;

impl Tokenizer for Counted {
    type TokenStream<'a> = Counting<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Counting<'a> {
        Counting {
            lines: text.lines(),
            left: 0,
            token: Token {
                position: 0,
                ..Token::default()
            },
        }
    }
}

pub(super) struct Counting<'a> {
    lines: std::str::Lines<'a>,
    /// How often the present term is still to be handed on.
    left: u32,
    token: Token,
}

impl TokenStream for Counting<'_> {
    fn advance(&mut self) -> bool {
        while self.left == 0 {
            let Some(line) = self.lines.next() else {
                return false;
            };
            let mut characters = line.chars();
            let letter = characters.next().map_or(LETTER, u32::from);
            self.left = letter.saturating_sub(LETTER);
            self.token.text.clear();
            self.token.text.push_str(characters.as_str());
        }
        self.left -= 1;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_term_comes_as_often_as_its_sections_say() {
        let text = written(&[("心理", 3), ("hope", 1), ("?", 31)]);
        let mut counted = Counted;
        let mut stream = counted.token_stream(&text);
        let mut times: BTreeMap<String, u32> = BTreeMap::new();
        while stream.advance() {
            *times.entry(stream.token().text.clone()).or_default() += 1;
        }
        let expected = [("?", 31), ("hope", 1), ("心理", 3)];
        assert_eq!(
            times,
            expected
                .map(|(term, times)| (term.to_owned(), times))
                .into()
        );
        assert!(!Counted.token_stream("").advance());
    }
}
