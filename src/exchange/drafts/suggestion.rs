//! What a feed says of a listing against what its owner says: only what a reader would see otherwise.
//!
//! Deliberately left out: where the facts come from, when they were confirmed, ids of parts, and whose the listing is.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::difference::{ValueChange, difference};
use crate::exchange::listing::Listing;

/// Every value in which the feed differs, and the merge patch by which a draft would say the same.
#[must_use]
pub fn suggested(public: &Value, feed: &Value) -> (Vec<ValueChange>, Value) {
    let (public, feed) = (plain(public), plain(feed));
    let changes = difference(Some(&public), &feed);
    let mut patch = Map::new();
    for change in &changes {
        let first = change.pointer.split('/').nth(1).unwrap_or_default();
        let value = feed.get(first).cloned().unwrap_or(Value::Null);
        patch.insert(first.to_owned(), value);
    }
    (changes, Value::Object(patch))
}

/// The keys of what a listing says otherwise than before, as a reader would see it.
#[must_use]
pub fn changed_keys(former: &Value, present: &Value) -> Vec<String> {
    let (former, present) = (plain(former), plain(present));
    let keys = [&former, &present].into_iter().filter_map(Value::as_object);
    let keys: BTreeSet<&String> = keys.flat_map(|object| object.keys()).collect();
    let keys = keys.into_iter();
    keys.filter(|key| former.get(*key) != present.get(*key))
        .cloned()
        .collect()
}

/// The listing in canonical form, so that the same number written in two ways is no difference.
fn plain(body: &Value) -> Value {
    let canonical = Listing::from_value(body.clone()).and_then(|body| body.parse());
    let canonical = canonical.map(|listing| serde_json::to_value(Listing::from(&listing)));
    let mut plain = match canonical {
        Ok(Ok(canonical)) => canonical,
        _ => body.clone(),
    };
    if let Some(object) = plain.as_object_mut() {
        for apart in ["format", "sources", "confirmed", "organisation"] {
            object.remove(apart);
        }
        for list in ["contacts", "places"] {
            let parts = object.get_mut(list).and_then(Value::as_array_mut);
            for part in parts.into_iter().flatten().filter_map(Value::as_object_mut) {
                part.remove("id");
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_a_reader_would_see_otherwise_is_a_difference() {
        let text = |words: &str| json!({"source": "en", "text": {"en": words}});
        let public = json!({"kind": "hub", "slug": "room", "name": text("Room"), "summary": text("It helps."),
            "organisation": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5c", "topics": ["grief"], "hub_details": {"kind": "clinic"},
            "contacts": [{"id": "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5d", "channel": "voice", "value": "+8801711000001"}],
            "cost": {"model": "free"}});
        let mut feed = public.clone();
        feed["organisation"] = json!("an-organisation");
        feed["contacts"] = json!([{"channel": "voice", "value": "01711-000001", "country": "BD"}]);
        assert_eq!(suggested(&public, &feed), (Vec::new(), json!({})));
        feed["topics"] = json!(["stress"]);
        feed["name"]["text"]["bn"] = json!("ঘর");
        feed.as_object_mut().unwrap().remove("cost");
        let (changes, patch) = suggested(&public, &feed);
        let at: Vec<&str> = changes
            .iter()
            .map(|change| change.pointer.as_str())
            .collect();
        assert_eq!(at, ["/cost", "/name/text/bn", "/topics"]);
        assert_eq!(
            patch,
            json!({"cost": null, "name": feed["name"], "topics": ["stress"]})
        );
    }
}
