//! Where made-up listings are: around the centres of real areas, most of them in big cities.

use std::collections::HashMap;

use super::{
    random::Random,
    words::{self, NAMES, Tongue},
};
use crate::{
    cli::Failure,
    domain::area::{Area, AreaCode},
    domain::place::{Accessibility, Precision},
    exchange::listing::{Place, Point},
};

/// Countries with their shares in a hundred and the languages in which their listings are written, the first of which is
/// the source.
const COUNTRIES: &[(&str, usize, &[Tongue])] = &[
    ("BD", 32, &[Tongue::Bengali, Tongue::English]),
    ("CN", 28, &[Tongue::Simplified, Tongue::English]),
    ("ID", 30, &[Tongue::Indonesian, Tongue::English]),
    ("HK", 5, &[Tongue::Traditional, Tongue::English]),
    ("TW", 5, &[Tongue::Traditional]),
];

/// Big cities; every second listing of a country with some is in one of them. Named twice, twice as many.
const CITIES: &[&str] = &[
    "bd-dhaka",
    "bd-dhaka",
    "bd-dhaka",
    "bd-chattogram",
    "bd-khulna",
    "bd-sylhet",
    "bd-rajshahi",
    "bd-gazipur",
    "cn-11",
    "cn-31",
    "cn-4401",
    "cn-4403",
    "cn-4403",
    "cn-5101",
    "cn-4201",
    "cn-50",
    "cn-12",
    "id-31",
    "id-31",
    "id-31",
    "id-35.78",
    "id-32.73",
    "id-12.71",
    "id-33.74",
    "tw-taipei",
    "tw-new-taipei",
    "tw-kaohsiung",
];

/// Metres of a degree of latitude.
const DEGREE_M: f64 = 111_195.0;

/// An area around whose centre listings can be.
pub(super) struct Site<'a> {
    pub(super) area: &'a Area,
    pub(super) zone: &'a str,
    lat: f64,
    lon: f64,
    city: bool,
}

/// The sites of a country.
pub(super) struct Land<'a> {
    share: usize,
    pub(super) country: AreaCode,
    pub(super) tongues: &'static [Tongue],
    sites: Vec<Site<'a>>,
    cities: Vec<usize>,
}

/// All of them.
pub(super) struct Ground<'a> {
    lands: Vec<Land<'a>>,
}

impl<'a> Ground<'a> {
    pub(super) fn new(areas: &'a [Area]) -> Result<Self, Failure> {
        let zones: HashMap<&AreaCode, &str> = areas
            .iter()
            .filter_map(|area| Some((&area.code, area.time_zone.as_deref()?)))
            .collect();
        let mut lands = Vec::new();
        for (country, share, tongues) in COUNTRIES {
            let code = AreaCode::parse(&country.to_ascii_lowercase())?;
            let own_zone = zones.get(&code).copied().unwrap_or("Etc/UTC");
            let own = areas
                .iter()
                .filter(|area| area.country.as_str() == *country && area.parent.is_some());
            let mut sites = Vec::new();
            let mut cities = Vec::new();
            for area in own {
                let Some(centre) = area.centroid else {
                    continue;
                };
                let times = CITIES.iter().filter(|city| **city == area.code.as_str());
                let times = times.count();
                cities.extend(std::iter::repeat_n(sites.len(), times));
                sites.push(Site {
                    area,
                    zone: area.time_zone.as_deref().unwrap_or(own_zone),
                    lat: centre.lat,
                    lon: centre.lon,
                    city: times > 0,
                });
            }
            if sites.is_empty() {
                return Err(Failure::new(format!("no area of {country} has a centre")));
            }
            lands.push(Land {
                share: *share,
                country: code,
                tongues,
                sites,
                cities,
            });
        }
        Ok(Self { lands })
    }

    /// A country and a site in it.
    pub(super) fn choose(&self, random: &mut Random) -> (&Land<'a>, &Site<'a>) {
        let mut at = random.below(self.lands.iter().map(|land| land.share).sum());
        let mut chosen = &self.lands[0];
        for land in &self.lands {
            chosen = land;
            if at < land.share {
                break;
            }
            at -= land.share;
        }
        let in_city = random.chance(50) && !chosen.cities.is_empty();
        let site = if in_city {
            *random.pick(&chosen.cities)
        } else {
            random.below(chosen.sites.len())
        };
        (chosen, &chosen.sites[site])
    }
}

impl Site<'_> {
    /// The area's name in a language, else in English, else in any.
    pub(super) fn name(&self, tongue: Tongue) -> &str {
        let names = &self.area.names;
        let of = |tag: &str| {
            let named = names
                .iter()
                .find(|name| name.language.as_str() == tag && !name.old);
            named.map(|name| name.text.as_ref())
        };
        of(tongue.tag())
            .or_else(|| of("en"))
            .or_else(|| names.first().map(|name| name.text.as_ref()))
            .unwrap_or(self.area.code.as_str())
    }

    /// A place with an address, somewhere around the centre; a few are confidential.
    pub(super) fn place(&self, random: &mut Random, tongues: &[Tongue]) -> Place {
        let spread = if self.city { 4_000.0 } else { 9_000.0 };
        let lat = self.lat + random.bell() * spread / DEGREE_M;
        // Near enough to a degree of longitude where people live, and the same on every machine.
        let lon = self.lon + random.bell() * spread / DEGREE_M;
        let round = |degrees: f64| (degrees * 100_000.0).round() / 100_000.0;
        let (word, number) = (random.pick(NAMES), 1 + random.below(300));
        Place {
            area: Some(self.area.code.clone()),
            confidential: random.chance(3),
            street: Some(words::text(tongues, |tongue| {
                words::street(tongue, word, number)
            })),
            point: Some(Point {
                lat: round(lat),
                lon: round(lon),
                precision: Some(Precision::Street),
            }),
            accessibility: if random.chance(40) {
                random.some(Accessibility::ALL, 3)
            } else {
                Vec::new()
            },
            ..Place::default()
        }
    }

    /// No address: a region from which one may take part.
    pub(super) fn online(&self, land: &Land<'_>) -> Place {
        Place {
            area: Some(land.country.clone()),
            r#virtual: true,
            ..Place::default()
        }
    }
}
