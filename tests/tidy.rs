//! The architecture of the crate as a test: which module may name which, which vendor stays behind which fence, and the
//! habits that every file keeps. All that is wrong is reported at once, as `file:line: rule: what`.
//!
//! The rules prove themselves on planted faults (`tidy/plants.rs`): each must catch its fault and let the near miss pass.

#[path = "tidy/plants.rs"]
mod plants;
#[path = "tidy/source.rs"]
mod source;

use source::{Named, Source};
use std::fmt;
use std::path::{Path, PathBuf};

/// Each module and those that it may name, in layer order: a row may list only rows above it.
#[rustfmt::skip] // A table is read by its rows.
const LAYERS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("config", &[]),
    ("wording", &["domain"]),
    ("credentials", &["domain"]),
    ("exchange", &["domain"]),
    ("telemetry", &["config"]),
    ("mail", &["domain", "config"]),
    ("store", &["domain", "config", "exchange"]),
    ("search", &["domain", "config", "wording"]),
    ("indexing", &["domain", "search", "store"]),
    ("app", &["domain", "wording", "credentials", "exchange", "mail", "store", "search"]),
    ("upkeep", &["domain", "app"]),
    ("web", &["domain", "config", "telemetry"]),
    ("http", &["domain", "config", "exchange", "app", "web"]),
    ("site", &["domain", "config", "exchange", "app", "web"]),
    ("cli", &[
        "domain", "config", "wording", "credentials", "exchange", "telemetry", "mail",
        "store", "search", "indexing", "app", "upkeep", "web", "http", "site",
    ]),
];

/// Vendors and the places where they may be named; `*` stands for any ending. A place is a module or a path below one.
const FENCES: &[(&str, &[&str])] = &[
    ("diesel*", &["store"]),
    ("jiff_diesel", &["store"]),
    ("tokio_postgres*", &["store"]),
    ("deadpool*", &["store"]),
    ("meilisearch_sdk", &["search::words"]),
    ("tantivy*", &["search::words"]),
    ("lettre", &["mail"]),
    ("utoipa*", &["http", "web", "exchange"]),
    ("validator*", &["exchange", "web", "http", "site"]),
    ("actix_*", &["web", "http", "site", "cli"]),
    ("clap*", &["cli"]),
    ("chrono*", &["domain::schedule"]),
    ("rrule", &["domain::schedule"]),
];

/// What a pure module may not name: untyped JSON in the domain, and the world outside in both.
#[rustfmt::skip]
const PURE: &[(&str, &[&str])] = &[
    ("domain", &["serde_json", "tokio", "std::env", "std::fs", "std::net", "std::process"]),
    ("wording", &["tokio", "std::env", "std::fs", "std::net", "std::process"]),
];

/// What the use cases show to those who call them: the questions, answers and views that they take and give. No pool,
/// no row and no index is among it.
const SHOWN: &[(&str, &str)] = &[
    ("app", "search::ask"),
    ("app", "search::catalogue"),
    ("app", "search::entry"),
    ("app", "search::reference"),
    ("app", "search::region"),
    ("app", "store::views"),
];

/// Where the time of day comes from. Everything but the cli is given a clock; `Instant` measures and is free.
const CLOCKS: &[&str] = &["SystemTime", "Timestamp", "Zoned", "Utc", "Local"];

const LONGEST: usize = 400;

/// Files that a tool writes and whose length is not ours. This list may only shrink.
const GENERATED: &[&str] = &["src/store/schema.rs"];

/// Violations that are known and borne: rule, file, and a part of the text. This list may only shrink; an entry that no
/// longer excuses anything fails the test.
const EXCEPTIONS: &[(&str, &str, &str)] = &[];

#[derive(Debug)]
struct Violation {
    file: String,
    line: usize,
    rule: &'static str,
    text: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            rule,
            text,
        } = self;
        write!(f, "{file}:{line}: {rule}: {text}")
    }
}

/// What the rules write into while they read one file.
struct Report<'s> {
    source: &'s Source,
    found: Vec<Violation>,
}

