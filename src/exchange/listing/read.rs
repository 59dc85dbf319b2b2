//! From the wire format to a whole, valid listing of the domain, or all that is wrong with it.

use uuid::Uuid;
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

use super::{FORMAT, Listing, text};
use crate::domain::{
    confirmed::{Confirmed, Field},
    details,
    fault::{Fault, FaultCode, Faults},
    language::Language,
    listing::{self, Details, Kind, Reference},
    offer, place,
    slug::Slug,
    text::LocalisedText,
};

impl Listing {
    /// The listing that this describes. Slugs of other listings are kept as typed: whether they exist is for the
    /// store to say.
    pub fn parse(&self) -> Result<listing::Listing, Vec<Fault>> {
        let mut faults = Faults::default();
        if let Err(errors) = self.validate() {
            collect(&errors, "", &mut faults);
        }
        finish(self.read(Origin::Typed, &mut faults), faults)
    }

    /// As `parse`, for what was parsed before it was stored: bounds are not measured again.
    pub(super) fn parse_stored(&self) -> Result<listing::Listing, Vec<Fault>> {
        let mut faults = Faults::default();
        finish(self.read(Origin::Stored, &mut faults), faults)
    }

    fn read(&self, origin: Origin, faults: &mut Faults) -> Option<listing::Listing> {
        if self.format.is_some_and(|format| format != FORMAT) {
            faults.add("/format", FaultCode::Unknown, format!("{FORMAT}"));
        }
        let slug = faults.require("/slug", self.slug.as_deref(), "a name for URLs");
        let slug = slug.and_then(|slug| faults.keep("/slug", Slug::parse(slug)));
        // It would be taken for the id of a listing, and those of merged ones lead on.
        if slug
            .as_ref()
            .is_some_and(|slug| Uuid::parse_str(slug.as_str()).is_ok())
        {
            faults.add("/slug", FaultCode::Malformed, "a name for URLs, not an id");
        }
        let name = faults.require("/name", self.name.as_ref(), "a name");
        let name = name.and_then(|name| name.read("/name", 300, faults));
        let summary = faults.require("/summary", self.summary.as_ref(), "one or two sentences");
        let summary = summary.and_then(|summary| summary.read("/summary", 600, faults));
        let description = localised(
            self.description.as_ref(),
            "/description",
            text::LONGEST,
            faults,
        );
        let topics = each(&self.topics, "/topics", faults, Slug::parse);
        let spoken = each(&self.spoken, "/spoken", faults, Language::parse);
        let organisation = reference(
            self.organisation.as_deref(),
            "/organisation",
            Kind::Organisation,
            faults,
        );
        let places: Vec<_> = self
            .places
            .iter()
            .enumerate()
            .filter_map(|(i, p)| p.read(&format!("/places/{i}"), faults))
            .collect();
        let contacts: Vec<_> = self
            .contacts
            .iter()
            .enumerate()
            .filter_map(|(i, c)| c.read(&format!("/contacts/{i}"), origin, faults))
            .collect();
        let links: Vec<_> = self
            .links
            .iter()
            .enumerate()
            .filter_map(|(i, l)| l.read(&format!("/links/{i}"), faults))
            .collect();
        let details = self.details(faults);
        let also_known_as = trimmed(&self.also_known_as, faults);
        let age = self.age(faults);
        let cost = self
            .cost
            .as_ref()
            .and_then(|cost| cost.read("/cost", faults));
        let status = self
            .status
            .as_ref()
            .and_then(|status| status.read("/status", faults));
        let sources = (self.sources.iter().enumerate())
            .map(|(i, s)| s.read(&format!("/sources/{i}"), faults));
        let sources = sources.collect();
        let confirmed = self.confirmed(faults);
        let listing = listing::Listing {
            slug: slug?,
            name: name?,
            also_known_as,
            summary: summary?,
            description,
            organisation,
            topics: unique(topics),
            spoken: unique(spoken),
            audience: unique(self.audience.clone()),
            age,
            delivery: unique(self.delivery.clone()),
            places,
            coverage: self.coverage.as_ref().map(|coverage| place::Coverage {
                everywhere: coverage.everywhere,
                areas: unique(coverage.areas.clone()),
            }),
            contacts,
            links,
            intake: self.intake.as_ref().map(|intake| offer::Intake {
                state: intake.state,
                as_of: intake.as_of,
                wait_days: intake.wait_days,
            }),
            access: unique(self.access.clone()),
            cost,
            status,
            sources,
            confirmed,
            details: details?,
        };
        Some(listing)
    }

