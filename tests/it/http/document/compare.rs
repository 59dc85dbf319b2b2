//! What a later document may not take from those who use an earlier one.
//!
//! Whoever asks may go on asking as before: nothing that was understood is refused. Whoever reads finds what was there
//! before, of the type that it had. What readers are told to expect is no breach: new properties, and new values of
//! enumerations in answers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// Every breach, with where it is.
pub fn breaches(before: &Value, after: &Value) -> Vec<String> {
    let mut comparison = Comparison {
        before,
        after,
        seen: BTreeSet::new(),
        found: Vec::new(),
    };
    comparison.paths();
    comparison.found
}

/// Whether the step from one version to another announces breaches: below 1.0 by the minor number, then by the major.
pub fn announces(before: &str, after: &str) -> bool {
    let numbers = |version: &str| -> (u64, u64) {
        let mut parts = version.split('.').map(|part| part.parse().unwrap());
        (parts.next().unwrap(), parts.next().unwrap())
    };
    let (before, after) = (numbers(before), numbers(after));
    after.0 > before.0 || (after.0 == 0 && before.0 == 0 && after.1 > before.1)
}

/// Who fills a schema's values in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Asked,
    Answered,
}

struct Comparison<'d> {
    before: &'d Value,
    after: &'d Value,
    /// Pairs of named schemas that were compared: schemas contain one another.
    seen: BTreeSet<(String, String, Side)>,
    found: Vec<String>,
}

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