impl Report<'_> {
    fn add(&mut self, rule: &'static str, line: usize, text: impl Into<String>) {
        self.found.push(Violation {
            file: self.source.path.clone(),
            line,
            rule,
            text: text.into(),
        });
    }
}

#[test]
fn the_source_keeps_its_rules() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&top.join("src"), &mut files);
    files.sort();
    let read = |file: &PathBuf| {
        let path = file
            .strip_prefix(top)
            .unwrap()
            .to_str()
            .unwrap()
            .replace('\\', "/");
        (path, std::fs::read_to_string(file).unwrap())
    };
    let found = check(&files.iter().map(read).collect::<Vec<_>>());
    let (borne, open): (Vec<_>, Vec<_>) = found
        .iter()
        .partition(|one| EXCEPTIONS.iter().any(|entry| excuses(entry, one)));
    let mut lines: Vec<String> = open.iter().map(ToString::to_string).collect();
    for entry in EXCEPTIONS {
        if !borne.iter().any(|one| excuses(entry, one)) {
            lines.push(format!(
                "tests/tidy.rs: EXCEPTIONS: {entry:?} excuses nothing, take it out"
            ));
        }
    }
    assert!(
        lines.is_empty(),
        "{} violations:\n{}\n",
        lines.len(),
        lines.join("\n")
    );
}

#[test]
fn the_layers_are_in_order() {
    for (at, (module, may_name)) in LAYERS.iter().enumerate() {
        for named in *may_name {
            let above = LAYERS[..at].iter().any(|(other, _)| other == named);
            assert!(
                above,
                "{module} may name {named}, which is not in a row above it"
            );
        }
    }
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.push(path);
        }
    }
}

fn excuses((rule, file, part): &(&str, &str, &str), one: &Violation) -> bool {
    one.rule == *rule && one.file == *file && one.text.contains(part)
}

/// Holds all files against all rules.
fn check(files: &[(String, String)]) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut sources = Vec::new();
    for (path, text) in files {
        match Source::parse(path, text) {
            Ok(source) => sources.push(source),
            Err(text) => found.push(Violation {
                file: path.clone(),
                line: 1,
                rule: "rust",
                text,
            }),
        }
    }
    let test_modules: Vec<_> = sources
        .iter()
        .flat_map(|source| source.test_modules.clone())
        .collect();
    for source in &mut sources {
        let module = source.module();
        if test_modules.iter().any(|test| module.starts_with(test)) {
            source.treat_as_test();
        }
    }
    for source in &sources {
        let mut report = Report {
            source,
            found: Vec::new(),
        };
        place(&mut report);
        header(&mut report);
        length(&mut report);
        words(&mut report);
        calls(&mut report);
        for named in &source.named {
            edge(&mut report, named);
            fence(&mut report, named);
            pure(&mut report, named);
            clock(&mut report, named);
            actor(&mut report, named);
        }
        found.append(&mut report.found);
    }
    found
}

/// The top-level module to which a file belongs; the binary's root counts as cli, the library's root has none.
fn owner(source: &Source) -> Option<String> {
    if source.is_main() {
        return Some("cli".to_owned());
    }
    source.module().into_iter().next()
}

fn layer(module: &str) -> Option<&'static [&'static str]> {
    let row = LAYERS.iter().find(|(name, _)| *name == module);
    row.map(|(_, may_name)| *may_name)
}

/// Those that may name a module, cli apart: it may name all, and nobody names it.
fn readers(module: &str) -> impl Iterator<Item = &'static str> {
    let rows = LAYERS
        .iter()
        .filter(move |(name, may_name)| *name != "cli" && may_name.contains(&module));
    rows.map(|(name, _)| *name)
}

