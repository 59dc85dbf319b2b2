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
const TURNS: usize = 6;

/// All that has to be mended before it can be handed in.
#[must_use]
pub fn lacks(body: &Value, place: Place) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut rest = Rest::of(body);
    for _ in 0..TURNS {
        match Listing::from_value(rest.value.clone()) {
            Ok(listing) => {
                let mut found = listing.parse().err().unwrap_or_default();
                found.extend(misplaced(&listing, place));
                let status = listing.status.as_ref();
                found.extend(status.and_then(|status| status.leads_nowhere("/status")));
                faults.extend(rest.as_typed(found));
                break;
            }
            Err(found) => {
                let pointers: Vec<String> =
                    found.iter().map(|fault| fault.pointer.clone()).collect();
                faults.extend(rest.as_typed(found));
                // What is needed and was cut out is missed by what is around it.
                let around = pointers
                    .iter()
                    .filter_map(|pointer| pointer.rsplit_once('/'));
                let around = around.map(|(around, _)| around.to_owned()).collect();
                if !rest.cut_out(pointers) && !rest.cut_out(around) {
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

/// What is left of a draft once that is cut out which cannot be read.
struct Rest {
    value: Value,
    /// Each with where it stood then.
    cut: Vec<Cut>,
}

enum Cut {
    /// A member of an object, by its pointer in the draft.
    Member(String),
    /// An item of a list: those behind it have moved up since.
    Item(String, usize),
}

impl Rest {
    fn of(body: &Value) -> Self {
        Self {
            value: body.clone(),
            cut: Vec::new(),
        }
    }

    /// Whether any of it was there.
    fn cut_out(&mut self, mut pointers: Vec<String>) -> bool {
        // From the end, so that what is still to be cut stays where it was.
        pointers.sort_unstable_by(|a, b| (b.len(), b).cmp(&(a.len(), a)));
        pointers.dedup();
        let before = self.cut.len();
        for pointer in &pointers {
            let typed = self.pointer_as_typed(pointer);
            self.cut.extend(match cut(&mut self.value, pointer) {
                Some(None) => Some(Cut::Member(typed)),
                Some(Some((list, index))) => Some(Cut::Item(list, index)),
                None => None,
            });
        }
        self.cut.len() > before
    }

    /// The faults by the pointers of the draft, without those that miss what was cut out as a whole.
    fn as_typed(&self, mut faults: Vec<Fault>) -> Vec<Fault> {
        for fault in &mut faults {
            fault.pointer = self.pointer_as_typed(&fault.pointer);
        }
        let cut = |fault: &Fault| {
            let is_it =
                |cut: &Cut| matches!(cut, Cut::Member(pointer) if *pointer == fault.pointer);
            fault.code == FaultCode::Required && self.cut.iter().any(is_it)
        };
        faults.retain(|fault| !cut(fault));
        faults
    }

    fn pointer_as_typed(&self, pointer: &str) -> String {
        let mut pointer = pointer.to_owned();
        for cut in self.cut.iter().rev() {
            let Cut::Item(list, index) = cut else {
                continue;
            };
            let below = pointer
                .strip_prefix(list.as_str())
                .and_then(|rest| rest.strip_prefix('/'));
            let Some(below) = below else { continue };
            let (item, rest) = below
                .split_once('/')
                .map_or((below, None), |(item, rest)| (item, Some(rest)));
            if let Ok(item) = item.parse::<usize>()
                && item >= *index
            {
                let rest = rest.map(|rest| format!("/{rest}")).unwrap_or_default();
                pointer = format!("{list}/{}{rest}", item + 1);
            }
        }
        pointer
    }
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

/// Cuts out what stands there, if anything does; of an item of a list, which.
fn cut(value: &mut Value, pointer: &str) -> Option<Option<(String, usize)>> {
    let (parent, last) = pointer.rsplit_once('/')?;
    match value.pointer_mut(parent)? {
        Value::Object(object) => {
            let key = last.replace("~1", "/").replace("~0", "~");
            object.remove(&key).map(|_| None)
        }
        Value::Array(list) => {
            let index = last.parse().ok().filter(|index| *index < list.len())?;
            list.remove(index);
            Some(Some((parent.to_owned(), index)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_cannot_be_read_hides_nothing_else() {
        let body = json!({"kind": "hub", "organisation": Uuid::from_u128(2), "telephone": "1", "summary": "plain", "hub_details": {"kind": "dropin"}, "cost": {"model": "cheap"},
            "contacts": [{"channel": "smoke", "value": "1"}, {"channel": "email", "value": "not-mail"}],
            "topics": [7, "no such topic"]});
        assert_eq!(
            at(&body),
            [
                "/contacts/0/channel",
                "/contacts/1/value",
                "/cost/model",
                "/hub_details/kind",
                "/name",
                "/slug",
                "/summary",
                "/telephone",
                "/topics/0",
                "/topics/1",
            ]
        );
    }

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
