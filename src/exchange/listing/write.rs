//! From a listing of the domain to the wire format, in canonical form: numbers in E.164, other listings by id.

use super::{
    Age, ConfirmedField, Contact, Cost, Coverage, FORMAT, GroupDetails, HelplineDetails,
    HubDetails, Intake, Link, Listing, OrganisationDetails, Place, Point, Source, Status,
};
use crate::domain::{
    contact::{self, Address},
    details,
    listing::{self, Details, Reference},
    place,
};

impl From<&listing::Listing> for Listing {
    fn from(listing: &listing::Listing) -> Self {
        let mut wire = Self {
            format: Some(FORMAT),
            kind: Some(listing.kind()),
            slug: Some(listing.slug.to_string()),
            name: Some((&listing.name).into()),
            also_known_as: listing.also_known_as.clone(),
            summary: Some((&listing.summary).into()),
            description: listing.description.as_ref().map(Into::into),
            organisation: listing.organisation.as_ref().map(unqualified),
            topics: listing.topics.iter().map(ToString::to_string).collect(),
            spoken: listing.spoken.iter().map(ToString::to_string).collect(),
            audience: listing.audience.clone(),
            age: listing.age.map(|age| Age {
                min: age.min,
                max: age.max,
            }),
            delivery: listing.delivery.clone(),
            places: listing.places.iter().map(Into::into).collect(),
            coverage: listing.coverage.as_ref().map(|coverage| Coverage {
                everywhere: coverage.everywhere,
                areas: coverage.areas.clone(),
            }),
            contacts: listing.contacts.iter().map(Into::into).collect(),
            access: listing.access.clone(),
            ..Self::default()
        };
        wire.write_terms(listing);
        wire.write_details(&listing.details);
        wire
    }
}

impl Listing {
    fn write_terms(&mut self, listing: &listing::Listing) {
        self.links = listing
            .links
            .iter()
            .map(|link| Link {
                rel: link.rel,
                url: link.url.clone(),
                lang: link.language.as_ref().map(ToString::to_string),
            })
            .collect();
        self.intake = listing.intake.map(|intake| Intake {
            state: intake.state,
            as_of: intake.as_of,
            wait_days: intake.wait_days,
        });
        self.cost = listing.cost.as_ref().map(|cost| Cost {
            model: cost.model,
            currency: cost.currency.clone(),
            from: cost.from,
            to: cost.to,
            insurance: cost.insurance.clone(),
            note: cost.note.as_ref().map(Into::into),
        });
        self.status = listing.status.as_ref().map(|status| Status {
            state: status.state,
            from: status.from,
            until: status.until,
            note: status.note.as_ref().map(Into::into),
            moved_to: status.moved_to.as_ref().map(ToString::to_string),
        });
        self.confirmed = listing
            .confirmed
            .iter()
            .map(|confirmed| ConfirmedField {
                field: confirmed.field.to_string(),
                on: confirmed.on,
            })
            .collect();
        self.sources = listing
            .sources
            .iter()
            .map(|source| Source {
                name: source.name.clone(),
                external_id: source.external_id.clone(),
                url: source.url.clone(),
                licence: source.licence.clone(),
                retrieved_on: source.retrieved_on,
                confirmed_on: source.confirmed_on,
                evidence: source.evidence.clone(),
            })
            .collect();
    }

    fn write_details(&mut self, details: &Details) {
        match details {
            Details::Organisation(details::Organisation {
                kind,
                legal_form,
                founded,
            }) => {
                let (kind, legal_form, founded) = (*kind, *legal_form, *founded);
                self.organisation_details = Some(OrganisationDetails {
                    kind,
                    legal_form,
                    founded,
                });
            }
            Details::Hub(hub) => {
                let part_of = hub.part_of.as_ref().map(unqualified);
                self.hub_details = Some(HubDetails {
                    kind: hub.kind,
                    part_of,
                });
            }
            Details::SupportGroup(group) => {
                self.group_details = Some(GroupDetails {
                    kind: group.kind,
                    timing: group.timing,
                    led_by: group.led_by,
                    moderated_by: group.moderated_by,
                    anonymity: group.anonymity.clone(),
                    readable_by: group.readable_by,
                    joining: group.joining,
                    join_link: group.join_link.clone(),
                    approach: group.approach.clone(),
                    leader_training: group.leader_training.as_ref().map(Into::into),
                    refers_to: group.refers_to.iter().map(qualified).collect(),
                });
            }
            Details::Helpline(helpline) => {
                let (crisis, national, answered_by) =
                    (helpline.crisis, helpline.national, helpline.answered_by);
                self.helpline_details = Some(HelplineDetails {
                    crisis,
                    national,
                    answered_by,
                });
            }
        }
    }
}

impl From<&place::Place> for Place {
    fn from(place: &place::Place) -> Self {
        Self {
            id: place.id,
            name: place.name.as_ref().map(Into::into),
            area: Some(place.area.clone()),
            r#virtual: place.is_virtual,
            confidential: place.confidential,
            street: place.street.as_ref().map(Into::into),
            postal_code: place.postal_code.clone(),
            point: place.point.map(|(point, precision)| Point {
                lat: point.lat,
                lon: point.lon,
                precision: Some(precision),
            }),
            directions: place.directions.as_ref().map(Into::into),
            accessibility: place.accessibility.clone(),
            schedule: place.hours.as_ref().map(Into::into),
        }
    }
}

impl From<&contact::Contact> for Contact {
    fn from(contact: &contact::Contact) -> Self {
        let country = match &contact.address {
            Address::ShortCode(_, country) => Some(*country),
            _ => None,
        };
        Self {
            id: contact.id,
            channel: Some(contact.channel),
            value: Some(contact.address.value().to_owned()),
            country,
            extension: contact.extension.clone(),
            keyword: contact.keyword.clone(),
            label: contact.label.as_ref().map(Into::into),
            spoken: contact.spoken.iter().map(ToString::to_string).collect(),
            hours: contact.hours.as_ref().map(Into::into),
            cost: contact.cost,
            public: (!contact.public).then_some(false),
        }
    }
}

/// Where the kind is known from the field.
fn unqualified(reference: &Reference) -> String {
    match reference {
        Reference::Id(id) => id.to_string(),
        Reference::Slug(_, slug) => slug.to_string(),
    }
}

fn qualified(reference: &Reference) -> String {
    match reference {
        Reference::Id(id) => id.to_string(),
        Reference::Slug(kind, slug) => format!("{kind}/{slug}"),
    }
}