/// A module that the table does not know; a library root that holds more than the map.
fn place(report: &mut Report<'_>) {
    let source = report.source;
    match owner(source) {
        Some(module) if layer(&module).is_none() => {
            report.add(
                "module",
                1,
                format!("`{module}` is not in the table of layers"),
            );
        }
        None => {
            let tokens = &source.tokens;
            let mut at = 0;
            while at < tokens.len() {
                let attribute = source.reads(at, &["#"]);
                let end = if attribute { "]" } else { ";" };
                let item = at;
                while at < tokens.len() && tokens[at].text != end {
                    at += 1;
                }
                at += 1;
                if !attribute
                    && !tokens[item..at.min(tokens.len())]
                        .iter()
                        .any(|t| t.text == "mod")
                {
                    report.add(
                        "root",
                        tokens[item].line,
                        "the crate's root declares modules and nothing else",
                    );
                    return;
                }
            }
        }
        _ => {}
    }
}

fn header(report: &mut Report<'_>) {
    let first = report.source.text.lines().next().unwrap_or_default();
    if first
        .strip_prefix("//!")
        .is_none_or(|text| text.trim().is_empty())
    {
        report.add(
            "header",
            1,
            "starts without a `//!` line that says what it is",
        );
    }
}

fn length(report: &mut Report<'_>) {
    let lines = report.source.plain_lines();
    if lines > LONGEST && !GENERATED.contains(&report.source.path.as_str()) {
        report.add(
            "length",
            lines,
            format!("{lines} lines without its tests, {LONGEST} are allowed"),
        );
    }
}

/// Faults that lie in comments and strings as well as in code.
fn words(report: &mut Report<'_>) {
    for (at, line) in report.source.text.lines().enumerate() {
        let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
        if let Some(word) = words.find(|word| matches!(*word, "TODO" | "FIXME" | "XXX")) {
            report.add(
                "unfinished",
                at + 1,
                format!("`{word}`: finish it, or write it where work is planned"),
            );
        }
        for start in ["/home/", "/root/", "/work/", "/Users/"] {
            let own = |at: usize| {
                let before = line[..at].chars().next_back();
                before.is_none_or(|c| !c.is_alphanumeric() && !"._-/}*".contains(c))
            };
            if line.match_indices(start).any(|(at, _)| own(at)) {
                report.add("machine", at + 1, format!("`{start}…` is one machine's"));
            }
        }
    }
}

/// Faults that are short rows of tokens.
fn calls(report: &mut Report<'_>) {
    let source = report.source;
    let owner = owner(source).unwrap_or_default();
    for (at, token) in source.tokens.iter().enumerate() {
        let macro_call =
            |names: &[&str]| names.contains(&token.text.as_str()) && source.reads(at + 1, &["!"]);
        if macro_call(&["dbg", "todo", "unimplemented"]) {
            report.add("unfinished", token.line, format!("`{}!`", token.text));
        }
        if macro_call(&["println", "eprintln", "print", "eprint"]) && owner != "cli" && !token.test
        {
            let text = format!("`{}!`: only the cli speaks to the terminal", token.text);
            report.add("output", token.line, text);
        }
        if owner == "http" && source.reads(at, &[".", "route", "("]) {
            let text = "`.route(` hides an operation from the OpenAPI document, use `.service(`";
            report.add("route", token.line, text);
        }
        let method = matches!(token.text.as_str(), "unwrap" | "expect")
            && at > 0
            && (source.reads(at - 1, &[".", &token.text, "("])
                || source.reads(at - 1, &["::", &token.text]));
        if method && !token.test && !(token.text == "expect" && is_reasoned(source, token.line)) {
            report.add("unwrap", token.line, format!("`{}`: return an error; for a constant that cannot fail, `expect` under a `// constant:` comment", token.text));
        }
    }
}

/// Whether this line or the one above says why it cannot fail.
fn is_reasoned(source: &Source, line: usize) -> bool {
    let says = |line: &str| {
        line.split_once("// constant:")
            .is_some_and(|(_, why)| !why.trim().is_empty())
    };
    source
        .text
        .lines()
        .skip(line.saturating_sub(2))
        .take(2)
        .any(says)
}

