//! A listing: anything that the directory publishes and a searcher can find.

use uuid::Uuid;

use super::{
    change::Subject,
    confirmation::Confirmation,
    confirmed::Confirmed,
    contact::Contact,
    details::{Helpline, Hub, Organisation, SupportGroup},
    language::Language,
    offer::{Access, AgeRange, Audience, Cost, Delivery, Intake, Link, Status},
    place::{Coverage, Place},
    slug::Slug,
    source::Source,
    text::LocalisedText,
};

enumeration! {
    /// The kinds of listings.
    Kind {
        Organisation = "organisation",
        Hub = "hub",
        SupportGroup = "support_group",
        Helpline = "helpline",
    }
}

impl Kind {
    /// The kind's name in URLs.
    #[must_use]
    pub fn plural(self) -> &'static str {
        match self {
            Self::Organisation => "organisations",
            Self::Hub => "hubs",
            Self::SupportGroup => "support-groups",
            Self::Helpline => "helplines",
        }
    }

    /// The kind as the change log names it.
    #[must_use]
    pub fn subject(self) -> Subject {
        match self {
            Self::Organisation => Subject::Organisation,
            Self::Hub => Subject::Hub,
            Self::SupportGroup => Subject::SupportGroup,
            Self::Helpline => Subject::Helpline,
        }
    }
}

/// Another listing, named by its slug as typed or by its id once it is found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reference {
    Id(Uuid),
    Slug(Kind, Slug),
}

impl Reference {
    /// The id, where it is known.
    #[must_use]
    pub fn id(&self) -> Option<Uuid> {
        match self {
            Self::Id(id) => Some(*id),
            Self::Slug(..) => None,
        }
    }
}

/// What only this kind has.
#[derive(Clone, Debug, PartialEq)]
pub enum Details {
    Organisation(Organisation),
    Hub(Hub),
    SupportGroup(SupportGroup),
    Helpline(Helpline),
}

/// A whole, valid listing; what is absent or empty is unknown.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    pub slug: Slug,
    pub name: LocalisedText,
    pub also_known_as: Vec<String>,
    pub summary: LocalisedText,
    pub description: Option<LocalisedText>,
    /// Who provides it.
    pub organisation: Option<Reference>,
    pub topics: Vec<Slug>,
    /// Languages in which help is given.
    pub spoken: Vec<Language>,
    pub audience: Vec<Audience>,
    pub age: Option<AgeRange>,
    pub delivery: Vec<Delivery>,
    pub places: Vec<Place>,
    pub coverage: Option<Coverage>,
    pub contacts: Vec<Contact>,
    pub links: Vec<Link>,
    pub intake: Option<Intake>,
    pub access: Vec<Access>,
    pub cost: Option<Cost>,
    pub status: Option<Status>,
    pub sources: Vec<Source>,
    /// What was confirmed by itself since the whole was.
    pub confirmed: Vec<Confirmed>,
    pub details: Details,
}

impl Listing {
    /// The listing's kind, which is that of its details.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.details {
            Details::Organisation(_) => Kind::Organisation,
            Details::Hub(_) => Kind::Hub,
            Details::SupportGroup(_) => Kind::SupportGroup,
            Details::Helpline(_) => Kind::Helpline,
        }
    }

    /// When the listing was last confirmed.
    #[must_use]
    pub fn confirmation(&self) -> Confirmation {
        Confirmation::of(self.kind(), &self.sources)
    }

    /// Every other listing that this one names.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        let of_details = match &self.details {
            Details::Hub(hub) => hub.part_of.as_slice(),
            Details::SupportGroup(group) => group.refers_to.as_slice(),
            Details::Organisation(_) | Details::Helpline(_) => &[],
        };
        self.organisation.as_slice().iter().chain(of_details)
    }

    /// As `references`, to be changed.
    pub fn references_mut(&mut self) -> impl Iterator<Item = &mut Reference> {
        let of_details = match &mut self.details {
            Details::Hub(hub) => hub.part_of.as_mut_slice(),
            Details::SupportGroup(group) => group.refers_to.as_mut_slice(),
            Details::Organisation(_) | Details::Helpline(_) => &mut [],
        };
        self.organisation
            .as_mut_slice()
            .iter_mut()
            .chain(of_details)
    }

    /// The listing as strangers may see it: confidential places without street and point, no contacts kept for
    /// staff nor what was confirmed of them, no join link of a group that one cannot simply join. The only way to a public form.
    #[must_use]
    pub fn redacted(mut self) -> Self {
        self.places = self.places.into_iter().map(Place::redacted).collect();
        self.contacts.retain(|contact| contact.public);
        if let Details::SupportGroup(group) = self.details {
            self.details = Details::SupportGroup(group.redacted());
        }
        let mut confirmed = std::mem::take(&mut self.confirmed);
        confirmed.retain(|one| one.field.pointer(&self).is_some());
        self.confirmed = confirmed;
        self
    }
}