    /// The details of the kind; those of another kind are a contradiction.
    fn details(&self, faults: &mut Faults) -> Option<Details> {
        let kind = faults.require("/kind", self.kind, &Kind::expected())?;
        let given = [
            (
                Kind::Organisation,
                "/organisation_details",
                self.organisation_details.is_some(),
            ),
            (Kind::Hub, "/hub_details", self.hub_details.is_some()),
            (
                Kind::SupportGroup,
                "/group_details",
                self.group_details.is_some(),
            ),
            (
                Kind::Helpline,
                "/helpline_details",
                self.helpline_details.is_some(),
            ),
        ];
        for (of, pointer, present) in given {
            if of == kind && !present {
                faults.add(
                    pointer,
                    FaultCode::Required,
                    format!("the details of a listing of kind {kind}"),
                );
            } else if of != kind && present {
                faults.add(
                    pointer,
                    FaultCode::Contradiction,
                    format!("nothing: the listing is of kind {kind}"),
                );
            }
        }
        match kind {
            Kind::Organisation => {
                let given = self.organisation_details.as_ref()?;
                let (kind, legal_form, founded) = (given.kind, given.legal_form, given.founded);
                Some(Details::Organisation(details::Organisation {
                    kind,
                    legal_form,
                    founded,
                }))
            }
            Kind::Hub => {
                let given = self.hub_details.as_ref()?;
                let part_of = reference(
                    given.part_of.as_deref(),
                    "/hub_details/part_of",
                    Kind::Hub,
                    faults,
                );
                Some(Details::Hub(details::Hub {
                    kind: given.kind,
                    part_of,
                }))
            }
            Kind::SupportGroup => {
                let group = self.group_details.as_ref()?.read(faults);
                group.check(&self.delivery, "/group_details", faults);
                Some(Details::SupportGroup(group))
            }
            Kind::Helpline => {
                let given = self.helpline_details.as_ref()?;
                let (crisis, national, answered_by) =
                    (given.crisis, given.national, given.answered_by);
                Some(Details::Helpline(details::Helpline {
                    crisis,
                    national,
                    answered_by,
                }))
            }
        }
    }

    fn confirmed(&self, faults: &mut Faults) -> Vec<Confirmed> {
        let read = |(i, given): (usize, &super::ConfirmedField)| {
            let field = Field::parse(&given.field);
            if field.is_none() {
                let at = format!("/confirmed/{i}/field");
                faults.add(at, FaultCode::Unknown, Field::EXPECTED);
            }
            Some(Confirmed {
                field: field?,
                on: given.on,
            })
        };
        self.confirmed.iter().enumerate().filter_map(read).collect()
    }

    fn age(&self, faults: &mut Faults) -> Option<offer::AgeRange> {
        let age = self.age.as_ref()?;
        if matches!((age.min, age.max), (Some(min), Some(max)) if min > max) {
            faults.add("/age/max", FaultCode::Contradiction, "at least `min`");
        }
        (age.min.is_some() || age.max.is_some()).then_some(offer::AgeRange {
            min: age.min,
            max: age.max,
        })
    }
}

/// Where a listing comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// From outside; nothing is known of it.
    Typed,
    /// From our own store, in canonical form.
    Stored,
}

fn finish(
    listing: Option<listing::Listing>,
    faults: Faults,
) -> Result<listing::Listing, Vec<Fault>> {
    match listing {
        Some(listing) if faults.is_empty() => Ok(listing),
        _ => Err(faults.0),
    }
}

pub(super) fn qualified(text: &str) -> Option<Reference> {
    if let Ok(id) = Uuid::parse_str(text) {
        return Some(Reference::Id(id));
    }
    let (kind, slug) = text.split_once('/')?;
    Some(Reference::Slug(Kind::parse(kind)?, Slug::parse(slug).ok()?))
}

fn reference(text: Option<&str>, at: &str, kind: Kind, faults: &mut Faults) -> Option<Reference> {
    let text = text?;
    if let Ok(id) = Uuid::parse_str(text) {
        return Some(Reference::Id(id));
    }
    Some(Reference::Slug(kind, faults.keep(at, Slug::parse(text))?))
}

pub(super) fn localised(
    text: Option<&super::LocalisedText>,
    at: &str,
    most: usize,
    faults: &mut Faults,
) -> Option<LocalisedText> {
    text.and_then(|text| text.read(at, most, faults))
}

pub(super) fn each<T, E: std::fmt::Display>(
    texts: &[String],
    at: &str,
    faults: &mut Faults,
    read: impl Fn(&str) -> Result<T, E>,
) -> Vec<T> {
    texts
        .iter()
        .enumerate()
        .filter_map(|(i, text)| faults.keep(&format!("{at}/{i}"), read(text)))
        .collect()
}

fn trimmed(names: &[String], faults: &mut Faults) -> Vec<String> {
    for (i, name) in names.iter().enumerate() {
        if name.trim().is_empty()
            || name.chars().count() > 200
            || name.chars().any(char::is_control)
        {
            faults.add(
                format!("/also_known_as/{i}"),
                FaultCode::Malformed,
                "a name of 1 to 200 characters",
            );
        }
    }
    unique(names.iter().map(|name| name.trim().to_owned()).collect())
}

/// Each value once, at its first place.
pub(super) fn unique<T: PartialEq>(values: Vec<T>) -> Vec<T> {
    let mut kept = Vec::with_capacity(values.len());
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}

/// What `validator` found, by JSON Pointer.
fn collect(errors: &ValidationErrors, at: &str, faults: &mut Faults) {
    for (field, kind) in errors.errors() {
        let here = format!("{at}/{}", field.trim_start_matches("r#"));
        match kind {
            ValidationErrorsKind::Field(found) => {
                for error in found {
                    let expected = error.message.clone().unwrap_or_else(|| error.code.clone());
                    let code = if error.code == "range" {
                        FaultCode::OutOfRange
                    } else {
                        FaultCode::TooLong
                    };
                    faults.add(&here, code, expected);
                }
            }
            ValidationErrorsKind::Struct(inner) => collect(inner, &here, faults),
            ValidationErrorsKind::List(items) => {
                for (index, inner) in items {
                    collect(inner, &format!("{here}/{index}"), faults);
                }
            }
        }
    }
}
