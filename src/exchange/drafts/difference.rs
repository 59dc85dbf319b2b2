//! What a draft changes, value by value, so that nobody has to compare two listings by eye.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// What somebody who decides should look at twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Marked {
    /// How one is reached.
    Contact,
    /// Where one has to go.
    Place,
}

/// A value that is not as it was.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ValueChange {
    /// JSON Pointer into the listing.
    pub pointer: String,
    /// What is public now; absent where nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value, required = false)]
    pub before: Option<Value>,
    /// What would be; absent where nothing would.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value, required = false)]
    pub after: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marked: Option<Marked>,
}

/// Every value in which the two differ, in the order of their pointers.
#[must_use]
pub fn difference(before: Option<&Value>, after: &Value) -> Vec<ValueChange> {
    let mut changes = Vec::new();
    let nothing = Value::Object(Map::new());
    compare(
        String::new(),
        Some(before.unwrap_or(&nothing)),
        Some(after),
        &mut changes,
    );
    changes
}

fn compare(
    at: String,
    before: Option<&Value>,
    after: Option<&Value>,
    changes: &mut Vec<ValueChange>,
) {
    match (before, after) {
        (before, after) if before == after => {}
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let mut keys: Vec<&String> = one.keys().chain(other.keys()).collect();
            keys.sort_unstable();
            keys.dedup();
            for key in keys {
                let below = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                compare(below, one.get(key), other.get(key), changes);
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) if is_of_objects(one, other) => {
            for index in 0..one.len().max(other.len()) {
                compare(
                    format!("{at}/{index}"),
                    one.get(index),
                    other.get(index),
                    changes,
                );
            }
        }
        (before, after) => changes.push(ValueChange {
            marked: marked(&at),
            pointer: at,
            before: before.cloned(),
            after: after.cloned(),
        }),
    }
}

/// Lists of words are shown as wholes; lists of contacts or places one by one.
fn is_of_objects(one: &[Value], other: &[Value]) -> bool {
    one.iter().chain(other).all(Value::is_object)
}

fn marked(at: &str) -> Option<Marked> {
    let first = at.split('/').nth(1)?;
    match first {
        "contacts" | "links" => Some(Marked::Contact),
        "places" | "coverage" => Some(Marked::Place),
        "group_details" if at.ends_with("/join_link") => Some(Marked::Contact),
        "status" if at.ends_with("/moved_to") => Some(Marked::Place),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_what_changed_and_marks_how_and_where_one_is_reached() {
        let before = json!({"name": {"source": "en", "text": {"en": "One"}}, "topics": ["grief"],
            "contacts": [{"channel": "voice", "value": "999"}], "places": [{"area": "bd"}]});
        let after = json!({"name": {"source": "en", "text": {"en": "One", "bn": "এক"}}, "topics": ["grief", "stress"],
            "contacts": [{"channel": "voice", "value": "998"}, {"channel": "email", "value": "a@b.org"}], "places": []});
        let changes = difference(Some(&before), &after);
        let told: Vec<(&str, Option<Marked>)> = changes
            .iter()
            .map(|change| (change.pointer.as_str(), change.marked))
            .collect();
        assert_eq!(
            told,
            [
                ("/contacts/0/value", Some(Marked::Contact)),
                ("/contacts/1", Some(Marked::Contact)),
                ("/name/text/bn", None),
                ("/places/0", Some(Marked::Place)),
                ("/topics", None),
            ]
        );
        assert_eq!(changes[0].before, Some(json!("999")));
        assert_eq!(changes[3].after, None);
        assert!(difference(Some(&after), &after).is_empty());
        assert_eq!(difference(None, &json!({"slug": "a"})).len(), 1);
    }
}
