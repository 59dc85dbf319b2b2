//! The listings themselves: a function of the seed and of their number.

use super::{
    offer,
    place::{Ground, Land, Site},
    random::Random,
    words::{self, GROUP, HELPLINE, HUB, NAMES, ORGANISATION, Tongue, Word},
};
use crate::{
    domain::{
        details::{
            Anonymity, Approach, GroupKind, HubKind, Joining, Leader, Moderator, OrganisationKind,
            Readers, Timing,
        },
        listing::Kind,
        offer::{Access, Audience, Delivery, LinkRelation},
        topic::Topic,
    },
    exchange::listing::{
        Age, Coverage, FORMAT, GroupDetails, HelplineDetails, HubDetails, Link, Listing,
        OrganisationDetails,
    },
};

/// Of twenty listings one is an organisation; of ten others four are hubs, five are groups and one is a helpline.
const AN_ORGANISATION_IN: u32 = 20;
const CYCLE: u32 = 10;
const HUBS: u32 = 4;

/// Makes listings.
pub(super) struct Maker<'a> {
    listings: u32,
    seed: u64,
    organisations: u32,
    ground: &'a Ground<'a>,
    topics: &'a [Topic],
}

/// What a listing is called, drawn first: others that name it draw it again.
struct Identity<'a> {
    land: &'a Land<'a>,
    site: &'a Site<'a>,
    word: &'static Word,
    noun: &'static Word,
    slug: String,
}

impl<'a> Maker<'a> {
    pub(super) fn new(
        listings: u32,
        seed: u64,
        ground: &'a Ground<'a>,
        topics: &'a [Topic],
    ) -> Self {
        Self {
            listings,
            seed,
            organisations: listings.div_ceil(AN_ORGANISATION_IN),
            ground,
            topics,
        }
    }

    fn kind(&self, number: u32) -> Kind {
        match number.checked_sub(self.organisations).map(|at| at % CYCLE) {
            None => Kind::Organisation,
            Some(at) if at < HUBS => Kind::Hub,
            Some(at) if at < CYCLE - 1 => Kind::SupportGroup,
            Some(_) => Kind::Helpline,
        }
    }

    fn identity(&self, number: u32) -> (Random, Identity<'a>) {
        let mut random = Random::new(self.seed, u64::from(number));
        let (land, site) = self.ground.choose(&mut random);
        let word = random.pick(NAMES);
        let noun = random.pick(match self.kind(number) {
            Kind::Organisation => ORGANISATION,
            Kind::Hub => HUB,
            Kind::SupportGroup => GROUP,
            Kind::Helpline => HELPLINE,
        });
        let (seed, area) = (self.seed, site.area.code.as_str().replace('.', "-"));
        let slug = format!("{}-{}-{area}-{seed}-{number}", word.en, noun.en).to_ascii_lowercase();
        let identity = Identity {
            land,
            site,
            word,
            noun,
            slug,
        };
        (random, identity)
    }

    fn slug(&self, number: u32) -> String {
        self.identity(number).1.slug
    }

    /// The `number`th listing.
    pub(super) fn listing(&self, number: u32) -> Listing {
        let (mut random, identity) = self.identity(number);
        let random = &mut random;
        let (kind, tongues, site) = (self.kind(number), identity.land.tongues, identity.site);
        let topics: Vec<&Topic> = random.some(&self.topics.iter().collect::<Vec<_>>(), 3);
        let about = |tongue| topics.first().map_or("", |topic| named(topic, tongue));
        let name = |tongue| words::name(tongue, identity.word, identity.noun, site.name(tongue));
        let summary = |tongue| words::summary(tongue, about(tongue), site.name(tongue));
        let mut spoken = vec![
            tongues
                .first()
                .map_or("en", |tongue| tongue.tag())
                .to_owned(),
        ];
        if random.chance(40) {
            spoken.push("en".to_owned());
        }
        let mut listing = Listing {
            format: Some(FORMAT),
            kind: Some(kind),
            name: Some(words::text(tongues, name)),
            summary: Some(words::text(tongues, summary)),
            description: Some(words::text(tongues, words::description)),
            topics: topics.iter().map(|topic| topic.slug.to_string()).collect(),
            spoken,
            contacts: offer::contacts(random, &identity.slug, kind == Kind::Helpline),
            links: vec![Link {
                rel: LinkRelation::Website,
                url: format!("https://www.example.org/{}", identity.slug),
                lang: None,
            }],
            slug: Some(identity.slug.clone()),
            ..Listing::default()
        };
        self.offer(random, kind, &mut listing);
        self.details(random, number, &identity, &mut listing);
        listing.sources = vec![offer::source(random, self.seed, number)];
        listing
    }

    fn offer(&self, random: &mut Random, kind: Kind, listing: &mut Listing) {
        if kind != Kind::Organisation {
            // The organisations are the first so many.
            let organisation = random.below(self.organisations as usize);
            listing.organisation = u32::try_from(organisation).ok().map(|at| self.slug(at));
        }
        if random.chance(50) {
            listing.audience = random.some(Audience::ALL, 3);
        }
        if random.chance(40) {
            let min = *random.pick(&[10, 13, 16, 18, 60]);
            listing.age = Some(Age {
                min: Some(min),
                max: random.chance(50).then_some(min + 15),
            });
        }
        if random.chance(60) {
            listing.cost = Some(offer::cost(random));
        }
        if random.chance(40) {
            listing.intake = Some(offer::intake(random));
        }
        if random.chance(50) {
            listing.access = random.some(Access::ALL, 2);
        }
    }

