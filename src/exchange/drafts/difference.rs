//! What a draft changes, value by value, so that nobody has to compare two listings by eye.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::domain::pairing::{Rule, moved, pair};

/// What somebody who decides should look at twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Marked {
    /// How one is reached.
    Contact,
    /// Where one has to go.
    Place,
    /// What was kept secret until now, and would be public: a confidential place, or a contact for staff.
    Secret,
}

/// A value that is not as it was.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct ValueChange {
    /// JSON Pointer into the listing as it would be; of what is taken away, into the listing as it is.
    pub pointer: String,
    /// What is public now; absent where nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value, required = false)]
    pub before: Option<Value>,
    /// What would be; absent where nothing would.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value, required = false)]
    pub after: Option<Value>,
    /// Of an item of a list that stands elsewhere among the others: where it stood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marked: Option<Marked>,
}

/// Every value in which the two differ. Contacts, places and other items of lists are the same when they have the same id,
/// or say the same, wherever they stand; only what is left over is compared in its turn.
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
            lists(&at, one, other, changes);
        }
        // A list that is new is shown item by item, as one that is there.
        (None, Some(Value::Array(other))) if !other.is_empty() && is_of_objects(&[], other) => {
            lists(&at, &[], other, changes);
        }
        (Some(Value::Array(one)), None) if !one.is_empty() && is_of_objects(one, &[]) => {
            lists(&at, one, &[], changes);
        }
        (before, after) => changes.push(ValueChange {
            marked: marked(&at, [before, after]),
            pointer: at,
            before: before.cloned(),
            after: after.cloned(),
            moved_from: None,
        }),
    }
}

/// Lists of words are shown as wholes; lists of contacts or places one by one.
fn is_of_objects(one: &[Value], other: &[Value]) -> bool {
    one.iter().chain(other).all(Value::is_object)
}

fn lists(at: &str, one: &[Value], other: &[Value], changes: &mut Vec<ValueChange>) {
    let of = paired(at, one, other);
    let elsewhere = match is_in_order(at) {
        true => moved(&of),
        false => Vec::new(),
    };
    for (index, (item, was)) in other.iter().zip(&of).enumerate() {
        let here = format!("{at}/{index}");
        let Some(was) = *was else {
            compare(here, None, Some(item), changes);
            continue;
        };
        if elsewhere.contains(&index) {
            changes.push(ValueChange {
                marked: marked(&here, [Some(item), None]),
                moved_from: Some(format!("{at}/{was}")),
                pointer: here.clone(),
                ..ValueChange::default()
            });
        }
        let (former, item) = as_said(&one[was], item);
        compare(here, Some(&former), Some(&item), changes);
    }
    for (index, item) in one.iter().enumerate() {
        if !of.contains(&Some(index)) {
            compare(format!("{at}/{index}"), Some(item), None, changes);
        }
    }
}

/// Whoever reads the listing sees these in their order; of others it says nothing.
fn is_in_order(at: &str) -> bool {
    ["/contacts", "/places", "/links"].contains(&at)
}

/// What items of a list are known by, what says most first.
fn known_by(at: &str) -> &'static [&'static [&'static str]] {
    match at.rsplit('/').next() {
        Some("contacts") => &[
            &["channel", "value", "extension"],
            &["channel", "value"],
            &["channel"],
        ],
        Some("places") => &[&["point"], &["street"], &["name"], &["area"]],
        Some("links") => &[&["url"], &["rel", "lang"], &["rel"]],
        Some("sources") => &[&["name", "external_id"], &["name"]],
        Some("openings") => &[&["days", "opens"], &["days"]],
        Some("sessions") => &[&["starts"]],
        Some("closures") => &[&["from"]],
        _ => &[],
    }
}

