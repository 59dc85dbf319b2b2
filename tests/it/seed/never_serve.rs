//! What must never be served: numbers that are wrong, stale or disputed elsewhere, hours that conflict, and records that
//! are disputed, unverified or closed.
//!
//! `tests/fixtures/never-serve.tsv` lists them. A `number` is looked for in every way to write it (national, E.164, digits
//! of any script, separators), `digits` only as they stand; both as whole numbers, in contacts and in all text. Some
//! numbers are right with one listing, their `owner`, and wrong with every other.

use haven::domain::contact::Address;
use haven::domain::digits::ascii_digits;
use haven::domain::place::Hours;
use serde_json::{Value, json};

use super::files::{self, Line, cell};
use crate::support::{Sample, sample};

struct Ban {
    kind: String,
    value: String,
    owner: String,
    /// A number as digits, in each way to write it.
    written: Vec<String>,
}

fn bans() -> Vec<Ban> {
    let ban = |row: &Vec<(String, String)>| {
        let (country, kind, value) = (cell(row, "country"), cell(row, "kind"), cell(row, "value"));
        Ban {
            kind: kind.to_owned(),
            value: value.to_owned(),
            owner: cell(row, "owner").to_owned(),
            written: match kind {
                "number" => ways_to_write(value, country),
                "digits" => vec![value.to_owned()],
                _ => Vec::new(),
            },
        }
    };
    files::table("tests/fixtures/never-serve.tsv")
        .iter()
        .map(ban)
        .collect()
}

fn ways_to_write(number: &str, country: &str) -> Vec<String> {
    let code = match country {
        "BD" => "880",
        "CN" => "86",
        "HK" => "852",
        "ID" => "62",
        "IN" => "91",
        "TW" => "886",
        "US" => "1",
        other => panic!("which code has {other}?"),
    };
    let number = match number.strip_prefix('+') {
        Some(whole) => whole.strip_prefix(code).unwrap(),
        // In the United States the code is also what one dials before a distant number.
        None => number
            .strip_prefix(if country == "US" { "1" } else { "0" })
            .unwrap_or(number),
    };
    let prefixes = ["", "0", code, &format!("00{code}"), &format!("{code}0")].map(str::to_owned);
    prefixes.into_iter().map(|prefix| prefix + number).collect()
}

/// Every whole number in a text, as digits: groups of digits that only separators hold apart are one number, and so is
/// each part of such a row, because lists of numbers look the same.
fn numbers(text: &str) -> Vec<String> {
    let text = ascii_digits(text);
    let (mut rows, mut gap) = (vec![Vec::<String>::new()], String::new());
    for c in text.chars() {
        if !c.is_ascii_digit() {
            gap.push(c);
            continue;
        }
        let row = rows.last_mut().unwrap();
        match row.last_mut() {
            Some(group) if gap.is_empty() => group.push(c),
            Some(_) if holds_together(&gap) => row.push(c.to_string()),
            _ => rows.push(vec![c.to_string()]),
        }
        gap.clear();
    }
    let parts = |row: &Vec<String>| {
        let row = row.clone();
        (0..row.len()).flat_map(move |from| {
            let row = row.clone();
            (from..row.len()).map(move |to| row[from..=to].concat())
        })
    };
    rows.iter().flat_map(parts).collect()
}

fn holds_together(gap: &str) -> bool {
    let between = gap.trim_matches(|c: char| c.is_whitespace() || "-–‐()./+".contains(c));
    gap.chars().count() <= 14 && ["", "ext", "extension", "ekstensi", "#"].contains(&between)
}

/// Every text of a record but addresses on the web and the names that sources have for it.
fn texts(json: &Value, into: &mut Vec<String>) {
    match json {
        Value::String(text) => into.push(text.clone()),
        Value::Array(list) => list.iter().for_each(|one| texts(one, into)),
        Value::Object(map) => {
            let spoken = |key: &str| {
                ![
                    "url",
                    "external_id",
                    "slug",
                    "postal_code",
                    "id",
                    "schedule",
                    "hours",
                ]
                .contains(&key)
            };
            map.iter()
                .filter(|(key, _)| spoken(key))
                .for_each(|(_, one)| texts(one, into));
        }
        _ => {}
    }
}

fn hours(line: &Line) -> Vec<&Hours> {
    let of_places = line
        .listing
        .places
        .iter()
        .filter_map(|place| place.hours.as_ref());
    of_places
        .chain(
            line.listing
                .contacts
                .iter()
                .filter_map(|contact| contact.hours.as_ref()),
        )
        .collect()
}

