//! Single values of a listing that somebody confirmed apart from the whole.
//!
//! Contacts and places are named by their ids, which hold while others come and go.

use std::fmt;

use jiff::civil::Date;
use uuid::Uuid;

use super::listing::{Details, Listing};

enumeration! {
    /// A value of which a listing has one.
    SingleValue {
        Name = "name",
        Summary = "summary",
        Description = "description",
        Topics = "topics",
        Spoken = "spoken",
        Audience = "audience",
        Age = "age",
        Delivery = "delivery",
        Coverage = "coverage",
        Links = "links",
        Intake = "intake",
        Access = "access",
        Cost = "cost",
        Status = "status",
        /// How one joins a support group.
        Joining = "joining",
    }
}

/// What can be confirmed by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    Value(SingleValue),
    Contact(Uuid),
    /// When the contact is answered.
    ContactHours(Uuid),
    Place(Uuid),
    /// When the place is open, or people meet there.
    PlaceHours(Uuid),
}

/// A value and the latest day on which somebody said that it is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmed {
    pub field: Field,
    pub on: Date,
}

impl Field {
    /// What may be written, for a problem's `expected`.
    pub const EXPECTED: &'static str = "a value such as cost, contacts/{id}, contacts/{id}/hours, places/{id} or places/{id}/hours";

    /// Reads what `Display` writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut steps = text.split('/');
        let (first, id, last) = (steps.next()?, steps.next(), steps.next());
        let id = match id {
            None => return SingleValue::parse(first).map(Self::Value),
            Some(id) => Uuid::parse_str(id).ok()?,
        };
        match (first, last, steps.next()) {
            ("contacts", None, None) => Some(Self::Contact(id)),
            ("contacts", Some("hours"), None) => Some(Self::ContactHours(id)),
            ("places", None, None) => Some(Self::Place(id)),
            ("places", Some("hours"), None) => Some(Self::PlaceHours(id)),
            _ => None,
        }
    }

    /// Where the listing has it, as a JSON Pointer into the answer that shows the listing; `None` where it has no such
    /// value.
    #[must_use]
    pub fn pointer(self, listing: &Listing) -> Option<String> {
        let contact = |id| {
            let mut contacts = listing.contacts.iter().enumerate();
            contacts.find(|(_, contact)| contact.id == Some(id))
        };
        let place = |id| {
            let mut places = listing.places.iter().enumerate();
            places.find(|(_, place)| place.id == Some(id))
        };
        match self {
            Self::Value(value) => value.is_in(listing).then(|| match value {
                SingleValue::Joining => "/group_details/joining".to_owned(),
                _ => format!("/{value}"),
            }),
            Self::Contact(id) => contact(id).map(|(at, _)| format!("/contacts/{at}")),
            Self::ContactHours(id) => {
                let (at, _) = contact(id).filter(|(_, contact)| contact.hours.is_some())?;
                Some(format!("/contacts/{at}/hours"))
            }
            Self::Place(id) => place(id).map(|(at, _)| format!("/places/{at}")),
            Self::PlaceHours(id) => {
                let (at, _) = place(id).filter(|(_, place)| place.hours.is_some())?;
                Some(format!("/places/{at}/hours"))
            }
        }
    }
}

impl SingleValue {
    fn is_in(self, listing: &Listing) -> bool {
        match self {
            Self::Name | Self::Summary => true,
            Self::Description => listing.description.is_some(),
            Self::Topics => !listing.topics.is_empty(),
            Self::Spoken => !listing.spoken.is_empty(),
            Self::Audience => !listing.audience.is_empty(),
            Self::Age => listing.age.is_some(),
            Self::Delivery => !listing.delivery.is_empty(),
            Self::Coverage => listing.coverage.is_some(),
            Self::Links => !listing.links.is_empty(),
            Self::Intake => listing.intake.is_some(),
            Self::Access => !listing.access.is_empty(),
            Self::Cost => listing.cost.is_some(),
            Self::Status => listing.status.is_some(),
            Self::Joining => match &listing.details {
                Details::SupportGroup(group) => group.joining.is_some(),
                _ => false,
            },
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(f, "{value}"),
            Self::Contact(id) => write!(f, "contacts/{id}"),
            Self::ContactHours(id) => write!(f, "contacts/{id}/hours"),
            Self::Place(id) => write!(f, "places/{id}"),
            Self::PlaceHours(id) => write!(f, "places/{id}/hours"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_read_as_it_is_written() {
        let id = Uuid::from_u128(7);
        let parts = [
            Field::Contact(id),
            Field::ContactHours(id),
            Field::Place(id),
            Field::PlaceHours(id),
        ];
        let values = SingleValue::ALL.iter().map(|value| Field::Value(*value));
        for field in values.chain(parts) {
            assert_eq!(Field::parse(&field.to_string()), Some(field));
        }
        for other in ["", "contacts", "contacts/0", "cost/from", "places/0/hours"] {
            assert_eq!(Field::parse(other), None, "{other}");
        }
        assert_eq!(Field::parse(&format!("contacts/{id}/hours/0")), None);
    }
}
