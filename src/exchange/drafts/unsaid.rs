//! What a draft would make public without a word.

use serde_json::Value;

use super::{Marked, difference};
use crate::domain::fault::{Fault, FaultCode};

/// Places and contacts that were kept secret in `before` and of which `body` does not say whether they are. A list that is
/// typed anew takes the place of the former one, and whoever mends a street in it easily leaves the rest out.
#[must_use]
pub fn unsaid(before: &Value, body: &Value) -> Vec<Fault> {
    let part = |of: &Value| {
        let lists = ["places", "contacts"];
        let lists = lists
            .iter()
            .filter_map(|key| Some(((*key).to_owned(), of.get(*key)?.clone())));
        Value::Object(lists.collect())
    };
    let changes = difference(Some(&part(before)), &part(body)).into_iter();
    let unsaid =
        changes.filter(|change| change.marked == Some(Marked::Secret) && change.after.is_none());
    unsaid
        .map(|change| {
            let expected = match change.pointer.ends_with("/public") {
                true => "false, as until now; or true, where everybody may have it",
                false => "true, as until now; or false, where everybody may know street and point",
            };
            Fault::new(change.pointer, FaultCode::Required, expected)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_secret_stays_so_or_is_said_to_be_none() {
        let before = json!({"slug": "a-house", "places": [{"area": "bd-dhaka", "street": "12 Quiet Lane", "confidential": true},
            {"area": "bd-khulna", "street": "1 Open Road"}],
            "contacts": [{"channel": "voice", "value": "999", "public": false}, {"channel": "email", "value": "a@b.org"}]});
        let of = |body: Value| -> Vec<String> {
            let unsaid = unsaid(&before, &body).into_iter();
            unsaid.map(|fault| fault.pointer).collect()
        };
        assert!(of(before.clone()).is_empty());
        let mended = |said: Value| {
            let mut place = json!({"area": "bd-dhaka", "street": "14 Quiet Lane"});
            let known = place.as_object_mut().unwrap();
            known.extend(said.as_object().unwrap().clone());
            json!({"places": [{"area": "bd-khulna", "street": "1 Open Road"}, place], "contacts": before["contacts"]})
        };
        assert_eq!(of(mended(json!({}))), ["/places/1/confidential"]);
        for said in [true, false] {
            assert!(of(mended(json!({"confidential": said}))).is_empty());
        }
        let contacts =
            json!({"places": before["places"], "contacts": [{"channel": "voice", "value": "999"}]});
        assert_eq!(of(contacts), ["/contacts/0/public"]);
        assert!(of(json!({})).is_empty(), "what is gone is not public");
    }
}
