//! The rows below listings: places, contacts, links, sources, topics, coverage. They are written anew each time; which
//! place and contact is which, `identity` says.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use serde_json::Value;
use uuid::Uuid;

use super::{
    WriteTx,
    row::{hours, text},
    write::{ROWS, Writing},
};
use crate::{
    domain::{
        contact::{Address, Contact},
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
    /// Writes all rows below the listings anew.
    pub(super) async fn put_children(&mut self, writings: &[Writing]) -> Result<(), StoreError> {
        let there = Self::existing_of(writings);
        if !there.is_empty() {
            self.drop_children(&there).await?;
        }
        let places = each(writings, |writing| &writing.listing.places);
        let places: Vec<_> = places
            .map(|(id, i, place)| place_row(id, i, place))
            .collect();
        for rows in places.chunks(ROWS) {
            diesel::insert_into(place::table)
                .values(rows)
                .execute(self.connection)
                .await?;
        }
        let contacts = each(writings, |writing| &writing.listing.contacts);
        let contacts: Vec<_> = contacts
            .map(|(id, i, contact)| contact_row(id, i, contact))
            .collect();
        for rows in contacts.chunks(ROWS) {
            diesel::insert_into(contact::table)
                .values(rows)
                .execute(self.connection)
                .await?;
        }
        self.put_topic_links(writings).await?;
        self.put_coverage(writings).await?;
        self.put_links(writings).await?;
        self.put_sources(writings).await
    }

    async fn put_topic_links(&mut self, writings: &[Writing]) -> Result<(), StoreError> {
        let topics = each(writings, |writing| &writing.listing.topics);
        let topics: Vec<_> = topics
            .map(|(id, i, topic)| {
                (
                    listing_topic::listing.eq(id),
                    listing_topic::position.eq(position(i)),
                    listing_topic::topic.eq(topic.as_str()),
                )
            })
            .collect();
        for rows in topics.chunks(ROWS) {
            diesel::insert_into(listing_topic::table)
                .values(rows)
                .execute(self.connection)
                .await?;
        }
        Ok(())
    }

    async fn put_coverage(&mut self, writings: &[Writing]) -> Result<(), StoreError> {
        let areas = writings.iter().flat_map(|writing| {
            let coverage = writing.listing.coverage.iter();
            let areas = coverage.flat_map(|coverage| &coverage.areas);
            areas.map(|area| {
                (
                    listing_coverage::listing.eq(writing.id),
                    listing_coverage::area.eq(area.as_str()),
                )
            })
        });
        let areas: Vec<_> = areas.collect();
        for rows in areas.chunks(ROWS) {
            diesel::insert_into(listing_coverage::table)
                .values(rows)
                .execute(self.connection)
                .await?;
        }
        Ok(())
    }

    async fn put_links(&mut self, writings: &[Writing]) -> Result<(), StoreError> {
        let links = each(writings, |writing| &writing.listing.links);
        let links: Vec<_> = links
            .map(|(id, i, given)| {
                (
                    link::listing.eq(id),
                    link::position.eq(position(i)),
                    link::rel.eq(given.rel.as_str()),
                    link::url.eq(&given.url),
                    link::language.eq(given.language.as_ref().map(|language| language.as_str())),
                )
            })
            .collect();
        for rows in links.chunks(ROWS) {
            diesel::insert_into(link::table)
                .values(rows)
                .execute(self.connection)
                .await?;
        }
        Ok(())
    }

    async fn put_sources(&mut self, writings: &[Writing]) -> Result<(), StoreError> {
        let sources = each(writings, |writing| &writing.listing.sources);
        let sources: Vec<_> = sources
            .map(|(id, i, of)| SourceInsert {
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
        for rows in sources.chunks(ROWS) {
            diesel::insert_into(source::table)
                .values(rows)
                .execute(self.connection)
                .await?;
        }
        Ok(())
    }

    async fn drop_children(&mut self, of: &[Uuid]) -> Result<(), StoreError> {
        let connection = &mut *self.connection;
        diesel::delete(place::table.filter(place::listing.eq_any(of)))
            .execute(connection)
            .await?;
        diesel::delete(contact::table.filter(contact::listing.eq_any(of)))
            .execute(connection)
            .await?;
        diesel::delete(link::table.filter(link::listing.eq_any(of)))
            .execute(connection)
            .await?;
        diesel::delete(source::table.filter(source::listing.eq_any(of)))
            .execute(connection)
            .await?;
        let topics = listing_topic::table.filter(listing_topic::listing.eq_any(of));
        diesel::delete(topics).execute(connection).await?;
        let areas = listing_coverage::table.filter(listing_coverage::listing.eq_any(of));
        diesel::delete(areas).execute(connection).await?;
        Ok(())
    }
}

/// Every value of a list of each listing, with the listing's id and its place in the list.
fn each<'w, T: 'w>(
    writings: &'w [Writing],
    list: impl Fn(&'w Writing) -> &'w Vec<T>,
) -> impl Iterator<Item = (Uuid, usize, &'w T)> {
    writings.iter().flat_map(move |writing| {
        let values = list(writing).iter().enumerate();
        values.map(|(i, value)| (writing.id, i, value))
    })
}
