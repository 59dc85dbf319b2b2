//! Asking: words, catalogue and reference data joined into one answer.
//!
//! A question without words never leaves the process and waits for nobody. A question with words goes to the preferred
//! engine, and to the next where that one fails; the answer says which one spoke. What people look for is kept out of
//! every log and error: nothing here prints a question.

mod answer;
mod cuts;
mod directory;
mod engines;
mod explain;
mod position;
mod question;
mod spelling;
mod suggest;
mod understand;

#[cfg(test)]
mod tests;

pub use self::{
    answer::{Answer, Hit, Marks, Total},
    directory::Directory,
    explain::{Explanation, Read, ReadUnit, ReadWord, Why},
    position::Position,
    question::{AskError, Besides, Question},
    suggest::{Beginning, Suggestion, SuggestionKind},
    understand::{Asker, Reading, SaidPlace, read},
};
