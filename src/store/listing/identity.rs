//! Which place and which contact of a listing is which: others hold on to their ids, and so does what was confirmed of them.
//!
//! Invariant: an id goes on with what says the same, wherever in the list it stands by now; only what is left over is taken
//! for what stood in its turn and was changed.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::{
    WriteTx,
    row::text,
    write::{Writing, grouped},
};
use crate::{
    domain::{
        contact::Contact,
        id::fresh,
        listing::Listing,
        pairing::{Rule, pair},
        place::Place,
    },
    store::{
        error::StoreError,
        schema::{contact, place},
    },
};

/// A place as it was.
#[derive(Clone, Debug)]
pub(super) struct FormerPlace {
    id: Uuid,
    area: String,
    point: Option<(f64, f64)>,
    street: Option<Value>,
    name: Option<Value>,
}

/// A contact as it was.
#[derive(Clone, Debug)]
pub(super) struct FormerContact {
    id: Uuid,
    channel: String,
    value: String,
    extension: Option<String>,
}

impl FormerPlace {
    fn of(id: Uuid, place: &Place) -> Self {
        Self {
            id,
            area: place.area.as_str().to_owned(),
            point: place.point.map(|(point, _)| (point.lat, point.lon)),
            street: place.street.as_ref().map(text),
            name: place.name.as_ref().map(text),
        }
    }
}

impl FormerContact {
    fn of(id: Uuid, contact: &Contact) -> Self {
        Self {
            id,
            channel: contact.channel.as_str().to_owned(),
            value: contact.address.value().to_owned(),
            extension: contact.extension.clone(),
        }
    }
}

/// Gives each place without an id the one of the place that it was.
fn keep_places(former: &[FormerPlace], new: &mut [Place]) {
    let said: Vec<(Option<Uuid>, FormerPlace)> = (new.iter())
        .map(|place| (place.id, FormerPlace::of(Uuid::nil(), place)))
        .collect();
    type By<'r> = Rule<'r, FormerPlace, (Option<Uuid>, FormerPlace)>;
    let by_id: By<'_> = &|a, (id, _)| *id == Some(a.id);
    let by_point: By<'_> = &|a, (id, b)| id.is_none() && a.point.is_some() && a.point == b.point;
    let by_street: By<'_> =
        &|a, (id, b)| id.is_none() && a.street.is_some() && a.street == b.street;
    let by_name: By<'_> = &|a, (id, b)| id.is_none() && a.name.is_some() && a.name == b.name;
    let by_area: By<'_> = &|a, (id, b)| id.is_none() && a.area == b.area;
    let in_turn: By<'_> = &|_, (id, _)| id.is_none();
    let rules = [by_id, by_point, by_street, by_name, by_area, in_turn];
    for (place, of) in new.iter_mut().zip(pair(former, &said, &rules)) {
        place.id = place.id.or(of.map(|at| former[at].id));
    }
}

/// Gives each contact without an id the one of the contact that it was.
fn keep_contacts(former: &[FormerContact], new: &mut [Contact]) {
    let said: Vec<(Option<Uuid>, FormerContact)> = (new.iter())
        .map(|contact| (contact.id, FormerContact::of(Uuid::nil(), contact)))
        .collect();
    type By<'r> = Rule<'r, FormerContact, (Option<Uuid>, FormerContact)>;
    let by_id: By<'_> = &|a, (id, _)| *id == Some(a.id);
    let same: By<'_> = &|a, (id, b)| {
        id.is_none() && (&a.channel, &a.value, &a.extension) == (&b.channel, &b.value, &b.extension)
    };
    let by_value: By<'_> =
        &|a, (id, b)| id.is_none() && (&a.channel, &a.value) == (&b.channel, &b.value);
    let by_channel: By<'_> = &|a, (id, b)| id.is_none() && a.channel == b.channel;
    let in_turn: By<'_> = &|_, (id, _)| id.is_none();
    let rules = [by_id, same, by_value, by_channel, in_turn];
    for (contact, of) in new.iter_mut().zip(pair(former, &said, &rules)) {
        contact.id = contact.id.or(of.map(|at| former[at].id));
    }
}

/// As `keep_places` and `keep_contacts`, of a listing that is not in the tables any more: what it said, and the ids that
/// its places and contacts had in their order.
pub(super) fn keep_all(
    former: &Listing,
    (places, contacts): (&[Uuid], &[Uuid]),
    new: &mut Listing,
) {
    let was: Vec<FormerPlace> = (places.iter().zip(&former.places))
        .map(|(id, place)| FormerPlace::of(*id, place))
        .collect();
    keep_places(&was, &mut new.places);
    let was: Vec<FormerContact> = (contacts.iter().zip(&former.contacts))
        .map(|(id, contact)| FormerContact::of(*id, contact))
        .collect();
    keep_contacts(&was, &mut new.contacts);
}

impl WriteTx<'_> {
    /// Gives every place and contact an id: the given one, that of what it was so far, or a fresh one.
    pub(super) async fn identify_children(
        &mut self,
        writings: &mut [Writing],
    ) -> Result<(), StoreError> {
        let there = Self::existing_of(writings);
        let (mut places, mut contacts) = (HashMap::new(), HashMap::new());
        if !there.is_empty() {
            places = self.former_places(&there).await?;
            contacts = self.former_contacts(&there).await?;
        }
        for writing in writings {
            let new = &mut writing.listing;
            let was = places.get(&writing.id).map_or(&[][..], Vec::as_slice);
            keep_places(was, &mut new.places);
            let was = contacts.get(&writing.id).map_or(&[][..], Vec::as_slice);
            keep_contacts(was, &mut new.contacts);
            let ids = new.places.iter_mut().map(|place| &mut place.id);
            let ids = ids.chain(new.contacts.iter_mut().map(|contact| &mut contact.id));
            for id in ids {
                id.get_or_insert_with(|| fresh(writing.now));
            }
        }
        Ok(())
    }

    async fn former_places(
        &mut self,
        of: &[Uuid],
    ) -> Result<HashMap<Uuid, Vec<FormerPlace>>, StoreError> {
        type Row = (
            Uuid,
            Uuid,
            String,
            Option<f64>,
            Option<f64>,
            Option<Value>,
            Option<Value>,
        );
        let rows: Vec<Row> = place::table
            .filter(place::listing.eq_any(of))
            .order((place::listing, place::position))
            .select((
                place::listing,
                place::id,
                place::area,
                place::lat,
                place::lon,
                place::street,
                place::name,
            ))
            .load(self.connection)
            .await?;
        let read = |(listing, id, area, lat, lon, street, name): Row| {
            let point = lat.zip(lon);
            let place = FormerPlace {
                id,
                area,
                point,
                street,
                name,
            };
            (listing, place)
        };
        Ok(grouped(rows.into_iter().map(read).collect()))
    }

    async fn former_contacts(
        &mut self,
        of: &[Uuid],
    ) -> Result<HashMap<Uuid, Vec<FormerContact>>, StoreError> {
        type Row = (Uuid, Uuid, String, String, Option<String>);
        let rows: Vec<Row> = contact::table
            .filter(contact::listing.eq_any(of))
            .order((contact::listing, contact::position))
            .select((
                contact::listing,
                contact::id,
                contact::channel,
                contact::value,
                contact::extension,
            ))
            .load(self.connection)
            .await?;
        let read = |(listing, id, channel, value, extension): Row| {
            let contact = FormerContact {
                id,
                channel,
                value,
                extension,
            };
            (listing, contact)
        };
        Ok(grouped(rows.into_iter().map(read).collect()))
    }
}