/// What a record has of a banned value.
fn breaks(ban: &Ban, line: &Line) -> bool {
    let listing = &line.listing;
    match ban.kind.as_str() {
        "number" | "digits" if listing.slug.as_str() == ban.owner => false,
        "number" | "digits" => {
            let mut found = Vec::new();
            let mut spoken = Vec::new();
            texts(&line.json, &mut spoken);
            spoken.iter().for_each(|text| found.extend(numbers(text)));
            for contact in &listing.contacts {
                if let Address::E164(value) | Address::ShortCode(value, _) = &contact.address {
                    let digits = value.trim_start_matches('+');
                    found.push(digits.to_owned());
                    let extension = contact.extension.as_deref().map(ascii_digits);
                    found.extend(extension.map(|extension| format!("{digits}{extension}")));
                }
            }
            ban.written.iter().any(|way| found.contains(way))
        }
        "hours" if listing.slug.as_str() != ban.owner => false,
        "hours" => hours(line).iter().any(|hours| {
            let wire =
                serde_json::to_value(haven::exchange::listing::Schedule::from(*hours)).unwrap();
            match ban.value.split_once('-') {
                None => wire["always_open"] == json!(true),
                Some((opens, closes)) => {
                    let openings = wire["openings"].as_array().cloned().unwrap_or_default();
                    openings
                        .iter()
                        .any(|one| one["opens"] == opens && one["closes"] == closes)
                }
            }
        }),
        "record" => listing
            .sources
            .iter()
            .any(|source| source.external_id == ban.value),
        "name" => {
            let given = listing
                .name
                .iter()
                .map(|(_, name)| name)
                .chain(listing.also_known_as.iter().map(String::as_str));
            let banned = ban.value.to_lowercase();
            given
                .map(str::to_lowercase)
                .any(|name| name.contains(&banned))
        }
        other => panic!("{other} is no kind of ban"),
    }
}

fn broken(lines: &[Line]) -> Vec<String> {
    let bans = bans();
    let mut broken = Vec::new();
    for line in lines {
        let of_line = bans.iter().filter(|ban| breaks(ban, line));
        broken.extend(of_line.map(|ban| format!("{}: {} {}", line.at, ban.kind, ban.value)));
    }
    broken
}

#[test]
fn no_listing_has_any_of_it() {
    let broken = broken(&files::listings());
    assert!(
        broken.is_empty(),
        "never to be served:\n{}",
        broken.join("\n")
    );
}

#[test]
fn the_crisis_table_and_the_topics_have_none_of_it() {
    let bans = bans();
    for row in files::table("seed-data/crisis.tsv") {
        for column in ["number", "name_local", "name_en", "note"] {
            for number in numbers(cell(&row, column)) {
                let banned = bans.iter().find(|ban| ban.written.contains(&number));
                let banned = banned
                    .filter(|ban| ban.owner.is_empty() || ban.owner != cell(&row, "helpline"));
                assert!(banned.is_none(), "{}: {number}", cell(&row, "name_en"));
            }
        }
    }
}

fn planted(sample: Sample) -> bool {
    let line = Line {
        at: "planted".to_owned(),
        json: serde_json::from_str(&sample.json()).unwrap(),
        listing: sample.parse().unwrap(),
    };
    !broken(&[line]).is_empty()
}

#[test]
fn what_is_planted_is_found() {
    let line = sample::helpline;
    let contact = |value: &str, country: &str| {
        line("planted").with(
            "/contacts/0",
            json!({"channel": "voice", "value": value, "country": country}),
        )
    };
    for (value, country) in [
        ("০৯৬৭৮ ৬৭৬ ৭৭৭", "BD"),
        ("+880 9678-676777", "BD"),
        ("10921", "BD"),
        ("021-962525", "CN"),
        ("0800-810-1117", "CN"),
        ("1-800-273-8255", "US"),
        ("+18002738255", "US"),
        ("500-454", "ID"),
        ("0755-25629459", "CN"),
    ] {
        assert!(planted(contact(value, country)), "{value}");
    }
    let extension = json!({"channel": "voice", "value": "119", "country": "ID", "extension": "8"});
    assert!(planted(line("planted").with("/contacts/0", extension)));
    let hours = json!({"time_zone": "Asia/Dhaka", "always_open": true});
    assert!(planted(
        line("kaan-pete-roi").with("/places/0/schedule", hours)
    ));
    let hours = json!({"time_zone": "Asia/Dhaka", "openings": [{"days": ["mo"], "opens": "18:00", "closes": "22:00"}]});
    assert!(planted(
        line("kaan-pete-roi").with("/places/0/schedule", hours)
    ));
    for text in [
        "Call 119 ext. 8.",
        "রিং করুন ০১৭৭৯৫৫৪৩৯১",
        "2389 2222, 2375 5322",
        "2389 2222 2375 5322",
    ] {
        assert!(
            planted(line("planted").with("/summary", sample::text(text))),
            "{text}"
        );
    }
    assert!(planted(
        line("planted").with("/sources/0/external_id", json!("cur:in-kiran"))
    ));
    assert!(planted(
        line("planted").with("/name", sample::text("Kiran"))
    ));
}

#[test]
fn what_is_right_is_left_alone() {
    let line = sample::helpline;
    let contact = |slug: &str, value: &str, country: &str| {
        line(slug).with(
            "/contacts/0",
            json!({"channel": "voice", "value": value, "country": country}),
        )
    };
    for (slug, value, country) in [
        ("shanghai", "962525", "CN"),
        ("beijing", "800-810-1117", "CN"),
        ("ambulance", "119", "ID"),
        (
            "shenzhen-psychological-crisis-intervention-line",
            "0755-25629459",
            "CN",
        ),
        ("lisa-bali-helpline-indonesian", "0811 3855 472", "ID"),
        ("yayasan-pulih-counselling", "021-78842580", "ID"),
        ("icall-india", "9152987821", "IN"),
        ("vandrevala-foundation-helpline", "9999666555", "IN"),
        ("women", "12338", "CN"),
    ] {
        assert!(!planted(contact(slug, value, country)), "{slug} {value}");
    }
    assert!(!planted(line("planted").with(
        "/summary",
        sample::text("Since 2016, 8 people answer 24/7.")
    )));
}
