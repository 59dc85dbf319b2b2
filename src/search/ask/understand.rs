//! What somebody's words say beside what is sought: a place, and how it is wanted.
//!
//! Pure: the names of areas and the phrases of intents come in as data. What is said is told by its bytes in the text,
//! so that whoever asks can be shown it; nothing here decides whether it is right, which only what is found can show.

use crate::{
    domain::{
        area::{Area, AreaCode},
        country::Country,
    },
    search::reference::{Likely, NamedPlace, Reference},
    wording::{Intents, SaidIntent},
};

/// Whose words they are, and what else is known.
#[derive(Clone, Copy)]
pub struct Asker<'a> {
    pub likely: Likely<'a>,
    /// Parts of the text that say something else already, in bytes: "chad" in a phrase of danger is no country.
    pub taken: &'a [(usize, usize)],
    /// Whether a place among the words may be one; not where another place is asked for already.
    pub place: bool,
}

/// What words say. Deliberately without `Debug`.
#[derive(Clone, Default)]
pub struct Reading {
    pub place: Option<SaidPlace>,
    pub intents: Vec<SaidIntent>,
    /// What is sought: the words without place and intents; none where nothing is left.
    pub rest: Option<String>,
    /// The words without the intents alone.
    pub without_intents: Option<String>,
}

/// A place among the words. Deliberately without `Debug`.
#[derive(Clone)]
pub struct SaidPlace {
    /// Any of them; several only where several places are named that do not lie in one another.
    pub areas: Vec<AreaCode>,
    /// Other areas of the same name, the likeliest first.
    pub alternatives: Vec<AreaCode>,
    pub countries: Vec<Country>,
    /// As it was written.
    pub said: String,
    /// Whether it is a place beyond much doubt: a district or more, or named with what it lies in. Smaller areas have
    /// names that are other places, people and things too.
    pub sure: bool,
}

type Span = (usize, usize);

/// Districts and whatever is larger, by the number of areas around them.
const DISTRICT_DEPTH: usize = 2;

/// Most areas of the same name that are told.
const MOST_ALTERNATIVES: usize = 5;

fn overlap(a: Span, b: Span) -> bool {
    a.0 < b.1 && b.0 < a.1
}

/// Whether one of `others` takes the part for itself: it overlaps and is at least as long.
fn is_taken(part: Span, others: &[Span]) -> bool {
    others
        .iter()
        .any(|other| overlap(part, *other) && other.1 - other.0 >= part.1 - part.0)
}

/// Reads `text`.
#[must_use]
pub fn read(text: &str, reference: &Reference, intents: &Intents, asker: &Asker<'_>) -> Reading {
    let topics: Vec<Span> = reference
        .vocabulary()
        .topics_of(text)
        .iter()
        .map(|topic| (topic.start, topic.end))
        .collect();
    let mut said = intents.read(text);
    said.retain(|intent| {
        let part = (intent.start, intent.end);
        let in_topic = |topic: &Span| overlap(part, *topic) && topic.1 - topic.0 > part.1 - part.0;
        !topics.iter().any(in_topic) && !asker.taken.iter().any(|taken| overlap(part, *taken))
    });
    let mentions = if asker.place {
        mentions(text, reference, asker, &topics, &mut said)
    } else {
        Vec::new()
    };
    let found = resolve(&mentions, reference);
    let of_intents: Vec<Span> = said
        .iter()
        .map(|intent| (intent.start, intent.end))
        .collect();
    let mut removed = of_intents.clone();
    let place = found.map(|found| {
        let spans = found
            .said
            .iter()
            .map(|at| (mentions[*at].start, mentions[*at].end));
        let mut words = Vec::new();
        for span in spans {
            words.push(&text[span.0..span.1]);
            removed.push(intents.with_what_belongs(text, span));
        }
        SaidPlace {
            said: words.join(" "),
            areas: found.areas,
            alternatives: found.alternatives,
            countries: found.countries,
            sure: found.sure,
        }
    });
    Reading {
        place,
        rest: without(text, &mut removed),
        without_intents: without(text, &mut of_intents.clone()),
        intents: said,
    }
}

