//! Answers from one listing, for readers of several languages at several moments.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::{
    domain::{
        area::{Area, AreaCode},
        language::Language,
        listing::Listing,
        slug::Slug,
        topic::Topic,
    },
    exchange::listing::decode,
};

struct Labels {
    areas: Vec<Area>,
    topic: Topic,
}

impl Labels {
    fn new() -> Self {
        let area = |code: &str, parent: Option<&str>, en: &str, bn: &str| {
            let names = json!([{"language": "en", "text": en}, {"language": "bn", "text": bn}]);
            json!({"code": code, "kind": "district", "parent": parent, "country": "BD", "names": names})
        };
        let areas = json!([
            area("bd-dhaka", Some("bd"), "Dhaka", "ঢাকা"),
            area("bd", None, "Bangladesh", "বাংলাদেশ")
        ]);
        let names =
            json!([{"language": "en", "text": "suicide"}, {"language": "bn", "text": "আত্মহত্যা"}]);
        let topic = json!({"slug": "suicide", "parent": null, "names": names});
        Self {
            areas: serde_json::from_value(areas).unwrap(),
            topic: serde_json::from_value(topic).unwrap(),
        }
    }
}

impl Names for Labels {
    fn path(&self, code: &AreaCode) -> Vec<&Area> {
        self.areas
            .iter()
            .skip_while(|area| area.code != *code)
            .collect()
    }

    fn topic(&self, slug: &Slug) -> Option<&Topic> {
        Some(&self.topic).filter(|topic| topic.slug == *slug)
    }
}

fn sample() -> Listing {
    let listing = json!({
        "format": 1, "kind": "helpline", "slug": "kaan-pete-roi",
        "name": {"source": "bn", "text": {"bn": "কান পেতে রই", "en": "Kaan Pete Roi"}},
        "summary": {"source": "bn", "text": {"bn": "শোনার কেউ আছে।"}},
        "topics": ["suicide"], "spoken": ["bn"], "delivery": ["phone"],
        "places": [{"area": "bd-dhaka", "point": {"lat": 23.8, "lon": 90.4, "precision": "exact"}}],
        "coverage": {"areas": ["bd"]},
        "contacts": [
            {"channel": "voice", "value": "999", "country": "BD",
             "hours": {"time_zone": "Asia/Dhaka", "openings": [
                 {"days": ["mo", "tu", "we", "th", "fr", "sa", "su"], "opens": "15:00", "closes": "03:00"}]}},
            {"channel": "email", "value": "help@example.org"}
        ],
        "sources": [{"name": "curated", "external_id": "x", "licence": "CC0-1.0", "retrieved_on": "2025-03-01"}],
        "helpline_details": {"crisis": true, "national": true}
    });
    decode(&listing.to_string()).unwrap()
}

fn languages(tags: &[&str]) -> Vec<Language> {
    tags.iter()
        .map(|tag| Language::parse(tag).unwrap())
        .collect()
}

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn detail(tags: &[&str], now: &str) -> (Value, Vec<String>) {
    let (labels, languages) = (Labels::new(), languages(tags));
    let reader = Reader::new(&languages, moment(now), &labels);
    let detail = ListingDetail::of(Uuid::nil(), 3, &sample(), None, &reader);
    (
        serde_json::to_value(detail).unwrap(),
        reader.shown().iter().map(ToString::to_string).collect(),
    )
}

#[test]
fn each_text_says_in_which_language_it_is() {
    let (answer, shown) = detail(&["en-GB"], "2026-11-22T12:00:00Z");
    assert_eq!(
        answer["name"],
        json!({"text": "Kaan Pete Roi", "lang": "en"})
    );
    assert_eq!(answer["summary"]["lang"], "bn");
    assert_eq!(
        answer["topics"][0],
        json!({"slug": "suicide", "label": {"text": "suicide", "lang": "en"}})
    );
    assert_eq!(
        answer["places"][0]["area"]["path"][0]["name"]["text"],
        "Bangladesh"
    );
    assert_eq!(answer["contacts"][0]["uri"], "tel:999");
    assert_eq!(
        (&answer["version"], &answer["languages"]),
        (&json!(3), &json!(["bn", "en"]))
    );
    assert_eq!(shown, ["en", "bn"]);
}

#[test]
fn nothing_is_null() {
    let (answer, _) = detail(&[], "2026-11-22T12:00:00Z");
    fn no_null(value: &Value) -> bool {
        match value {
            Value::Null => false,
            Value::Array(values) => values.iter().all(no_null),
            Value::Object(object) => object.values().all(no_null),
            _ => true,
        }
    }
    assert!(no_null(&answer), "{answer}");
}

#[test]
fn open_now_follows_the_moment_and_tells_when_it_changes() {
    // 15:00 in Dhaka is 09:00 in UTC.
    for (now, open) in [
        ("2026-11-22T08:59:59Z", false),
        ("2026-11-22T09:00:00Z", true),
        ("2026-11-22T21:00:00Z", false),
    ] {
        let (answer, _) = detail(&["bn"], now);
        assert_eq!(
            (&answer["open_now"], &answer["contacts"][0]["open_now"]),
            (&json!(open), &json!(open)),
            "{now}"
        );
        assert!(answer["contacts"][1].get("open_now").is_none());
    }
    let change = ListingDetail::change(&sample(), moment("2026-11-22T20:59:30Z"));
    assert_eq!(change, Some(moment("2026-11-22T21:00:00Z")));
}

