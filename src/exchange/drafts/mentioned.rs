//! What a draft, however incomplete, names that has to be in the directory, and where it names it. What cannot be read is
//! a lack already, and passed over here.

use serde_json::Value;
use uuid::Uuid;

use super::lack::Place;
use crate::domain::{
    listing::{Kind, Reference},
    slug::Slug,
};

/// The names in a draft, each with its JSON Pointer.
#[derive(Debug)]
pub struct Mentioned {
    pub listing: Uuid,
    pub organisation: Uuid,
    pub kind: Kind,
    pub slug: Option<Slug>,
    pub topics: Vec<(String, String)>,
    pub areas: Vec<(String, String)>,
    /// Other listings; of this kind, where it has to be one.
    pub listings: Vec<(String, Option<Kind>, Reference)>,
    /// The slug of a listing of the same kind.
    pub moved_to: Option<Slug>,
    /// Names and ids of sources, by their position.
    pub sources: Vec<(usize, String, String)>,
}

impl Mentioned {
    /// What the body names. Whose it is, is settled by where it belongs; but an organisation may belong to a network.
    #[must_use]
    pub fn of(body: &Value, place: Place) -> Self {
        let part_of = "/hub_details/part_of";
        let hub = text(body, part_of).and_then(|named| reference(named, Some(Kind::Hub)));
        let hub = hub.map(|hub| (part_of.to_owned(), Some(Kind::Hub), hub));
        let network = text(body, "/organisation").filter(|_| place.kind == Kind::Organisation);
        let network = network.and_then(|named| reference(named, Some(Kind::Organisation)));
        let network = network.map(|id| ("/organisation".to_owned(), Some(Kind::Organisation), id));
        let referred = list(body, "/group_details/refers_to", "");
        let referred =
            referred.filter_map(|(at, named)| Some((at, None, reference(&named, None)?)));
        Self {
            listing: place.listing,
            organisation: place.organisation,
            kind: place.kind,
            slug: text(body, "/slug").and_then(slug),
            topics: list(body, "/topics", "").collect(),
            areas: list(body, "/places", "/area")
                .chain(list(body, "/coverage/areas", ""))
                .collect(),
            listings: network.into_iter().chain(hub).chain(referred).collect(),
            moved_to: text(body, "/status/moved_to").and_then(slug),
            sources: sources(body),
        }
    }
}

fn text<'b>(body: &'b Value, at: &str) -> Option<&'b str> {
    body.pointer(at)?.as_str()
}

fn slug(text: &str) -> Option<Slug> {
    Slug::parse(text).ok()
}

/// A listing by its id, or by the slug of one of that kind; of any kind with that before the slug.
fn reference(named: &str, kind: Option<Kind>) -> Option<Reference> {
    if let Ok(id) = Uuid::parse_str(named) {
        return Some(Reference::Id(id));
    }
    let (kind, name) = match kind {
        Some(kind) => (kind, named),
        None => {
            let (kind, name) = named.split_once('/')?;
            (Kind::parse(kind)?, name)
        }
    };
    Some(Reference::Slug(kind, slug(name)?))
}

/// The texts of the list at that place, or at a place below each of its items.
fn list<'b>(
    body: &'b Value,
    at: &'static str,
    below: &'static str,
) -> impl Iterator<Item = (String, String)> + 'b {
    let items = body.pointer(at).and_then(Value::as_array);
    let numbered = items.into_iter().flatten().enumerate();
    numbered.filter_map(move |(index, item)| {
        let text = item.pointer(below)?.as_str()?;
        // What Postgres cannot hold is a lack already.
        let holds = !text.contains('\0');
        holds.then(|| (format!("{at}/{index}{below}"), text.to_owned()))
    })
}

fn sources(body: &Value) -> Vec<(usize, String, String)> {
    let names = list(body, "/sources", "/name");
    let mut sources = Vec::new();
    for (at, name) in names {
        let Some(index) = at.split('/').nth(2).and_then(|index| index.parse().ok()) else {
            continue;
        };
        let id = text(body, &format!("/sources/{index}/external_id"));
        sources.extend(id.map(|id| (index, name, id.replace('\0', ""))));
    }
    sources
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_found_in_what_is_incomplete() {
        let place = Place {
            listing: Uuid::from_u128(1),
            kind: Kind::SupportGroup,
            organisation: Uuid::from_u128(2),
        };
        let body = json!({"slug": "No Slug", "topics": ["grief", 7, "greif"], "places": [{}, {"area": "bd"}], "coverage": 7,
            "group_details": {"refers_to": ["nobody", "hub/room"]}, "status": {"moved_to": "there"},
            "sources": [{"name": "a"}, {"name": "b", "external_id": "1"}]});
        let found = Mentioned::of(&body, place);
        let at = |pairs: &[(String, String)]| -> Vec<String> {
            pairs.iter().map(|(at, _)| at.clone()).collect()
        };
        assert_eq!(found.slug, None);
        assert_eq!(at(&found.topics), ["/topics/0", "/topics/2"]);
        assert_eq!(at(&found.areas), ["/places/1/area"]);
        assert_eq!(found.listings.len(), 1);
        assert_eq!(found.listings[0].0, "/group_details/refers_to/1");
        assert_eq!(found.moved_to, slug("there"));
        assert_eq!(found.sources, [(1, "b".to_owned(), "1".to_owned())]);
    }
}