impl Comparison<'_> {
    fn breach(&mut self, at: &str, what: impl AsRef<str>) {
        self.found.push(format!("{at}: {}", what.as_ref()));
    }

    fn paths(&mut self) {
        let (before, after) = (self.before, self.after);
        for (path, item) in map(&before["paths"]) {
            for method in METHODS {
                let Some(operation) = item.get(method) else {
                    continue;
                };
                let at = format!("{} {path}", method.to_uppercase());
                match after["paths"].get(path).and_then(|item| item.get(method)) {
                    Some(later) => self.operation(&at, operation, later),
                    None => self.breach(&at, "the operation is gone"),
                }
            }
        }
    }

    fn operation(&mut self, at: &str, before: &Value, after: &Value) {
        if before["operationId"] != after["operationId"] {
            self.breach(at, "its operation id is another");
        }
        if before.get("security").is_none() && after.get("security").is_some() {
            self.breach(at, "it asks for credentials now");
        }
        self.parameters(at, before, after);
        self.body(at, before, after);
        for (status, response) in map(&before["responses"]) {
            let at = format!("{at} {status}");
            match after["responses"].get(status) {
                Some(later) => self.response(&at, response, later),
                None => self.breach(&at, "the response is gone"),
            }
        }
    }

    fn parameters(&mut self, at: &str, before: &Value, after: &Value) {
        let (before, after) = (parameters(before), parameters(after));
        for (name, parameter) in &before {
            let at = format!("{at} {name}");
            let Some(later) = after.get(name) else {
                self.breach(&at, "the parameter is gone");
                continue;
            };
            if later["required"] == true && parameter["required"] != true {
                self.breach(&at, "it is required now");
            }
            for how in ["style", "explode"] {
                if parameter.get(how) != later.get(how) {
                    self.breach(&at, format!("its {how} is another"));
                }
            }
            self.schema(&at, &parameter["schema"], &later["schema"], Side::Asked);
        }
        for (name, parameter) in &after {
            if parameter["required"] == true && !before.contains_key(name) {
                self.breach(&format!("{at} {name}"), "a required parameter is new");
            }
        }
    }

    fn body(&mut self, at: &str, before: &Value, after: &Value) {
        let at = format!("{at} body");
        let (was, is) = (before.get("requestBody"), after.get("requestBody"));
        let demanded = |body: Option<&Value>| body.is_some_and(|body| body["required"] == true);
        if demanded(is) && !demanded(was) {
            self.breach(&at, "it is required now");
        }
        match (was, is) {
            (Some(was), Some(is)) => self.content(&at, was, is, Side::Asked),
            (Some(_), None) => self.breach(&at, "it is not read any more"),
            (None, _) => {}
        }
    }

    fn response(&mut self, at: &str, before: &Value, after: &Value) {
        for name in map(&before["headers"]).keys() {
            if after["headers"].get(name).is_none() {
                self.breach(at, format!("the header {name} is gone"));
            }
        }
        self.content(at, before, after, Side::Answered);
    }

    fn content(&mut self, at: &str, before: &Value, after: &Value, side: Side) {
        for (media_type, content) in map(&before["content"]) {
            let at = format!("{at} {media_type}");
            match after["content"].get(media_type) {
                Some(later) => self.schema(&at, &content["schema"], &later["schema"], side),
                None => self.breach(&at, "the media type is gone"),
            }
        }
    }

    fn schema(&mut self, at: &str, before: &Value, after: &Value, side: Side) {
        if let (Some(before), Some(after)) = (name(before), name(after))
            && !self
                .seen
                .insert((before.to_owned(), after.to_owned(), side))
        {
            return;
        }
        let before = &whole(self.before, before);
        let after = &whole(self.after, after);
        self.types(at, before, after, side);
        self.values(at, before, after, side);
        if side == Side::Asked {
            self.bounds(at, before, after);
        }
        self.properties(at, before, after, side);
        for part in ["items", "additionalProperties"] {
            if let (Some(was), Some(is)) = (before.get(part), after.get(part))
                && was.is_object()
            {
                self.schema(&format!("{at}/{part}"), was, is, side);
            }
        }
        for choice in ["oneOf", "anyOf"] {
            self.variants(
                &format!("{at}/{choice}"),
                &before[choice],
                &after[choice],
                side,
            );
        }
    }

    fn types(&mut self, at: &str, before: &Value, after: &Value, side: Side) {
        let (was, is) = (types(before), types(after));
        let covers = |wide: &BTreeSet<String>, narrow: &BTreeSet<String>| {
            let covered =
                |one: &String| wide.contains(one) || (one == "integer" && wide.contains("number"));
            wide.is_empty() || (!narrow.is_empty() && narrow.iter().all(covered))
        };
        let holds = match side {
            Side::Asked => covers(&is, &was),
            Side::Answered => covers(&was, &is),
        };
        if !holds {
            self.breach(at, format!("its type was {was:?} and is {is:?}"));
        }
    }

    fn values(&mut self, at: &str, before: &Value, after: &Value, side: Side) {
        let (was, is) = (before["enum"].as_array(), after["enum"].as_array());
        match (was, is) {
            (Some(was), Some(is)) => {
                for value in was.iter().filter(|value| !is.contains(value)) {
                    self.breach(at, format!("the value {value} is gone"));
                }
            }
            (None, Some(_)) if side == Side::Asked => {
                self.breach(at, "only some values are let in now")
            }
            (Some(_), None) if side == Side::Answered => {
                self.breach(at, "it may have any value now")
            }
            _ => {}
        }
        let (was, is) = (before.get("format"), after.get("format"));
        let another = match side {
            Side::Asked => is.is_some() && was != is,
            Side::Answered => was.is_some() && was != is,
        };
        if another {
            self.breach(at, "its format is another");
        }
    }

    fn bounds(&mut self, at: &str, before: &Value, after: &Value) {
        let number = |schema: &Value, key: &str| schema[key].as_f64();
        for upper in [
            "maxLength",
            "maximum",
            "exclusiveMaximum",
            "maxItems",
            "maxProperties",
        ] {
            let narrowed = match (number(before, upper), number(after, upper)) {
                (Some(was), Some(is)) => is < was,
                (None, Some(_)) => true,
                (_, None) => false,
            };
            if narrowed {
                self.breach(at, format!("{upper} is narrower"));
            }
        }
        for lower in [
            "minLength",
            "minimum",
            "exclusiveMinimum",
            "minItems",
            "minProperties",
        ] {
            let narrowed = match (number(before, lower), number(after, lower)) {
                (Some(was), Some(is)) => is > was,
                (None, Some(is)) => is > 0.0 || lower.contains("inimum"),
                (_, None) => false,
            };
            if narrowed {
                self.breach(at, format!("{lower} is narrower"));
            }
        }
        let (was, is) = (before.get("pattern"), after.get("pattern"));
        if is.is_some() && was != is {
            self.breach(at, "its pattern is another");
        }
        if after["uniqueItems"] == true && before["uniqueItems"] != true {
            self.breach(at, "items may not be repeated any more");
        }
        let open = |schema: &Value| schema["additionalProperties"] != false;
        if open(before) && !open(after) && after.get("properties").is_some() {
            self.breach(at, "other properties are refused now");
        }
    }

    fn properties(&mut self, at: &str, before: &Value, after: &Value, side: Side) {
        let (was, is) = (required(before), required(after));
        for (name, property) in map(&before["properties"]) {
            let at = format!("{at}/{name}");
            let Some(later) = after["properties"].get(name) else {
                self.breach(&at, "the property is gone");
                continue;
            };
            match side {
                Side::Asked if is.contains(name) && !was.contains(name) => {
                    self.breach(&at, "it is required now");
                }
                Side::Answered if was.contains(name) && !is.contains(name) => {
                    self.breach(&at, "it may be absent now");
                }
                _ => {}
            }
            self.schema(&at, property, later, side);
        }
        let new = is
            .iter()
            .filter(|name| before["properties"].get(name).is_none());
        for name in new.filter(|_| side == Side::Asked) {
            self.breach(&format!("{at}/{name}"), "a required property is new");
        }
    }

    /// Variants are the same where they name the same schema, else where they stand at the same place.
    fn variants(&mut self, at: &str, before: &Value, after: &Value, side: Side) {
        let (Some(before), Some(after)) = (before.as_array(), after.as_array()) else {
            if before.is_array() != after.is_array() {
                self.breach(at, "the choice is gone, or new");
            }
            return;
        };
        for (index, variant) in before.iter().enumerate() {
            let same = |other: &&Value| name(variant).is_some() && name(variant) == name(other);
            match after.iter().find(same).or_else(|| after.get(index)) {
                Some(later) => self.schema(&format!("{at}/{index}"), variant, later, side),
                None => self.breach(&format!("{at}/{index}"), "the variant is gone"),
            }
        }
        if side == Side::Answered && after.len() > before.len() {
            self.breach(at, "a variant is new");
        }
    }
}