fn paired(at: &str, one: &[Value], other: &[Value]) -> Vec<Option<usize>> {
    let ids = |a: &Value, b: &Value| a.get("id").zip(b.get("id")).map(|(a, b)| a == b);
    // Two that have ids are the same by these alone.
    let by_id = |a: &Value, b: &Value| ids(a, b) == Some(true);
    let whole = |a: &Value, b: &Value| {
        let (a, b) = as_said(a, b);
        a == b
    };
    let in_turn = |a: &Value, b: &Value| ids(a, b).is_none();
    let by: Vec<_> = (known_by(at).iter())
        .map(|keys| {
            move |a: &Value, b: &Value| {
                let known = a.get(keys[0]).is_some();
                ids(a, b).is_none() && known && keys.iter().all(|key| a.get(key) == b.get(key))
            }
        })
        .collect();
    let mut rules: Vec<Rule<'_, Value, Value>> = vec![&by_id, &whole];
    rules.extend(by.iter().map(|rule| rule as Rule<'_, Value, Value>));
    rules.push(&in_turn);
    pair(one, other, &rules)
}

/// Both without the id that only one of them has: nobody said it.
fn as_said(one: &Value, other: &Value) -> (Value, Value) {
    let (mut one, mut other) = (one.clone(), other.clone());
    if one.get("id").is_some() != other.get("id").is_some() {
        for side in [&mut one, &mut other] {
            side.as_object_mut().and_then(|item| item.remove("id"));
        }
    }
    (one, other)
}

fn marked(at: &str, values: [Option<&Value>; 2]) -> Option<Marked> {
    let was = values[0].and_then(Value::as_bool);
    match (at.rsplit('/').next(), was) {
        (Some("confidential"), Some(true)) | (Some("public"), Some(false)) => {
            return Some(Marked::Secret);
        }
        _ => {}
    }
    let mut steps = at.split('/').skip(1);
    let (first, second) = (steps.next()?, steps.next());
    // Of what comes or goes as a whole, what is in it counts.
    let has = |key: &str| match second {
        Some(second) => second == key,
        None => values
            .iter()
            .flatten()
            .any(|value| value.get(key).is_some()),
    };
    match first {
        "contacts" | "links" => Some(Marked::Contact),
        "places" | "coverage" => Some(Marked::Place),
        "group_details" if has("join_link") => Some(Marked::Contact),
        "status" if has("moved_to") => Some(Marked::Place),
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

    fn told(before: &Value, after: &Value) -> Vec<(String, Option<String>)> {
        let changes = difference(Some(before), after).into_iter();
        let told = changes.map(|change| {
            let what = match (&change.before, &change.after, change.moved_from) {
                (.., Some(from)) => Some(from),
                (None, Some(_), _) => Some("new".to_owned()),
                (Some(_), None, _) => Some("gone".to_owned()),
                _ => None,
            };
            (change.pointer, what)
        });
        told.collect()
    }

    #[test]
    fn what_comes_goes_or_moves_in_a_list_is_one_change() {
        let phone = |value: &str| json!({"channel": "voice", "value": value});
        let mail = json!({"channel": "email", "value": "a@b.org"});
        let of = |contacts: Value| json!({"contacts": contacts});
        let said = |at: &str, what: &str| (at.to_owned(), Some(what.to_owned()));
        let (one, two, three) = (phone("1"), phone("2"), phone("3"));
        let before = of(json!([one, two, three]));
        let cases = [
            (
                json!([mail, one, two, three]),
                vec![said("/contacts/0", "new")],
            ),
            (json!([two, three]), vec![said("/contacts/0", "gone")]),
            (
                json!([three, one, two]),
                vec![said("/contacts/0", "/contacts/2")],
            ),
            (
                json!([one, phone("4"), three]),
                vec![("/contacts/1/value".to_owned(), None)],
            ),
            (
                json!([mail, phone("4"), two, three]),
                vec![
                    said("/contacts/0", "new"),
                    ("/contacts/1/value".to_owned(), None),
                ],
            ),
        ];
        for (after, expected) in cases {
            assert_eq!(told(&before, &of(after.clone())), expected, "{after}");
        }
        let gone = told(&before, &json!({}));
        assert_eq!(gone.len(), 3, "{gone:?}");
    }

    #[test]
    fn an_id_tells_which_it_is_and_is_no_change_by_itself() {
        let before = json!({"contacts": [{"id": "a", "channel": "voice", "value": "1"}, {"id": "b", "channel": "voice", "value": "2"}]});
        let after = json!({"contacts": [{"id": "b", "channel": "voice", "value": "3"}, {"id": "a", "channel": "voice", "value": "1"}]});
        let changes = told(&before, &after);
        assert_eq!(changes.len(), 2, "{changes:?}");
        assert!(changes.contains(&("/contacts/0/value".to_owned(), None)));
        let unnamed = json!({"contacts": [{"channel": "voice", "value": "1"}, {"channel": "voice", "value": "2"}]});
        assert_eq!(told(&before, &unnamed), []);
        assert_eq!(told(&unnamed, &before), []);
    }

    #[test]
    fn hours_say_the_same_in_any_order() {
        let of = |openings: Value| json!({"places": [{"area": "bd", "schedule": {"openings": openings}}]});
        let (monday, friday) = (
            json!({"days": ["mo"], "opens": "09:00"}),
            json!({"days": ["fr"], "opens": "10:00"}),
        );
        assert_eq!(
            told(&of(json!([monday, friday])), &of(json!([friday, monday]))),
            []
        );
    }

    #[test]
    fn what_would_no_longer_be_secret_is_marked_as_that() {
        let before = json!({"places": [{"area": "bd", "confidential": true}],
            "contacts": [{"channel": "voice", "value": "1", "public": false}]});
        let after = json!({"places": [{"area": "bd"}],
            "contacts": [{"channel": "voice", "value": "1", "public": true}]});
        let marks = |one, other| -> Vec<Option<Marked>> {
            let changes = difference(Some(one), other);
            changes.iter().map(|change| change.marked).collect()
        };
        assert_eq!(marks(&before, &after), [Some(Marked::Secret); 2]);
        assert_eq!(
            marks(&after, &before),
            [Some(Marked::Contact), Some(Marked::Place)]
        );
    }

    #[test]
    fn what_comes_as_a_whole_is_marked_by_what_is_in_it() {
        let marks = |after: Value| -> Vec<Option<Marked>> {
            let changes = difference(Some(&json!({})), &after);
            changes.iter().map(|change| change.marked).collect()
        };
        let link = json!({"kind": "peer_led", "join_link": "https://example.org/join"});
        assert_eq!(
            marks(json!({"group_details": link})),
            [Some(Marked::Contact)]
        );
        assert_eq!(
            marks(json!({"group_details": {"kind": "peer_led"}})),
            [None]
        );
        assert_eq!(
            marks(json!({"status": {"state": "moved", "moved_to": "there"}})),
            [Some(Marked::Place)]
        );
        assert_eq!(
            marks(json!({"contacts": [{}, {}]})),
            [Some(Marked::Contact); 2]
        );
        let before = json!({"status": {"state": "moved", "moved_to": "there"}});
        assert_eq!(
            difference(Some(&before), &json!({}))[0].marked,
            Some(Marked::Place)
        );
    }
}
