//! One source file as the rules see it: its tokens in a flat row, which of them are test code, and every path that it names.
//!
//! The lexer is rustc's own grammar (`proc-macro2`), so strings, comments and lifetimes cannot be mistaken for code. What is
//! deliberately absent is name resolution: an item that travels under a private alias is the reviewer's to see.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// A token, with delimiters as tokens of their own, and `::` and `->` joined.
pub struct Token {
    pub text: String,
    pub line: usize,
    /// Whether it belongs to an item under `#[cfg(test)]`.
    pub test: bool,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Name,
    Literal,
    Sign,
}

/// A path as written, with `use` trees spread out: `use a::{b, c::*}` is `a::b` and `a::c::*`.
pub struct Named {
    pub segments: Vec<String>,
    pub line: usize,
    pub test: bool,
    /// The module in which it stands, inline modules included.
    pub module: Vec<String>,
    /// Whether a `pub use` shows it to other modules of the crate.
    pub shown: bool,
}

impl Named {
    /// The path from the crate's root, for a path that starts there; `None` for everything else (vendors, locals, std).
    pub fn absolute(&self, in_main: bool) -> Option<Vec<String>> {
        let mut base = self.module.clone();
        let rest = match self.segments[0].as_str() {
            "haven" => {
                base.clear();
                &self.segments[1..]
            }
            // In the binary these speak of the binary, which has no modules.
            "crate" | "self" | "super" if in_main => return None,
            "crate" => {
                base.clear();
                &self.segments[1..]
            }
            "self" => &self.segments[1..],
            "super" => {
                let ups = self
                    .segments
                    .iter()
                    .take_while(|name| *name == "super")
                    .count();
                base.truncate(base.len().saturating_sub(ups));
                &self.segments[ups..]
            }
            _ => return None,
        };
        base.extend_from_slice(rest);
        Some(base)
    }
}

pub struct Source {
    /// From the crate's top level, with slashes: `src/store/pool.rs`.
    pub path: String,
    pub text: String,
    pub tokens: Vec<Token>,
    pub named: Vec<Named>,
    /// Modules that the file declares as `#[cfg(test)] mod x;`: their files are test code as a whole.
    pub test_modules: Vec<Vec<String>>,
}

impl Source {
    pub fn parse(path: &str, text: &str) -> Result<Self, String> {
        let stream: TokenStream = text
            .parse()
            .map_err(|error| format!("{path}: cannot be read as Rust: {error}"))?;
        let mut tokens = Vec::new();
        flatten(stream, &mut tokens);
        mark_tests(&mut tokens);
        let mut source = Self {
            path: path.to_owned(),
            text: text.to_owned(),
            tokens,
            named: Vec::new(),
            test_modules: Vec::new(),
        };
        source.walk();
        Ok(source)
    }

    /// `src/store/pool.rs` and `src/store/pool/mod.rs` are `store::pool`; the crate's two roots are the empty path.
    pub fn module(&self) -> Vec<String> {
        let inner = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let inner = inner.strip_suffix(".rs").unwrap_or(inner);
        let mut parts: Vec<String> = inner.split('/').map(str::to_owned).collect();
        if parts.last().is_some_and(|last| last == "mod") || inner == "lib" || inner == "main" {
            parts.pop();
        }
        parts
    }

    pub fn is_main(&self) -> bool {
        self.path == "src/main.rs"
    }

    pub fn treat_as_test(&mut self) {
        self.tokens.iter_mut().for_each(|token| token.test = true);
        self.named.iter_mut().for_each(|named| named.test = true);
    }

    /// Lines that hold no test code.
    pub fn plain_lines(&self) -> usize {
        let mut test = vec![false; self.text.lines().count() + 1];
        let mut from = None;
        for token in &self.tokens {
            match (token.test, from) {
                (true, None) => from = Some(token.line),
                (false, Some(_)) => from = None,
                _ => {}
            }
            if let Some(from) = from {
                test[from..=token.line].fill(true);
            }
        }
        test.iter().skip(1).filter(|test| !**test).count()
    }

    /// Whether the tokens from `at` read exactly like this.
    pub fn reads(&self, at: usize, expected: &[&str]) -> bool {
        reads(&self.tokens, at, expected)
    }

