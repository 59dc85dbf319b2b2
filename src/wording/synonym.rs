//! Abbreviations, everyday words, region words and misspellings, and what they mean: data, read from a table.
//!
//! They widen what is asked, never what is indexed, so that a changed table needs no index built anew.

/// One way to say something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synonym {
    pub form: String,
    /// Slugs of topics, and plain words.
    pub means: Vec<String>,
    /// Whether the words it means stand for the form as well.
    pub both_ways: bool,
}

/// A table of them.
#[derive(Clone, Debug, Default)]
pub struct Synonyms(Vec<Synonym>);

/// A line of the table that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct SynonymError {
    pub line: usize,
    pub why: &'static str,
}

const HEADER: &str = "form\tlanguage\tmeans\tkind\tsource";

impl Synonyms {
    /// Reads a table of tab-separated values: form, language, means with `|` between them, kind, source.
    ///
    /// # Errors
    /// The first line that is no synonym.
    pub fn parse(table: &str) -> Result<Self, SynonymError> {
        let mut lines = table.lines().enumerate().map(|(at, line)| (at + 1, line));
        if lines.next().map(|(_, line)| line.trim_end()) != Some(HEADER) {
            return Err(SynonymError {
                line: 1,
                why: "the header is form, language, means, kind, source",
            });
        }
        let lines = lines.filter(|(_, line)| !line.trim().is_empty());
        let read =
            lines.map(|(at, line)| synonym(line).map_err(|why| SynonymError { line: at, why }));
        read.collect::<Result<_, _>>().map(Self)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Synonym> {
        self.0.iter()
    }
}

fn synonym(line: &str) -> Result<Synonym, &'static str> {
    let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
    let [form, language, means, kind, source] = cells[..] else {
        return Err("five cells");
    };
    if form.is_empty() || means.is_empty() || language.is_empty() || source.is_empty() {
        return Err("no cell may be empty");
    }
    let both_ways = match kind {
        "abbreviation" | "region" | "spelling" => true,
        "colloquial" => false,
        _ => return Err("kind is abbreviation, colloquial, region or spelling"),
    };
    Ok(Synonym {
        form: form.to_owned(),
        means: means
            .split('|')
            .filter(|meant| !meant.is_empty())
            .map(str::to_owned)
            .collect(),
        both_ways,
    })
}

#[cfg(test)]
mod tests {
    use super::{HEADER, Synonyms};

    #[test]
    fn a_table_is_read() {
        let table = format!(
            "{HEADER}\nRSJ\tid\trumah sakit jiwa|psychiatry\tabbreviation\town\n\ncurhat\tid\tcounselling\tcolloquial\town\n"
        );
        let read = Synonyms::parse(&table).unwrap();
        let all: Vec<_> = read
            .iter()
            .map(|each| (each.form.as_str(), each.means.len(), each.both_ways))
            .collect();
        assert_eq!(all, [("RSJ", 2, true), ("curhat", 1, false)]);
    }

    #[test]
    fn faults_name_their_line() {
        for (table, line) in [
            ("form\tmeans\n".to_owned(), 1),
            (format!("{HEADER}\nRSJ\tid\n"), 2),
            (format!("{HEADER}\nRSJ\tid\tx\tjoke\town\n"), 2),
            (format!("{HEADER}\nRSJ\tid\t\tregion\town\n"), 2),
        ] {
            assert_eq!(Synonyms::parse(&table).unwrap_err().line, line);
        }
    }

    #[test]
    fn the_seed_is_a_table() {
        assert!(
            Synonyms::parse(include_str!("../../seed-data/synonyms.tsv"))
                .unwrap()
                .iter()
                .count()
                > 300
        );
    }
}
