//! The rows below a listing: places, contacts, links, sources, topics, coverage. They are written anew each time, but
//! places and contacts keep their ids by position, because others hold on to them.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use serde_json::Value;
use uuid::Uuid;

use super::{
    WriteTx,
    row::{hours, text},
};
use crate::{
    domain::{
        contact::{Address, Contact},
        id::fresh,
        listing::Listing,
        place::Place,
    },
    store::{
        error::StoreError,
        schema::{contact, link, listing_coverage, listing_topic, place, source},
    },
};

#[derive(Insertable)]
#[diesel(table_name = place)]
struct PlaceInsert<'a> {
    id: Uuid,
    listing: Uuid,
    position: i16,
    is_virtual: bool,
    confidential: bool,
    area: &'a str,
    name: Option<Value>,
    street: Option<Value>,
    postal_code: Option<&'a str>,
    lat: Option<f64>,
    lon: Option<f64>,
    precision: Option<&'a str>,
    directions: Option<Value>,
    accessibility: Vec<&'a str>,
    schedule: Option<Value>,
}

#[derive(Insertable)]
#[diesel(table_name = contact)]
struct ContactInsert<'a> {
    id: Uuid,
    listing: Uuid,
    position: i16,
    channel: &'a str,
    number_kind: Option<&'a str>,
    value: &'a str,
    country: Option<&'a str>,
    extension: Option<&'a str>,
    keyword: Option<&'a str>,
    label: Option<Value>,
    spoken: Vec<&'a str>,
    hours: Option<Value>,
    cost: Option<&'a str>,
    public: bool,
}

#[derive(Insertable)]
#[diesel(table_name = source)]
struct SourceInsert<'a> {
    name: &'a str,
    external_id: &'a str,
    listing: Uuid,
    position: i16,
    url: Option<&'a str>,
    licence: &'a str,
    retrieved_on: jiff_diesel::Date,
    confirmed_on: Option<jiff_diesel::Date>,
    evidence: Option<&'a str>,
}

fn position(index: usize) -> i16 {
    i16::try_from(index).unwrap_or(i16::MAX)
}

fn place_row(listing: Uuid, index: usize, place: &Place) -> PlaceInsert<'_> {
    PlaceInsert {
        id: place.id.unwrap_or_default(),
        listing,
        position: position(index),
        is_virtual: place.is_virtual,
        confidential: place.confidential,
        area: place.area.as_str(),
        name: place.name.as_ref().map(text),
        street: place.street.as_ref().map(text),
        postal_code: place.postal_code.as_deref(),
        lat: place.point.map(|(point, _)| point.lat),
        lon: place.point.map(|(point, _)| point.lon),
        precision: place.point.map(|(_, precision)| precision.as_str()),
        directions: place.directions.as_ref().map(text),
        accessibility: place
            .accessibility
            .iter()
            .map(|value| value.as_str())
            .collect(),
        schedule: place.hours.as_ref().map(hours),
    }
}

fn contact_row(listing: Uuid, index: usize, contact: &Contact) -> ContactInsert<'_> {
    ContactInsert {
        id: contact.id.unwrap_or_default(),
        listing,
        position: position(index),
        channel: contact.channel.as_str(),
        number_kind: contact.address.number_kind().map(|kind| kind.as_str()),
        value: contact.address.value(),
        country: match &contact.address {
            Address::ShortCode(_, country) => Some(country.as_str()),
            _ => None,
        },
        extension: contact.extension.as_deref(),
        keyword: contact.keyword.as_deref(),
        label: contact.label.as_ref().map(text),
        spoken: contact
            .spoken
            .iter()
            .map(|language| language.as_str())
            .collect(),
        hours: contact.hours.as_ref().map(hours),
        cost: contact.cost.map(|cost| cost.as_str()),
        public: contact.public,
    }
}

