//! A handful of areas, topics and emergency numbers: the codes and slugs are those of the seed data, the rest is short.

use haven::domain::actor::Actor;
use haven::domain::area::{Area, AreaCode, Name};
use haven::domain::country::Country;
use haven::domain::crisis::EmergencyNumber;
use haven::domain::language::Language;
use haven::domain::place::Point;
use haven::domain::slug::Slug;
use haven::domain::topic::Topic;
use haven::store::{Store, StoreError};

type AreaLine = (
    &'static str,
    &'static str,
    Option<&'static str>,
    &'static str,
    &'static str,
    (f64, f64),
);

/// Parents before children. Jessore is an old name on purpose.
const AREAS: [AreaLine; 9] = [
    ("bd", "country", None, "Bangladesh", "বাংলাদেশ", (23.7, 90.4)),
    (
        "bd-dhaka-division",
        "division",
        Some("bd"),
        "Dhaka Division",
        "ঢাকা বিভাগ",
        (24.0, 90.3),
    ),
    (
        "bd-dhaka",
        "district",
        Some("bd-dhaka-division"),
        "Dhaka",
        "ঢাকা",
        (23.81, 90.41),
    ),
    (
        "bd-khulna-division",
        "division",
        Some("bd"),
        "Khulna Division",
        "খুলনা বিভাগ",
        (22.9, 89.4),
    ),
    (
        "bd-jashore",
        "district",
        Some("bd-khulna-division"),
        "Jashore",
        "যশোর",
        (23.17, 89.2),
    ),
    ("cn", "country", None, "China", "চীন", (35.0, 103.0)),
    (
        "cn-44",
        "province",
        Some("cn"),
        "Guangdong",
        "কুয়াংতুং",
        (23.1, 113.3),
    ),
    (
        "cn-4403",
        "city",
        Some("cn-44"),
        "Shenzhen",
        "শেনচেন",
        (22.54, 114.06),
    ),
    (
        "id",
        "country",
        None,
        "Indonesia",
        "ইন্দোনেশিয়া",
        (-2.5, 118.0),
    ),
];

type TopicLine = (
    &'static str,
    Option<&'static str>,
    &'static [(&'static str, &'static str)],
);

const TOPICS: [TopicLine; 7] = [
    (
        "mental-health",
        None,
        &[("en", "Mental health"), ("bn", "মানসিক স্বাস্থ্য")],
    ),
    (
        "depression",
        Some("mental-health"),
        &[
            ("en", "Depression"),
            ("bn", "বিষণ্নতা"),
            ("id", "Depresi"),
            ("zh-Hans", "抑郁症"),
        ],
    ),
    (
        "postnatal-depression",
        Some("depression"),
        &[("en", "Postnatal depression")],
    ),
    ("feelings", None, &[("en", "Feelings")]),
    (
        "grief",
        Some("feelings"),
        &[("en", "Grief"), ("en", "Bereavement"), ("id", "Duka")],
    ),
    ("crisis-and-safety", None, &[("en", "Crisis and safety")]),
    (
        "suicide",
        Some("crisis-and-safety"),
        &[("en", "Suicide"), ("bn", "আত্মহত্যা")],
    ),
];

fn name(language: &str, text: &str, old: bool) -> Name {
    Name {
        language: Language::parse(language).unwrap(),
        text: text.into(),
        old,
    }
}

pub fn areas() -> Vec<Area> {
    let line = |(code, kind, parent, english, bengali, (lat, lon)): AreaLine| {
        let mut names = vec![name("en", english, false), name("bn", bengali, false)];
        if code == "bd-jashore" {
            names.push(name("en", "Jessore", true));
        }
        Area {
            code: AreaCode::parse(code).unwrap(),
            kind: kind.into(),
            parent: parent.map(|parent| AreaCode::parse(parent).unwrap()),
            country: Country::parse(&code[..2]).unwrap(),
            names,
            centroid: Some(Point::new(lat, lon).unwrap()),
            time_zone: code.starts_with("bd").then(|| "Asia/Dhaka".into()),
        }
    };
    AREAS.into_iter().map(line).collect()
}

pub fn topics() -> Vec<Topic> {
    let line = |(slug, parent, names): TopicLine| Topic {
        slug: Slug::parse(slug).unwrap(),
        parent: parent.map(|parent| Slug::parse(parent).unwrap()),
        names: names
            .iter()
            .map(|(language, text)| name(language, text, false))
            .collect(),
    };
    TOPICS.into_iter().map(line).collect()
}

fn emergency_numbers() -> Vec<EmergencyNumber> {
    let line = |(country, number)| EmergencyNumber {
        country: Country::parse(country).unwrap(),
        number: Box::from(number),
        names: vec![name("en", "Emergency services", false)],
        source: "sample".into(),
        source_url: None,
        retrieved_on: "2026-02-01".parse().unwrap(),
        confirmed_on: None,
    };
    [("BD", "999"), ("CN", "120"), ("ID", "112")]
        .into_iter()
        .map(line)
        .collect()
}

/// Writes all of it.
pub async fn seed_reference(store: &Store) {
    let write = store.write(Actor::Operator, async |tx| {
        tx.put_areas(&areas()).await?;
        tx.put_topics(&topics()).await?;
        tx.put_emergency_numbers(&emergency_numbers()).await?;
        Ok::<_, StoreError>(())
    });
    write.await.unwrap();
}