fn map(value: &Value) -> &Map<String, Value> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    value.as_object().unwrap_or(&NONE)
}

fn parameters(operation: &Value) -> BTreeMap<String, &Value> {
    let all = operation["parameters"].as_array().into_iter().flatten();
    all.map(|parameter| {
        let (place, name) = (parameter["in"].as_str(), parameter["name"].as_str());
        (format!("{} {}", place.unwrap(), name.unwrap()), parameter)
    })
    .collect()
}

fn name(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()
}

/// The schema itself: references followed, and what has to hold together put together.
fn whole(document: &Value, schema: &Value) -> Value {
    if let Some(target) = name(schema) {
        let target = document.pointer(target.trim_start_matches('#')).unwrap();
        return whole(document, target);
    }
    let Some(all) = schema["allOf"].as_array() else {
        return schema.clone();
    };
    let mut one = schema.clone();
    for part in all {
        let part = whole(document, part);
        for (key, value) in map(&part) {
            match (&mut one[key.as_str()], value) {
                (Value::Object(own), Value::Object(more)) => own.extend(more.clone()),
                (Value::Array(own), Value::Array(more)) => own.extend(more.iter().cloned()),
                (own, value) => *own = value.clone(),
            }
        }
    }
    one
}

fn types(schema: &Value) -> BTreeSet<String> {
    let own = |value: &Value| value.as_str().map(str::to_owned);
    match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(own).collect(),
        one => own(one).into_iter().collect(),
    }
}

fn required(schema: &Value) -> BTreeSet<String> {
    let names = schema["required"].as_array().into_iter().flatten();
    names
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect()
}