/// A path into another module of ours that the table does not list, by name or by what a `pub use` shows.
fn edge(report: &mut Report<'_>, named: &Named) {
    let source = report.source;
    let Some(own) = owner(source) else { return };
    let Some(path) = named.absolute(source.is_main()) else {
        return;
    };
    let written = named.segments.join("::");
    let Some(target) = path.first().filter(|first| *first != "*") else {
        let text = format!("`{written}` names the crate's root: name the module that is meant");
        return report.add("edge", named.line, text);
    };
    if *target == own {
        return;
    }
    let Some(allowed) = layer(&own) else { return };
    if layer(target).is_none() {
        report.add(
            "edge",
            named.line,
            format!("`{written}`: `{target}` is not in the table of layers"),
        );
    } else if !allowed.contains(&target.as_str()) {
        report.add(
            "edge",
            named.line,
            format!("`{own}` may not name `{target}` (`{written}`)"),
        );
    } else if named.shown && !named.test && !is_shown(&own, &path) {
        let blind =
            |reader: &&str| layer(reader).is_some_and(|row| !row.contains(&target.as_str()));
        if let Some(reader) = readers(&own).find(blind) {
            let text = format!(
                "`pub use {written}` shows `{target}` to `{reader}`, which may not name it"
            );
            report.add("re-export", named.line, text);
        }
    }
}

fn is_shown(own: &str, path: &[String]) -> bool {
    let listed =
        |(by, part): &&(&str, &str)| *by == own && part.split("::").eq(path.iter().take(2));
    SHOWN.iter().any(|row| listed(&row))
}

/// A vendor named, or shown by a `pub use`, outside its fence.
fn fence(report: &mut Report<'_>, named: &Named) {
    if named.test {
        return;
    }
    let head = named.segments[0].as_str();
    let is_vendor = |pattern: &str| match pattern.strip_suffix('*') {
        Some(start) => head.starts_with(start),
        None => head == pattern,
    };
    // A module of ours is reached through `crate`, so a bare name that fits a pattern is the vendor's.
    let Some((_, places)) = FENCES.iter().find(|(pattern, _)| is_vendor(pattern)) else {
        return;
    };
    let own = owner(report.source).unwrap_or_default();
    let module = match report.source.is_main() {
        true => own.clone(),
        false => named.module.join("::"),
    };
    let inside = |place: &&&str| {
        module
            .strip_prefix(**place)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    let Some(place) = places.iter().find(inside) else {
        let text = format!("`{head}` belongs to {}", places.join(", "));
        return report.add("fence", named.line, text);
    };
    let leaks = place.contains("::") || readers(&own).any(|reader| !places.contains(&reader));
    if named.shown && leaks {
        let text = format!(
            "`pub use {}` shows `{head}` beyond its fence",
            named.segments.join("::")
        );
        report.add("re-export", named.line, text);
    }
}

fn pure(report: &mut Report<'_>, named: &Named) {
    let own = owner(report.source).unwrap_or_default();
    let Some((_, barred)) = PURE.iter().find(|(module, _)| *module == own) else {
        return;
    };
    let written = named.segments.join("::");
    let names = |barred: &&&str| {
        written
            .strip_prefix(**barred)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    if let Some(barred) = barred.iter().find(names)
        && !named.test
    {
        report.add(
            "pure",
            named.line,
            format!("`{own}` is pure and may not name `{barred}`"),
        );
    }
}

/// Tests are not exempt: a test that reads the clock of the day passes today.
fn clock(report: &mut Report<'_>, named: &Named) {
    let [.., kind, call] = named.segments.as_slice() else {
        return;
    };
    let of_day = CLOCKS.contains(&kind.as_str()) && call == "now";
    if of_day && owner(report.source).as_deref() != Some("cli") {
        let text = format!("`{kind}::now`: the clock is passed in, only the cli has the system's");
        report.add("clock", named.line, text);
    }
}

/// Who acts is a parameter of every use case: none decides for itself as whom it writes.
fn actor(report: &mut Report<'_>, named: &Named) {
    let [.., kind, who] = named.segments.as_slice() else {
        return;
    };
    let made = kind == "Actor" && who.starts_with(char::is_uppercase);
    if made && owner(report.source).as_deref() == Some("app") && !named.test {
        let text = format!("`Actor::{who}`: who acts is passed in");
        report.add("actor", named.line, text);
    }
}
