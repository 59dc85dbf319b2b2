//! The parts of a listing, from the wire format to the domain.

use super::{
    Contact, Cost, GroupDetails, Link, Place, Source, Status,
    read::{Origin, each, localised, qualified, unique},
};
use crate::domain::{
    contact::{self, Address},
    details,
    fault::{FaultCode, Faults},
    language::Language,
    offer,
    place::{self, Point, Precision},
    slug::Slug,
    source,
};

impl Place {
    pub(super) fn read(&self, at: &str, faults: &mut Faults) -> Option<place::Place> {
        let area = faults.require(
            &format!("{at}/area"),
            self.area.clone(),
            "the code of an area",
        );
        let point = self.point.as_ref().and_then(|given| {
            let point = faults.keep(&format!("{at}/point"), Point::new(given.lat, given.lon))?;
            Some((point, given.precision.unwrap_or(Precision::Exact)))
        });
        if self.r#virtual {
            for (field, present) in [
                ("street", self.street.is_some()),
                ("point", self.point.is_some()),
            ] {
                if present {
                    faults.add(
                        format!("{at}/{field}"),
                        FaultCode::Contradiction,
                        "nothing: the place is virtual",
                    );
                }
            }
        }
        Some(place::Place {
            id: self.id,
            name: localised(self.name.as_ref(), &format!("{at}/name"), 300, faults),
            area: area?,
            is_virtual: self.r#virtual,
            confidential: self.confidential,
            street: localised(self.street.as_ref(), &format!("{at}/street"), 400, faults),
            postal_code: self.postal_code.clone(),
            point,
            directions: localised(
                self.directions.as_ref(),
                &format!("{at}/directions"),
                1_000,
                faults,
            ),
            accessibility: unique(self.accessibility.clone()),
            hours: self
                .schedule
                .as_ref()
                .and_then(|hours| hours.read(&format!("{at}/schedule"), faults)),
        })
    }
}

impl Contact {
    pub(super) fn read(
        &self,
        at: &str,
        origin: Origin,
        faults: &mut Faults,
    ) -> Option<contact::Contact> {
        let expected = contact::Channel::expected();
        let channel = faults.require(&format!("{at}/channel"), self.channel, &expected);
        let value = faults.require(
            &format!("{at}/value"),
            self.value.as_deref(),
            "where the contact leads",
        );
        let parse = match origin {
            Origin::Typed => Address::parse,
            Origin::Stored => Address::stored,
        };
        let address = faults.keep(
            &format!("{at}/value"),
            parse(channel?, value?, self.country),
        );
        Some(contact::Contact {
            id: self.id,
            channel: channel?,
            address: address?,
            extension: self.extension.clone(),
            keyword: self.keyword.clone(),
            label: localised(self.label.as_ref(), &format!("{at}/label"), 200, faults),
            spoken: each(&self.spoken, &format!("{at}/spoken"), faults, |tag| {
                Language::parse(tag)
            }),
            hours: self
                .hours
                .as_ref()
                .and_then(|hours| hours.read(&format!("{at}/hours"), faults)),
            cost: self.cost,
            public: self.public.unwrap_or(true),
        })
    }
}

impl Link {
    pub(super) fn read(&self, at: &str, faults: &mut Faults) -> Option<offer::Link> {
        let expected = "an address that begins with https:// or http://";
        let url = contact::web_address(&self.url).ok_or(expected);
        let url = faults.keep(&format!("{at}/url"), url)?;
        let language = match &self.lang {
            Some(tag) => Some(faults.keep(&format!("{at}/lang"), Language::parse(tag))?),
            None => None,
        };
        Some(offer::Link {
            rel: self.rel,
            url,
            language,
        })
    }
}

impl Cost {
    pub(super) fn read(&self, at: &str, faults: &mut Faults) -> Option<offer::Cost> {
        let amounts = self.from.is_some() || self.to.is_some();
        if amounts && self.currency.is_none() {
            faults.add(
                format!("{at}/currency"),
                FaultCode::Required,
                "the currency of the amounts",
            );
        }
        if matches!((self.from, self.to), (Some(from), Some(to)) if from > to) {
            faults.add(
                format!("{at}/to"),
                FaultCode::Contradiction,
                "at least `from`",
            );
        }
        Some(offer::Cost {
            model: self.model,
            currency: self.currency.clone(),
            from: self.from,
            to: self.to,
            insurance: self.insurance.clone(),
            note: localised(self.note.as_ref(), &format!("{at}/note"), 1_000, faults),
        })
    }
}

impl Status {
    pub(super) fn read(&self, at: &str, faults: &mut Faults) -> Option<offer::Status> {
        if matches!((self.from, self.until), (Some(from), Some(until)) if from > until) {
            faults.add(
                format!("{at}/until"),
                FaultCode::Contradiction,
                "no day before `from`",
            );
        }
        let moved_to = match &self.moved_to {
            Some(slug) => Some(faults.keep(&format!("{at}/moved_to"), Slug::parse(slug))?),
            None => None,
        };
        Some(offer::Status {
            state: self.state,
            from: self.from,
            until: self.until,
            note: localised(self.note.as_ref(), &format!("{at}/note"), 1_000, faults),
            moved_to,
        })
    }
}

impl Source {
    pub(super) fn read(&self, at: &str, faults: &mut Faults) -> source::Source {
        if self
            .url
            .as_deref()
            .is_some_and(|url| contact::web_address(url).is_none())
        {
            faults.add(
                format!("{at}/url"),
                FaultCode::Malformed,
                "an address that begins with https:// or http://",
            );
        }
        source::Source {
            name: self.name.clone(),
            external_id: self.external_id.clone(),
            url: self.url.clone(),
            licence: self.licence.clone(),
            retrieved_on: self.retrieved_on,
            confirmed_on: self.confirmed_on,
            evidence: self.evidence.clone(),
        }
    }
}

impl GroupDetails {
    pub(super) fn read(&self, faults: &mut Faults) -> details::SupportGroup {
        let at = "/group_details";
        let join_link = self.join_link.as_deref().and_then(|link| {
            let url =
                contact::web_address(link).ok_or("an address that begins with https:// or http://");
            faults.keep(&format!("{at}/join_link"), url)
        });
        let refers_to = each(
            &self.refers_to,
            &format!("{at}/refers_to"),
            faults,
            |text| qualified(text).ok_or("kind/slug such as helpline/kaan-pete-roi, or an id"),
        );
        details::SupportGroup {
            kind: self.kind,
            timing: self.timing,
            led_by: self.led_by,
            moderated_by: self.moderated_by,
            anonymity: unique(self.anonymity.clone()),
            readable_by: self.readable_by,
            joining: self.joining,
            join_link,
            approach: unique(self.approach.clone()),
            leader_training: localised(
                self.leader_training.as_ref(),
                &format!("{at}/leader_training"),
                1_000,
                faults,
            ),
            refers_to,
        }
    }
}
