//! The text pipeline: what a listing's text and a searcher's words become before they are compared.
//!
//! One pipeline serves the index and the query, for every engine, so that half a word, another spelling, another
//! script or another language still finds what is there. It is pure: the topics' names come in as data
//! ([`Vocabulary`]), nothing is read or written. A searcher's words are never printed: [`Query`] hides them from
//! `Debug`.
//!
//! Chinese is not segmented by a general dictionary: loading one costs 47 MiB, and its guesses differ between the
//! query and the text. Single characters and pairs are indexed instead, and topic names are recognised inside
//! unspaced text. Bengali and Chinese are held in Latin letters too, beside the text and never in its place.

mod bengali;
mod convert;
mod cut;
mod danger;
mod highlight;
mod intent;
mod lexicon;
mod normalise;
mod number;
mod pinyin;
mod query;
mod script;
mod segment;
mod slip;
mod sound;
mod stem;
mod stop;
mod synonym;
mod tongue;
mod vocabulary;

pub use convert::{to_simplified, to_traditional};
pub use cut::Cut;
pub use danger::{Danger, DangerError};
pub use highlight::Highlighter;
pub use intent::{Intent, Intents, IntentsError, SaidIntent};
pub use lexicon::{Lexicon, Said};
pub use normalise::{digits, fold};
pub use query::{Query, QueryWord, Unit, query};
pub use script::{Script, script_of};
pub use segment::{Term, Word, index_terms, joined_terms, latin_terms, words};
pub use slip::{slips, slips_in_beginning};
pub use stop::is_stop_word;
pub use synonym::{Synonym, SynonymError, Synonyms};
pub use tongue::language_of;
pub use vocabulary::{TopicMatch, Vocabulary};

/// Which pipeline an index was built with; an index of another version must be rebuilt. Its first number rises with
/// every change of meaning here, the rest names the crates whose data decide what words become.
pub const VERSION: &str =
    "2 ferrous-opencc-0.4.0 frostem-2.20261016.1 pinyin-0.11.0 unicode-normalization-0.1.26";

#[cfg(test)]
mod tests {
    use super::VERSION;

    #[test]
    fn the_version_names_the_crates_in_use() {
        let lock = include_str!("../../Cargo.lock");
        for (name, version) in VERSION
            .split(' ')
            .skip(1)
            .filter_map(|part| part.rsplit_once('-'))
        {
            let entry = format!("name = \"{name}\"\nversion = \"{version}\"\n");
            assert!(
                lock.contains(&entry),
                "{name} is not at {version}: write the new version into VERSION"
            );
        }
    }
}