    fn details(
        &self,
        random: &mut Random,
        number: u32,
        identity: &Identity<'_>,
        listing: &mut Listing,
    ) {
        let Identity { land, site, .. } = identity;
        let mut at = site.place(random, land.tongues);
        match self.kind(number) {
            Kind::Organisation => {
                listing.organisation_details = Some(OrganisationDetails {
                    kind: *random.pick(OrganisationKind::ALL),
                    legal_form: random.chance(80).then_some(true),
                    founded: i16::try_from(1960 + random.below(60)).ok(),
                });
            }
            Kind::Hub => {
                at.schedule = random.chance(70).then(|| offer::hours(random, site.zone));
                listing.delivery = vec![Delivery::InPerson];
                listing.hub_details = Some(HubDetails {
                    kind: *random.pick(&[
                        HubKind::DropIn,
                        HubKind::Clinic,
                        HubKind::CounsellingCentre,
                        HubKind::CommunityCentre,
                    ]),
                    part_of: self.larger_hub(random, number),
                });
                if random.chance(10) {
                    listing.places.push(site.place(random, land.tongues));
                }
            }
            Kind::SupportGroup => {
                let group = self.group(random);
                let online = matches!(
                    group.kind,
                    GroupKind::Forum | GroupKind::PeerChat | GroupKind::VirtualMeeting
                );
                if online {
                    at = site.online(land);
                }
                at.schedule = (group.timing == Some(Timing::Live))
                    .then(|| offer::sessions(random, site.zone));
                listing.delivery = vec![if online {
                    Delivery::Online
                } else {
                    Delivery::InPerson
                }];
                listing.group_details = Some(group);
            }
            Kind::Helpline => {
                at = site.online(land);
                listing.delivery = vec![Delivery::Phone];
                listing.coverage = Some(Coverage {
                    everywhere: false,
                    areas: vec![land.country.clone()],
                });
                if let Some(line) = listing.contacts.first_mut() {
                    line.hours = Some(offer::hours(random, site.zone));
                }
                listing.helpline_details = Some(HelplineDetails {
                    crisis: false,
                    national: false,
                    answered_by: Some(*random.pick(Leader::ALL)),
                });
            }
        }
        listing.places.insert(0, at);
    }

    /// For some hubs one that comes before them, so that no two are part of each other.
    fn larger_hub(&self, random: &mut Random, number: u32) -> Option<String> {
        let cycles = number.checked_sub(self.organisations)? / CYCLE;
        if cycles == 0 || !random.chance(10) {
            return None;
        }
        let cycle = u32::try_from(random.below(cycles as usize)).ok()?;
        Some(self.slug(self.organisations + cycle * CYCLE))
    }

    /// Any helpline of the file, where there is one.
    fn helpline(&self, random: &mut Random) -> Option<String> {
        let cycles = self.listings.checked_sub(self.organisations)? / CYCLE;
        if cycles == 0 {
            return None;
        }
        let cycle = u32::try_from(random.below(cycles as usize)).ok()?;
        Some(self.slug(self.organisations + cycle * CYCLE + CYCLE - 1))
    }

    fn group(&self, random: &mut Random) -> GroupDetails {
        let kind = *random.pick(GroupKind::ALL);
        let (timing, led_by) = match kind {
            GroupKind::TherapistLed => (Timing::Live, Some(Leader::Professional)),
            GroupKind::PeerLed => (Timing::Live, Some(Leader::Peer)),
            GroupKind::Forum | GroupKind::SocialMedia => (Timing::Anytime, None),
            _ => (
                Timing::Live,
                random.chance(60).then_some(Leader::TrainedVolunteer),
            ),
        };
        let joining = *random.pick(Joining::ALL);
        let referral = random.chance(30).then(|| self.helpline(random)).flatten();
        GroupDetails {
            kind,
            timing: Some(timing),
            led_by,
            moderated_by: random.chance(50).then(|| *random.pick(Moderator::ALL)),
            anonymity: random.some(Anonymity::ALL, 2),
            readable_by: random.chance(50).then(|| *random.pick(Readers::ALL)),
            joining: Some(joining),
            join_link: random
                .chance(30)
                .then(|| "https://www.example.org/join".to_owned()),
            approach: random.some(Approach::ALL, 2),
            leader_training: None,
            refers_to: referral
                .map(|slug| format!("{}/{slug}", Kind::Helpline))
                .into_iter()
                .collect(),
        }
    }
}

fn named(topic: &Topic, tongue: Tongue) -> &str {
    let of = |tag: &str| {
        let name = topic
            .names
            .iter()
            .find(|name| name.language.as_str() == tag);
        name.map(|name| name.text.as_ref())
    };
    let named = of(tongue.tag()).or_else(|| of("en"));
    named.unwrap_or(topic.slug.as_str())
}
