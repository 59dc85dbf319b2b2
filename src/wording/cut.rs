//! A text cut into words once, to be marked many times.
//!
//! Cutting and folding cost far more than comparing, and the same texts are shown again and again.

use super::{
    script::Script,
    segment::{Token, tokens},
};

/// The words of a text, without the text itself.
#[derive(Debug, Default)]
pub struct Cut {
    /// The folded words, one after another.
    folded: Box<str>,
    pieces: Box<[Piece]>,
}

#[derive(Debug)]
struct Piece {
    /// Where the folded word ends; it begins where the one before ends.
    folded_end: u32,
    start: u32,
    end: u32,
    script: Script,
    joined: bool,
}

impl Cut {
    /// The words of `original`. A text of more than 4 GiB has none.
    #[must_use]
    pub fn of(original: &str) -> Self {
        if u32::try_from(original.len()).is_err() {
            return Self::default();
        }
        let mut folded = String::with_capacity(original.len());
        let pieces = tokens(original).into_iter().map(|token| {
            folded.push_str(&token.text);
            Piece {
                folded_end: folded.len() as u32,
                start: token.start as u32,
                end: token.end as u32,
                script: token.script,
                joined: token.joined,
            }
        });
        let pieces = pieces.collect();
        Self {
            folded: folded.into(),
            pieces,
        }
    }

    pub(super) fn tokens(&self) -> Vec<Token<'_>> {
        let mut from = 0;
        let token = |piece: &Piece| {
            let until = piece.folded_end as usize;
            let text = self.folded.get(from..until).unwrap_or_default();
            from = until;
            Token {
                text: text.into(),
                start: piece.start as usize,
                end: piece.end as usize,
                script: piece.script,
                joined: piece.joined,
            }
        };
        self.pieces.iter().map(token).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::segment::tokens, Cut};

    proptest! {
        #[test]
        fn a_cut_text_has_the_words_of_the_text(text in "[a-zé ক-হ抑鬱症ａ①0-9.-]{0,40}") {
            let whole = |tokens: &[super::Token<'_>]| -> Vec<_> {
                tokens
                    .iter()
                    .map(|t| (t.text.to_string(), t.start, t.end, t.script, t.joined))
                    .collect()
            };
            prop_assert_eq!(whole(&Cut::of(&text).tokens()), whole(&tokens(&text)));
        }
    }
}
