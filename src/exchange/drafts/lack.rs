//! What a draft lacks to be a listing: said of what is there, however incomplete it is.

use serde_json::Value;
use uuid::Uuid;

use crate::{
    domain::{
        fault::{Fault, FaultCode},
        listing::Kind,
    },
    exchange::listing::Listing,
};

/// Where a draft belongs; what it says itself may not contradict that.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub listing: Uuid,
    pub kind: Kind,
    pub organisation: Uuid,
}

/// So often what cannot be read is cut out to see what else is wrong.
const TURNS: usize = 4;

/// All that has to be mended before it can be handed in.
#[must_use]
pub fn lacks(body: &Value, place: Place) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut rest = body.clone();
    for _ in 0..TURNS {
        match Listing::from_value(rest.clone()) {
            Ok(listing) => {
                faults.extend(listing.parse().err().unwrap_or_default());
                faults.extend(misplaced(&listing, place));
                let status = listing.status.as_ref();
                faults.extend(status.and_then(|status| status.leads_nowhere("/status")));
                break;
            }
            Err(found) => {
                let mut pointers: Vec<&str> = found.iter().map(|fault| &*fault.pointer).collect();
                // From the end, so that what is still to be cut stays where it was.
                pointers.sort_unstable_by_key(|pointer| {
                    (
                        std::cmp::Reverse(pointer.len()),
                        std::cmp::Reverse(*pointer),
                    )
                });
                let cut = pointers
                    .iter()
                    .filter(|pointer| cut(&mut rest, pointer))
                    .count();
                faults.extend(found);
                if cut == 0 {
                    break;
                }
            }
        }
    }
    // What was cut out is missed afterwards, and was told of already.
    let mut told: Vec<String> = Vec::new();
    faults.retain(|fault| {
        let fresh = !told.contains(&fault.pointer);
        told.push(fault.pointer.clone());
        fresh
    });
    faults
}

/// The listing that the draft describes.
///
/// # Errors
/// All that it lacks.
pub fn listing_of(body: &Value, place: Place) -> Result<Listing, Vec<Fault>> {
    let faults = lacks(body, place);
    if faults.is_empty() {
        Listing::from_value(body.clone())
    } else {
        Err(faults)
    }
}

fn misplaced(listing: &Listing, place: Place) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut expect = |pointer: &str, holds: bool, expected: String| {
        if !holds {
            faults.push(Fault::new(pointer, FaultCode::Contradiction, expected));
        }
    };
    let kind = place.kind;
    expect(
        "/kind",
        listing.kind.is_none_or(|own| own == kind),
        kind.to_string(),
    );
    let of = listing.organisation.as_deref();
    match (place.kind, place.organisation == place.listing) {
        (Kind::Organisation, _) => {}
        (_, true) => expect(
            "/organisation",
            of.is_none(),
            "nothing: it belongs to no organisation".to_owned(),
        ),
        (_, false) => {
            let own = place.organisation.to_string();
            expect("/organisation", of == Some(&*own), own.clone());
        }
    }
    faults
}

fn cut(value: &mut Value, pointer: &str) -> bool {
    let Some((parent, last)) = pointer.rsplit_once('/') else {
        return false;
    };
    match value.pointer_mut(parent) {
        Some(Value::Object(object)) => {
            let key = last.replace("~1", "/").replace("~0", "~");
            object.remove(&key).is_some()
        }
        Some(Value::Array(list)) => match last.parse::<usize>() {
            Ok(index) if index < list.len() => {
                list.remove(index);
                true
            }
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(body: &Value) -> Vec<String> {
        let place = Place {
            listing: Uuid::from_u128(1),
            kind: Kind::Hub,
            organisation: Uuid::from_u128(2),
        };
        let mut at: Vec<String> = lacks(body, place)
            .into_iter()
            .map(|fault| fault.pointer)
            .collect();
        at.sort();
        at
    }

    #[test]
    fn says_what_is_missing_beside_what_cannot_be_read() {
        let own = Uuid::from_u128(2).to_string();
        assert_eq!(
            at(&json!({"kind": "hub", "organisation": own})),
            ["/hub_details", "/name", "/slug", "/summary"]
        );
        let body = json!({"kind": "hub", "organisation": "another", "name": 7, "slug": "a-hub", "nmae": 1,
            "contacts": [{"channel": "pigeon"}, {"channel": "voice", "value": "999", "country": "BD"}]});
        assert_eq!(
            at(&body),
            [
                "/contacts/0/channel",
                "/contacts/0/value",
                "/hub_details",
                "/name",
                "/nmae",
                "/organisation",
                "/summary"
            ]
        );
        assert_eq!(
            at(&json!({"kind": "helpline", "organisation": own}))[0],
            "/helpline_details"
        );
    }
}