/// The places named in `text`, apart from one another. An intent inside a place's name is none.
fn mentions<'r>(
    text: &str,
    reference: &'r Reference,
    asker: &Asker<'_>,
    topics: &[Span],
    intents: &mut Vec<SaidIntent>,
) -> Vec<NamedPlace<'r>> {
    let mut named = reference.places_in(text, asker.likely);
    let of_intents: Vec<Span> = intents
        .iter()
        .map(|intent| (intent.start, intent.end))
        .collect();
    named.retain(|place| {
        let part = (place.start, place.end);
        !is_taken(part, topics)
            && !is_taken(part, &of_intents)
            && !asker.taken.iter().any(|taken| overlap(part, *taken))
    });
    named.sort_by_key(|place| std::cmp::Reverse(place.end - place.start));
    let mut apart: Vec<NamedPlace<'_>> = Vec::new();
    for place in named {
        let free =
            |other: &NamedPlace<'_>| !overlap((place.start, place.end), (other.start, other.end));
        if apart.iter().all(free) {
            apart.push(place);
        }
    }
    apart.sort_by_key(|place| place.start);
    intents.retain(|intent| {
        !apart
            .iter()
            .any(|place| overlap((intent.start, intent.end), (place.start, place.end)))
    });
    apart
}

struct Resolved {
    areas: Vec<AreaCode>,
    alternatives: Vec<AreaCode>,
    countries: Vec<Country>,
    sure: bool,
    /// Which mentions are spoken of.
    said: Vec<usize>,
}

