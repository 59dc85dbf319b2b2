//! The operations, as the document has them.

use haven::http;
use reqwest::Method;
use serde_json::Value;

use crate::support::promise;

#[derive(Debug)]
pub struct Operation {
    pub method: Method,
    pub path: &'static str,
    pub id: &'static str,
    /// The least that one has to be.
    pub least: &'static str,
    /// The one status of success.
    pub success: u16,
    /// It wants the version that was seen.
    pub versioned: bool,
    pub media_type: Option<String>,
    /// What the document shows as a body.
    pub example: Value,
    /// The names in its address.
    pub parameters: Vec<String>,
}

impl Operation {
    /// All of them.
    pub fn all() -> Vec<Self> {
        let document = promise::document();
        let lines: &'static str = http::operations().leak();
        lines
            .lines()
            .map(|line| Self::parse(document, line))
            .collect()
    }

    fn parse(document: &Value, line: &'static str) -> Self {
        let words: Vec<&'static str> = line.split(' ').collect();
        let [method, path, id, least] = words[..] else {
            panic!("{line}");
        };
        let operation = &document["paths"][path][method.to_lowercase()];
        let answers = operation["responses"].as_object().unwrap().keys();
        let successes: Vec<&String> = answers.filter(|status| status.starts_with('2')).collect();
        let [success] = successes[..] else {
            panic!("{id}: several ways to succeed");
        };
        let of = |place: &str| {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let there = parameters.filter(|one| one["in"] == place);
            let names = there.map(|one| one["name"].as_str().unwrap().to_owned());
            names.collect::<Vec<_>>()
        };
        let content = operation["requestBody"]["content"].as_object();
        let content = content.and_then(|content| content.iter().next());
        Self {
            method: method.parse().unwrap(),
            path,
            id,
            least,
            success: success.parse().unwrap(),
            versioned: of("header").iter().any(|name| name == "If-Match"),
            media_type: content.map(|(media_type, _)| media_type.clone()),
            example: content.map_or(Value::Null, |(_, content)| example(document, content)),
            parameters: of("path"),
        }
    }

    /// Whether its address names such a thing.
    pub fn names(&self, parameter: &str) -> bool {
        self.parameters.iter().any(|name| name == parameter)
    }

    /// Whether it is about something that one person has to themselves.
    pub fn is_of_a_person(&self) -> bool {
        self.names("key") || self.names("session")
    }

    /// Whether afterwards the person who asks is not who they were, or is gone.
    pub fn changes_who_asks(&self) -> bool {
        self.least == "account" && self.path.starts_with("/v1/me/") && self.method == Method::POST
    }
}

fn example(document: &Value, content: &Value) -> Value {
    let schema = &content["schema"];
    let schema = match schema["$ref"].as_str() {
        Some(target) => document.pointer(target.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    let shown = [
        &schema["example"],
        &schema["examples"][0],
        &content["example"],
    ];
    shown
        .into_iter()
        .find(|one| !one.is_null())
        .unwrap_or(&Value::Null)
        .clone()
}