    fn walk(&mut self) {
        let tokens = &self.tokens;
        let mut module = self.module();
        let mut depth = 0usize;
        let mut inline = Vec::new();
        let mut named = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            let token = &tokens[at];
            match token.text.as_str() {
                "mod" if token.kind == Kind::Name && at + 2 < tokens.len() => {
                    if tokens[at + 2].text == "{" {
                        module.push(tokens[at + 1].text.clone());
                        inline.push(depth);
                    } else if token.test {
                        let mut declared = module.clone();
                        declared.push(tokens[at + 1].text.clone());
                        self.test_modules.push(declared);
                    }
                    at += 2;
                    continue;
                }
                "{" => depth += 1,
                "}" => {
                    depth = depth.saturating_sub(1);
                    if inline.last() == Some(&depth) {
                        inline.pop();
                        module.pop();
                    }
                }
                "#" => at_attribute(tokens, at, &module, &mut named),
                "use" if token.kind == Kind::Name && !reads(tokens, at + 1, &["<"]) => {
                    let shown = is_shown(tokens, at, &module);
                    let before = named.len();
                    at = use_tree(tokens, at + 1, &[], &module, &mut named);
                    named[before..]
                        .iter_mut()
                        .for_each(|path| path.shown = shown);
                    continue;
                }
                _ if starts_path(tokens, at) => {
                    let (path, next) = plain_path(tokens, at, &module);
                    let foreign = at > 0 && reads(tokens, at - 1, &["crate"]);
                    if path.segments.len() > 1 || foreign {
                        named.push(path);
                    }
                    at = next;
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
        self.named = named;
    }
}

fn reads(tokens: &[Token], at: usize, expected: &[&str]) -> bool {
    tokens.len() >= at + expected.len()
        && expected
            .iter()
            .zip(&tokens[at..])
            .all(|(text, token)| token.text == *text)
}

fn flatten(stream: TokenStream, into: &mut Vec<Token>) {
    let mut joint = false;
    for tree in stream {
        let line = tree.span().start().line;
        let was_joint = std::mem::replace(&mut joint, false);
        let (text, kind) = match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::None => ("", ""),
                };
                let end = group.span_close().end().line;
                push(into, open.to_owned(), line, Kind::Sign);
                flatten(group.stream(), into);
                push(into, close.to_owned(), end, Kind::Sign);
                continue;
            }
            TokenTree::Ident(ident) => (ident.to_string(), Kind::Name),
            TokenTree::Literal(literal) => (literal.to_string(), Kind::Literal),
            TokenTree::Punct(sign) => {
                joint = sign.spacing() == Spacing::Joint;
                (sign.as_char().to_string(), Kind::Sign)
            }
        };
        match into.last_mut() {
            Some(last)
                if was_joint
                    && matches!((last.text.as_str(), text.as_str()), (":", ":") | ("-", ">")) =>
            {
                last.text.push_str(&text);
            }
            _ => push(into, text, line, kind),
        }
    }
}

fn push(into: &mut Vec<Token>, text: String, line: usize, kind: Kind) {
    into.push(Token {
        text,
        line,
        test: false,
        kind,
    });
}

fn mark_tests(tokens: &mut [Token]) {
    let mut at = 0;
    while at < tokens.len() {
        let inner = reads(tokens, at, &["#", "!", "[", "cfg", "(", "test", ")", "]"]);
        let outer = reads(tokens, at, &["#", "[", "cfg", "(", "test", ")", "]"])
            || reads(tokens, at, &["#", "[", "cfg", "(", "all", "(", "test"]);
        let end = match (inner, outer) {
            (true, _) => tokens.len(),
            (_, true) => item_end(tokens, at),
            _ => at,
        };
        tokens[at..end]
            .iter_mut()
            .for_each(|token| token.test = true);
        at = end.max(at + 1);
    }
}

/// One past the last token of the item whose attributes start at `at`.
fn item_end(tokens: &[Token], mut at: usize) -> usize {
    while reads(tokens, at, &["#", "["]) {
        at = close(tokens, at + 1) + 1;
    }
    let mut words = tokens[at..]
        .iter()
        .filter(|token| token.kind == Kind::Name)
        .map(|token| token.text.as_str())
        .skip_while(|word| matches!(*word, "pub" | "crate" | "super"));
    let word = words.next().unwrap_or_default();
    let function = matches!(words.next(), Some("fn" | "unsafe" | "async" | "extern"));
    let to_semicolon =
        matches!(word, "use" | "static" | "type" | "let") || word == "const" && !function;
    let item = to_semicolon
        || matches!(
            word,
            "mod" | "fn" | "impl" | "struct" | "enum" | "trait" | "const" | "async" | "unsafe"
        )
        || matches!(word, "extern" | "macro_rules" | "union");
    while at < tokens.len() {
        match tokens[at].text.as_str() {
            "(" | "[" => at = close(tokens, at),
            "{" => {
                at = close(tokens, at);
                if !to_semicolon {
                    return at + 1;
                }
            }
            ";" => return at + 1,
            // A field, a variant or a match arm.
            "," if !item => return at + 1,
            ")" | "]" | "}" => return at,
            _ => {}
        }
        at += 1;
    }
    at
}