#[test]
fn what_was_not_confirmed_lately_says_so_in_the_readers_language() {
    let cases = [
        (
            "en",
            "Not confirmed since 1 March 2025.",
            "Not yet confirmed; the facts are from 1 March 2025.",
        ),
        (
            "bn",
            "১ মার্চ ২০২৫-এর পর আর নিশ্চিত করা হয়নি।",
            "এখনও নিশ্চিত করা হয়নি; তথ্যগুলো ১ মার্চ ২০২৫-এর।",
        ),
        (
            "zh-CN",
            "自2025年3月1日起未再确认。",
            "尚未确认；资料截至2025年3月1日。",
        ),
        (
            "zh-HK",
            "自2025年3月1日起未再確認。",
            "尚未確認；資料截至2025年3月1日。",
        ),
        (
            "id",
            "Belum dikonfirmasi lagi sejak 1 Maret 2025.",
            "Belum pernah dikonfirmasi; datanya dari 1 Maret 2025.",
        ),
        (
            "sw",
            "Not confirmed since 1 March 2025.",
            "Not yet confirmed; the facts are from 1 March 2025.",
        ),
    ];
    let now = "2025-11-22T12:00:00Z";
    for (tag, once, never) in cases {
        let (answer, _) = detail(&[tag], now);
        assert_eq!(answer["confirmation"]["notice"]["text"], never);
        assert_eq!(answer["confirmation"]["overdue"], true);
        let mut confirmed = sample();
        confirmed.sources[0].confirmed_on = Some("2025-03-01".parse().unwrap());
        let (labels, languages) = (Labels::new(), languages(&[tag]));
        let reader = Reader::new(&languages, moment(now), &labels);
        let answer = ListingDetail::of(Uuid::nil(), 3, &confirmed, None, &reader);
        let answer = serde_json::to_value(answer).unwrap();
        assert_eq!(answer["confirmation"]["notice"]["text"], once);
    }
}

#[test]
fn what_nobody_confirms_for_long_says_so_in_the_readers_language() {
    let cases = [
        (
            "en",
            "Unconfirmed: nobody has confirmed it since 1 March 2025; it may have changed.",
        ),
        (
            "bn",
            "অনিশ্চিত: ১ মার্চ ২০২৫-এর পর কেউ নিশ্চিত করেনি; তথ্য বদলে গিয়ে থাকতে পারে।",
        ),
        (
            "zh-CN",
            "未经确认：自2025年3月1日起无人确认，情况可能已有变化。",
        ),
        (
            "zh-HK",
            "未經確認：自2025年3月1日起無人確認，情況可能已有變化。",
        ),
        (
            "id",
            "Tidak terkonfirmasi: tidak ada yang mengonfirmasinya sejak 1 Maret 2025; mungkin sudah berubah.",
        ),
    ];
    let (labels, now) = (Labels::new(), moment("2026-11-22T12:00:00Z"));
    for (tag, text) in cases {
        let mut listing = sample();
        listing.sources[0].confirmed_on = Some("2025-03-01".parse().unwrap());
        let languages = languages(&[tag]);
        let reader = Reader::new(&languages, now, &labels);
        let answer = ListingDetail::of(Uuid::nil(), 3, &listing, None, &reader);
        let shown = serde_json::to_value(answer).unwrap()["confirmation"].clone();
        assert_eq!(
            (&shown["state"], &shown["notice"]["text"]),
            (&json!("unconfirmed"), &json!(text))
        );
        listing.sources[0].confirmed_on = None;
        let answer = ListingDetail::of(Uuid::nil(), 3, &listing, None, &reader);
        let never = serde_json::to_value(answer).unwrap()["confirmation"].clone();
        assert_eq!(never["state"], "unconfirmed");
        assert_ne!(never["notice"]["text"], text);
    }
}

#[test]
fn features_have_a_point_or_null() {
    let (labels, languages) = (Labels::new(), languages(&["en"]));
    let now = moment("2026-11-22T12:00:00Z");
    let reader = Reader::new(&languages, now, &labels);
    let mut listing = sample();
    let feature = |listing: &Listing| {
        let detail = ListingDetail::of(Uuid::nil(), 1, listing, None, &reader);
        serde_json::to_value(Feature::from(detail)).unwrap()
    };
    assert_eq!(
        feature(&listing)["geometry"],
        json!({"type": "Point", "coordinates": [90.4, 23.8]})
    );
    listing.places.push(listing.places[0].clone());
    assert_eq!(feature(&listing)["geometry"]["type"], "MultiPoint");
    listing
        .places
        .iter_mut()
        .for_each(|place| place.confidential = true);
    let hidden = feature(&listing.redacted());
    assert_eq!(
        (
            &hidden["geometry"],
            &hidden["properties"]["places"][0]["confidential"]
        ),
        (&Value::Null, &json!(true))
    );
    assert!(hidden["properties"]["places"][0].get("point").is_none());
}