impl WriteTx<'_> {
    /// Gives every place and contact an id: the given one, the one at its position so far, or a fresh one.
    pub(super) async fn identify_children(
        &mut self,
        id: Uuid,
        exists: bool,
        new: &mut Listing,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (mut places, mut contacts) = (Vec::new(), Vec::new());
        if exists {
            places = place::table
                .filter(place::listing.eq(id))
                .order(place::position)
                .select(place::id)
                .load(self.connection)
                .await?;
            contacts = contact::table
                .filter(contact::listing.eq(id))
                .order(contact::position)
                .select(contact::id)
                .load(self.connection)
                .await?;
        }
        for (i, place) in new.places.iter_mut().enumerate() {
            place.id = place
                .id
                .or_else(|| places.get(i).copied())
                .or_else(|| Some(fresh(now)));
        }
        for (i, contact) in new.contacts.iter_mut().enumerate() {
            contact.id = contact
                .id
                .or_else(|| contacts.get(i).copied())
                .or_else(|| Some(fresh(now)));
        }
        Ok(())
    }

    /// Writes all rows below the listing anew.
    pub(super) async fn put_children(
        &mut self,
        id: Uuid,
        exists: bool,
        new: &Listing,
    ) -> Result<(), StoreError> {
        if exists {
            self.drop_children(id).await?;
        }
        let places: Vec<_> = new
            .places
            .iter()
            .enumerate()
            .map(|(i, place)| place_row(id, i, place))
            .collect();
        diesel::insert_into(place::table)
            .values(&places)
            .execute(self.connection)
            .await?;
        let contacts = new.contacts.iter().enumerate();
        let contacts: Vec<_> = contacts
            .map(|(i, contact)| contact_row(id, i, contact))
            .collect();
        diesel::insert_into(contact::table)
            .values(&contacts)
            .execute(self.connection)
            .await?;
        let topics = new.topics.iter().enumerate();
        let topics: Vec<_> = topics
            .map(|(i, topic)| {
                (
                    listing_topic::listing.eq(id),
                    listing_topic::position.eq(position(i)),
                    listing_topic::topic.eq(topic.as_str()),
                )
            })
            .collect();
        diesel::insert_into(listing_topic::table)
            .values(&topics)
            .execute(self.connection)
            .await?;
        let areas = new.coverage.iter().flat_map(|coverage| &coverage.areas);
        let areas: Vec<_> = areas
            .map(|area| {
                (
                    listing_coverage::listing.eq(id),
                    listing_coverage::area.eq(area.as_str()),
                )
            })
            .collect();
        diesel::insert_into(listing_coverage::table)
            .values(&areas)
            .execute(self.connection)
            .await?;
        self.put_links(id, new).await?;
        self.put_sources(id, new).await
    }

    async fn put_links(&mut self, id: Uuid, new: &Listing) -> Result<(), StoreError> {
        let links = new.links.iter().enumerate();
        let links: Vec<_> = links
            .map(|(i, given)| {
                (
                    link::listing.eq(id),
                    link::position.eq(position(i)),
                    link::rel.eq(given.rel.as_str()),
                    link::url.eq(&given.url),
                    link::language.eq(given.language.as_ref().map(|language| language.as_str())),
                )
            })
            .collect();
        diesel::insert_into(link::table)
            .values(&links)
            .execute(self.connection)
            .await?;
        Ok(())
    }

    async fn put_sources(&mut self, id: Uuid, new: &Listing) -> Result<(), StoreError> {
        let sources = new.sources.iter().enumerate();
        let sources: Vec<_> = sources
            .map(|(i, of)| SourceInsert {
                name: &of.name,
                external_id: &of.external_id,
                listing: id,
                position: position(i),
                url: of.url.as_deref(),
                licence: &of.licence,
                retrieved_on: of.retrieved_on.to_diesel(),
                confirmed_on: of.confirmed_on.map(ToDiesel::to_diesel),
                evidence: of.evidence.as_deref(),
            })
            .collect();
        diesel::insert_into(source::table)
            .values(&sources)
            .execute(self.connection)
            .await?;
        Ok(())
    }

    async fn drop_children(&mut self, id: Uuid) -> Result<(), StoreError> {
        let connection = &mut *self.connection;
        diesel::delete(place::table.filter(place::listing.eq(id)))
            .execute(connection)
            .await?;
        diesel::delete(contact::table.filter(contact::listing.eq(id)))
            .execute(connection)
            .await?;
        diesel::delete(link::table.filter(link::listing.eq(id)))
            .execute(connection)
            .await?;
        diesel::delete(source::table.filter(source::listing.eq(id)))
            .execute(connection)
            .await?;
        let topics = listing_topic::table.filter(listing_topic::listing.eq(id));
        diesel::delete(topics).execute(connection).await?;
        let areas = listing_coverage::table.filter(listing_coverage::listing.eq(id));
        diesel::delete(areas).execute(connection).await?;
        Ok(())
    }
}