/// Where the delimiter that opens at `open` closes.
fn close(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    tokens.len() - 1
}

fn starts_path(tokens: &[Token], at: usize) -> bool {
    if tokens[at].kind != Kind::Name {
        return false;
    }
    match at.checked_sub(1).map(|before| tokens[before].text.as_str()) {
        // `::diesel::x` starts at the root of all crates; `Vec::<T>::new` goes on.
        Some("::") => at
            .checked_sub(2)
            .is_none_or(|before| tokens[before].kind != Kind::Name && tokens[before].text != ">"),
        _ => true,
    }
}

fn plain_path(tokens: &[Token], at: usize, module: &[String]) -> (Named, usize) {
    let mut path = Named {
        segments: vec![tokens[at].text.clone()],
        line: tokens[at].line,
        test: tokens[at].test,
        module: module.to_vec(),
        shown: false,
    };
    let mut next = at + 1;
    while reads(tokens, next, &["::"])
        && tokens
            .get(next + 1)
            .is_some_and(|token| token.kind == Kind::Name)
    {
        path.segments.push(tokens[next + 1].text.clone());
        next += 2;
    }
    (path, next)
}

/// Spreads the tree that starts at `at`, and says where it ends.
fn use_tree(
    tokens: &[Token],
    mut at: usize,
    prefix: &[String],
    module: &[String],
    into: &mut Vec<Named>,
) -> usize {
    let mut segments = prefix.to_vec();
    while at < tokens.len() {
        match tokens[at].text.as_str() {
            "{" => {
                let end = close(tokens, at);
                at += 1;
                while at < end {
                    at = use_tree(tokens, at, &segments, module, into);
                    at += usize::from(reads(tokens, at, &[","]));
                }
                return end + 1;
            }
            "::" => {}
            "as" | "," | ";" | "}" => break,
            // `use a::{self}` names `a`.
            "self" if segments.len() == prefix.len() && !prefix.is_empty() => {}
            name => segments.push(name.to_owned()),
        }
        at += 1;
    }
    if !segments.is_empty() {
        let last = &tokens[at - 1];
        into.push(Named {
            segments,
            line: last.line,
            test: last.test,
            module: module.to_vec(),
            shown: false,
        });
    }
    at + if reads(tokens, at, &["as"]) { 2 } else { 0 }
}

/// Whether the visibility before the `use` at `at` reaches another module of the crate.
fn is_shown(tokens: &[Token], at: usize, module: &[String]) -> bool {
    let own = module.first().map_or("", String::as_str);
    let before: Vec<&str> = tokens[..at]
        .iter()
        .rev()
        .take_while(|token| !matches!(token.text.as_str(), ";" | "}" | "{" | "]"))
        .map(|token| token.text.as_str())
        .collect();
    match before.iter().rev().copied().collect::<Vec<_>>()[..] {
        [] | ["pub", "(", "self", ")"] => false,
        ["pub", "(", "super", ")"] => module.len() < 2,
        ["pub", "(", "in", "crate", "::", inside, ..] => inside != own,
        _ => true,
    }
}

/// An attribute's own name (`#[diesel(…)]`) and the paths in its strings (`#[serde(with = "crate::x")]`).
fn at_attribute(tokens: &[Token], at: usize, module: &[String], into: &mut Vec<Named>) {
    let open = at + 1 + usize::from(reads(tokens, at + 1, &["!"]));
    if !reads(tokens, open, &["["]) || reads(tokens, open + 1, &["doc"]) {
        return;
    }
    let inside = &tokens[open + 1..close(tokens, open)];
    let mut add = |segments: Vec<String>, token: &Token| {
        into.push(Named {
            segments,
            line: token.line,
            test: token.test,
            module: module.to_vec(),
            shown: false,
        });
    };
    if let Some(head) = inside.first() {
        add(vec![head.text.clone()], head);
    }
    for token in inside.iter().filter(|token| token.kind == Kind::Literal) {
        let text = token.text.trim_matches('"');
        let segments: Vec<String> = text.split("::").map(str::to_owned).collect();
        let is_name = |segment: &String| {
            !segment.is_empty() && segment.chars().all(|c| c.is_alphanumeric() || c == '_')
        };
        if segments.len() > 1 && segments.iter().all(is_name) {
            add(segments, token);
        }
    }
}