/// Which areas are meant: of one name that which lies in, or around, another area that is named ("Depok Sleman"), else
/// the likeliest; of areas in one another the smallest.
fn resolve(mentions: &[NamedPlace<'_>], reference: &Reference) -> Option<Resolved> {
    let lies_in = |a: &Area, b: &Area| {
        reference
            .ancestors(&a.code)
            .iter()
            .skip(1)
            .any(|above| above.code == b.code)
    };
    let beside = |at: usize, area: &Area| {
        mentions.iter().enumerate().any(|(other, mention)| {
            other != at
                && mention
                    .areas
                    .iter()
                    .any(|named| lies_in(area, named) || lies_in(named, area))
        })
    };
    let mut chosen: Vec<(usize, &Area, bool)> = Vec::new();
    for (at, mention) in mentions.iter().enumerate() {
        let Some(likeliest) = mention.areas.first() else {
            continue;
        };
        match mention.areas.iter().find(|area| beside(at, area)) {
            Some(area) => chosen.push((at, area, true)),
            None => {
                let depth = reference.ancestors(&likeliest.code).len().saturating_sub(1);
                chosen.push((at, likeliest, depth <= DISTRICT_DEPTH));
            }
        }
    }
    let sure = chosen.iter().any(|(_, _, sure)| *sure);
    if sure {
        chosen.retain(|(_, _, sure)| *sure);
    } else {
        chosen.truncate(1);
    }
    // "Taoyuan, for Indonesian migrants": the country says who, not where.
    let is_country = |area: &Area| area.parent.is_none();
    if chosen.iter().any(|(_, area, _)| !is_country(area)) {
        let holds_another =
            |country: &Area| chosen.iter().any(|(_, area, _)| lies_in(area, country));
        let strange: Vec<usize> = chosen
            .iter()
            .filter(|(_, area, _)| is_country(area) && !holds_another(area))
            .map(|(at, ..)| *at)
            .collect();
        chosen.retain(|(at, ..)| !strange.contains(at));
    }
    let smallest: Vec<&(usize, &Area, bool)> = chosen
        .iter()
        .filter(|(_, area, _)| !chosen.iter().any(|(_, other, _)| lies_in(other, area)))
        .collect();
    let (first, area, _) = smallest.first()?;
    let alternatives = mentions[*first].areas.iter();
    let alternatives = alternatives
        .filter(|other| other.code != area.code)
        .take(MOST_ALTERNATIVES)
        .map(|other| other.code.clone())
        .collect();
    let mut areas: Vec<AreaCode> = Vec::new();
    let mut countries: Vec<Country> = Vec::new();
    for (_, area, _) in smallest {
        if !areas.contains(&area.code) {
            areas.push(area.code.clone());
        }
        if !countries.contains(&area.country) {
            countries.push(area.country);
        }
    }
    Some(Resolved {
        areas,
        alternatives,
        countries,
        sure,
        said: chosen.iter().map(|(at, ..)| *at).collect(),
    })
}

/// The text without these parts; nothing where no letter or digit is left.
fn without(text: &str, removed: &mut [Span]) -> Option<String> {
    removed.sort_unstable();
    let mut rest = String::with_capacity(text.len());
    let mut at = 0;
    for (start, end) in removed.iter() {
        if *start > at {
            rest.push_str(&text[at..*start]);
        }
        if *end > at {
            rest.push(' ');
            at = *end;
        }
    }
    rest.push_str(&text[at..]);
    let rest = rest.split_whitespace().collect::<Vec<_>>().join(" ");
    rest.contains(char::is_alphanumeric).then_some(rest)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::{Asker, read};
    use crate::{
        domain::{
            area::{Area, AreaCode, Name},
            country::Country,
            place::Point,
        },
        search::{
            reference::{Likely, Reference, ReferenceData},
            sample,
        },
        wording::Intents,
    };

    /// Code, parent, centre and names in several languages.
    type Row = (
        &'static str,
        Option<&'static str>,
        Option<(f64, f64)>,
        &'static [&'static str],
    );

    const AREAS: &[Row] = &[
        ("bd", None, None, &["Bangladesh", "বাংলাদেশ"]),
        (
            "bd-c",
            Some("bd"),
            None,
            &["Dhaka Division", "Dhaka", "ঢাকা", "Dacca"],
        ),
        (
            "bd-dhaka",
            Some("bd-c"),
            Some((23.8, 90.4)),
            &["Dhaka", "ঢাকা"],
        ),
        ("bd-savar", Some("bd-dhaka"), None, &["Savar", "সাভার"]),
        ("cn", None, None, &["China", "中国"]),
        ("cn-44", Some("cn"), None, &["Guangdong", "广东"]),
        (
            "cn-4403",
            Some("cn-44"),
            Some((22.5, 114.0)),
            &["Shenzhen", "深圳"],
        ),
        ("cn-440305", Some("cn-4403"), None, &["Nanshan", "南山"]),
        ("id", None, None, &["Indonesia", "印尼"]),
        ("id-32", Some("id"), None, &["Jawa Barat"]),
        ("id-32.76", Some("id-32"), Some((-6.4, 106.8)), &["Depok"]),
        ("id-34", Some("id"), None, &["Yogyakarta"]),
        ("id-34.04", Some("id-34"), Some((-7.7, 110.3)), &["Sleman"]),
        ("id-34.04.07", Some("id-34.04"), None, &["Depok"]),
        ("id-34.04.08", Some("id-34.04"), None, &["Mau"]),
        ("ml", None, None, &["Mali", "馬利"]),
        ("us", None, None, &["United States", "US"]),
    ];

    fn reference() -> Reference {
        let code = |code: &str| AreaCode::parse(code).unwrap();
        let area = |&(this, parent, centre, names): &Row| Area {
            code: code(this),
            kind: "area".into(),
            parent: parent.map(code),
            country: Country::parse(&this[..2]).unwrap(),
            names: names
                .iter()
                .map(|name| Name {
                    language: sample::language("en"),
                    text: (*name).into(),
                    old: false,
                })
                .collect(),
            centroid: centre.map(|(lat, lon)| Point { lat, lon }),
            time_zone: None,
        };
        let data = ReferenceData {
            areas: AREAS.iter().map(area).collect(),
            ..sample::reference_data()
        };
        Reference::build(data, &[], &sample::no_decoder()).unwrap()
    }

    /// `areas (others) rest`, with a question mark where the place is not sure.
    fn told(text: &str, likely: Likely<'_>, taken: &[(usize, usize)]) -> String {
        let reference = reference();
        let intents = Intents::parse(include_str!("../../../seed-data/intents.tsv")).unwrap();
        let asker = Asker {
            likely,
            taken,
            place: true,
        };
        let reading = read(text, &reference, &intents, &asker);
        let mut told = String::new();
        if let Some(place) = &reading.place {
            let codes = |codes: &[AreaCode]| {
                codes
                    .iter()
                    .map(AreaCode::as_str)
                    .collect::<Vec<_>>()
                    .join(",")
            };
            let doubt = if place.sure { "" } else { "?" };
            let _ = write!(
                told,
                "{}{doubt} ({}) ",
                codes(&place.areas),
                codes(&place.alternatives)
            );
        }
        told + reading.rest.as_deref().unwrap_or("-")
    }

    fn plainly(text: &str) -> String {
        told(text, Likely::default(), &[])
    }

    #[test]
    fn places_come_out_of_the_words_with_what_belongs_to_them() {
        for (text, expected) in [
            ("মানসিক হাসপাতাল ঢাকা", "bd-c (bd-dhaka) মানসিক হাসপাতাল"),
            ("ঢাকায় হাসপাতাল", "bd-c (bd-dhaka) হাসপাতাল"),
            ("hospital in Dacca", "bd-c () hospital"),
            ("深圳市心理咨询", "cn-4403 () 心理咨询"),
            ("我在深圳找心理咨询", "cn-4403 () 我 找心理咨询"),
            ("drop-in Sleman", "id-34.04 () drop-in"),
            ("Dhaka", "bd-c (bd-dhaka) -"),
            ("hope", "hope"),
        ] {
            assert_eq!(plainly(text), expected, "{text}");
        }
    }

    #[test]
    fn what_lies_in_another_named_area_is_meant() {
        assert_eq!(plainly("psikolog depok"), "id-32.76 (id-34.04.07) psikolog");
        assert_eq!(
            plainly("psikolog depok sleman"),
            "id-34.04.07 (id-32.76) psikolog"
        );
        assert_eq!(plainly("group Nanshan Shenzhen"), "cn-440305 () group");
        assert_eq!(plainly("桃園 印尼移工 Sleman"), "id-34.04 () 桃園 移工");
        assert_eq!(plainly("印尼移工 Shenzhen"), "cn-4403 () 印尼移工");
    }

    #[test]
    fn a_small_area_alone_is_in_doubt_and_nothing_beside_a_larger_one() {
        assert_eq!(plainly("clinic Savar"), "bd-savar? () clinic");
        assert_eq!(plainly("clinic Savar Shenzhen"), "cn-4403 () clinic Savar");
    }

    #[test]
    fn who_asks_decides_between_areas_of_a_name() {
        let near = Likely {
            near: Some(Point {
                lat: 23.8,
                lon: 90.4,
            }),
            ..Likely::default()
        };
        assert_eq!(
            told("clinic Dhaka", near, &[]),
            "bd-c (bd-dhaka) clinic",
            "the larger, which holds the other"
        );
    }

    #[test]
    fn words_that_only_look_like_places_are_none() {
        assert_eq!(plainly("撒馬利亞會"), "撒馬利亞會");
        assert_eq!(plainly("馬利"), "ml () -");
        assert_eq!(plainly("give us help"), "give us help");
        assert_eq!(plainly("help US"), "us () help");
        assert_eq!(
            plainly("aku mau cerita"),
            "aku mau cerita",
            "filler is no district"
        );
        let danger = "dhaka theke";
        assert_eq!(
            told(danger, Likely::default(), &[(0, danger.len())]),
            danger
        );
    }

    #[test]
    fn wishes_are_taken_out_too() {
        assert_eq!(
            plainly("free counselling in Dhaka near me"),
            "bd-c (bd-dhaka) counselling"
        );
        assert_eq!(plainly("konseling gratis bahasa Indonesia"), "konseling");
        assert_eq!(plainly("near me"), "-");
    }
}
