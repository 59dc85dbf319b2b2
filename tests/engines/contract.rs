//! What each engine has to do, measured by the catalogue, which answers without words.

use std::{collections::BTreeSet, sync::Arc};

use haven::{
    domain::place::Point,
    search::{
        ask::Question,
        catalogue::{Facet, Filters, PlaceFilter, TermFilter},
        region::Rectangle,
        words::Write,
    },
};
use libtest_mimic::Failed;
use tokio::runtime::Runtime;

use crate::world::{World, entry, hub, name_of, words};

fn held(ok: bool, what: impl Into<String>) -> Result<(), Failed> {
    if ok { Ok(()) } else { Err(what.into().into()) }
}

/// What people type, and a listing that has to be among what comes.
const FINDS: &[(&str, &str)] = &[
    ("বিষণ্নতা", "kaan-pete-roi"),
    ("বিষণ্ণতা", "kaan-pete-roi"),
    (
        "মানসিক হাসপাতাল ঢাকা",
        "national-institute-of-mental-health-dhaka",
    ),
    (
        "心理援助熱線 12356",
        "psychological-assistance-line-12356-china",
    ),
    ("聚光驛站", "spotlight-station-futian"),
    ("rumah sakit jiwa bali", "rsj-provinsi-bali"),
    ("samaritns", "samaritans-uk"),
    ("০৯৬১২১১৯৯১১", "kaan-pete-roi"),
    ("kaan pe", "kaan-pete-roi"),
];

pub fn finds_what_it_holds(runtime: &Runtime, world: &World) -> Result<(), Failed> {
    for (typed, expected) in FINDS {
        let answer = world.ask(runtime, &words(typed));
        let first: Vec<&str> = answer
            .hits
            .iter()
            .take(3)
            .map(|hit| hit.card.slug.as_str())
            .collect();
        held(first.contains(expected), format!("{typed}: {first:?}"))?;
    }
    let none = world.all(runtime, &words("zzyzxq"));
    held(
        none.total == 0 && none.slugs.is_empty(),
        format!("{none:?}"),
    )
}

/// Words that many listings hold, so that every filter leaves some.
const COMMON: [&str; 3] = ["mental health", "depression", "心理"];

fn with(question: &Question, filter: TermFilter) -> Question {
    let mut question = question.clone();
    question.filters.terms.push(filter);
    question
}

/// The words' answer narrowed by the catalogue's answer to the rest of the question.
fn is_narrowed(runtime: &Runtime, world: &World, question: &Question) -> Result<(), Failed> {
    let everything = Question {
        filters: Filters::default(),
        place: PlaceFilter::default(),
        ..question.clone()
    };
    let wordless = Question {
        words: None,
        ..question.clone()
    };
    let (by_words, by_rest) = (
        world.all(runtime, &everything),
        world.all(runtime, &wordless),
    );
    let expected: BTreeSet<&str> = by_words
        .set()
        .intersection(&by_rest.set())
        .copied()
        .collect();
    let found = world.all(runtime, question);
    held(
        found.set() == expected
            && found.total == expected.len() as u64
            && found.slugs.len() == expected.len(),
        format!(
            "{:?} {:?}: {:?}, not {expected:?}",
            question.filters, question.place, found.slugs
        ),
    )
}

pub fn every_filter(runtime: &Runtime, world: &World) -> Result<(), Failed> {
    let every = Question {
        facets: Facet::ALL.to_vec(),
        ..Question::default()
    };
    let known = world.all(runtime, &every).counts;
    for (facet, values) in known {
        let facet = Facet::parse(facet).unwrap();
        let values: Vec<&str> = values.iter().map(|(value, _)| value.as_str()).collect();
        // The most frequent, the rarest, and both; with and without the facet being counted.
        let some: BTreeSet<&str> = values
            .first()
            .into_iter()
            .chain(values.last())
            .copied()
            .collect();
        for (number, value) in some.iter().enumerate() {
            let mut question = words(COMMON[number % COMMON.len()]);
            question.facets = if number == 0 { vec![facet] } else { Vec::new() };
            is_narrowed(
                runtime,
                world,
                &with(&question, TermFilter::any_of(facet, [*value])),
            )?;
            if number == 0 {
                is_narrowed(
                    runtime,
                    world,
                    &with(&question, TermFilter::none_of(facet, [*value])),
                )?;
            }
        }
        let mut question = with(&words("support"), TermFilter::any_of(facet, some));
        question.facets = Vec::new();
        is_narrowed(
            runtime,
            world,
            &with(&question, TermFilter::any_of(Facet::Kind, ["hub"])),
        )?;
    }
    let mut aged = words("health");
    aged.filters.age = Some(15);
    is_narrowed(runtime, world, &aged)?;
    aged.filters.open_now = true;
    is_narrowed(runtime, world, &aged)
}

/// Radius in metres around points: towns, the antimeridian, both poles, nothing at all, almost everything.
const CIRCLES: &[(f64, f64, f64)] = &[
    (23.81, 90.41, 5_000.0),
    (23.81, 90.41, 250_000.0),
    (22.54, 114.05, 30_000.0),
    (-6.2, 106.8, 10_000.0),
    (51.51, -0.13, 1.0),
    (51.51, -0.13, 50_000.0),
    (-16.8, 179.95, 10_000.0),
    (-16.8, -179.95, 30_000.0),
    (-16.9, 180.0, 100.0),
    (-17.0, -180.0, 100.0),
    (90.0, 0.0, 20_000.0),
    (89.95, -10.0, 30_000.0),
    (-90.0, 0.0, 10_000.0),
    (-89.99, 100.0, 500_000.0),
    (0.0, 0.0, 1.0),
    (0.0, 0.0, 10_000_000.0),
    (10.0, 20.0, 20_000_000.0),
];

/// West, south, east, north.
const BOXES: &[(f64, f64, f64, f64)] = &[
    (90.3, 23.7, 90.5, 23.9),
    (88.0, 20.0, 93.0, 27.0),
    (170.0, -30.0, -170.0, 0.0),
    (179.0, -17.5, 180.0, -16.0),
    (-180.0, -17.5, -179.0, -16.0),
    (-180.0, -90.0, 180.0, 90.0),
    (-180.0, 80.0, 180.0, 90.0),
    (0.0, -90.0, 10.0, -80.0),
    (10.0, -10.0, 9.0, 60.0),
    (0.0, 0.0, 0.0, 0.0),
    (100.0, -11.0, 141.0, 6.0),
];

pub fn every_place(runtime: &Runtime, world: &World) -> Result<(), Failed> {
    for typed in ["quiet", "health", "quiet edge"] {
        let base = words(typed);
        for &(lat, lon, radius_m) in CIRCLES {
            let place = PlaceFilter {
                near: Some(Point { lat, lon }),
                radius_m: Some(radius_m),
                rectangle: None,
            };
            is_narrowed(
                runtime,
                world,
                &Question {
                    place,
                    ..base.clone()
                },
            )?;
        }
        for &(west, south, east, north) in BOXES {
            let place = PlaceFilter {
                rectangle: Some(Rectangle {
                    west,
                    south,
                    east,
                    north,
                }),
                ..PlaceFilter::default()
            };
            is_narrowed(
                runtime,
                world,
                &Question {
                    place,
                    ..base.clone()
                },
            )?;
        }
        // A point alone orders, and never cuts.
        let place = PlaceFilter {
            near: Some(Point {
                lat: 23.81,
                lon: 90.41,
            }),
            ..PlaceFilter::default()
        };
        let near = world.all(
            runtime,
            &Question {
                place,
                ..base.clone()
            },
        );
        held(
            near.set() == world.all(runtime, &base).set(),
            "a point cut something off",
        )?;
    }
    Ok(())
}

pub fn pages_bring_everything_once(runtime: &Runtime, world: &World) -> Result<(), Failed> {
    for typed in ["health", "depression support", "心理", "মানসিক"] {
        let mut question = words(typed);
        let whole = world.all(runtime, &question);
        for limit in [1, 7] {
            question.limit = limit;
            question.after = None;
            let mut slugs = Vec::new();
            loop {
                let answer = world.ask(runtime, &question);
                held(
                    answer.total.value == whole.total,
                    format!("{typed}: the total changed"),
                )?;
                slugs.extend(answer.hits.iter().map(|hit| name_of(&hit.card)));
                match answer.next {
                    Some(next) => question.after = Some(next),
                    None => break,
                }
            }
            held(
                slugs == whole.slugs,
                format!("{typed}: pages of {limit} differ"),
            )?;
            let once: BTreeSet<&String> = slugs.iter().collect();
            held(
                once.len() == slugs.len(),
                format!("{typed}: a listing came twice"),
            )?;
            held(
                slugs.len() as u64 == whole.total,
                format!("{typed}: {} hits", slugs.len()),
            )?;
        }
    }
    Ok(())
}

fn one(name: &str) -> Write {
    Write::Upsert(entry(
        9_001,
        hub("contract-one", name, None),
        &std::collections::BTreeMap::new(),
    ))
}

pub fn a_deleted_listing_is_gone(runtime: &Runtime, world: &World) -> Result<(), Failed> {
    let write = one("Zanzibarish lantern");
    let Write::Upsert(added) = &write else {
        unreachable!()
    };
    world.apply(runtime, vec![write.clone()], 2);
    let find = || world.all(runtime, &words("zanzibarish")).slugs;
    held(find() == ["hub/contract-one"], format!("{:?}", find()))?;
    // The catalogue keeps it, so that it is the index alone that has to forget.
    let gone = vec![Write::Delete { id: added.id }];
    runtime
        .block_on(world.index.apply(gone, Arc::clone(&world.reference), 3))
        .unwrap();
    held(find().is_empty(), "it is found after it was deleted")?;
    world.apply(runtime, vec![write], 4);
    held(
        find() == ["hub/contract-one"],
        "it is not found when it is back",
    )
}

pub fn a_changed_listing_is_found_by_its_new_words(
    runtime: &Runtime,
    world: &World,
) -> Result<(), Failed> {
    world.apply(runtime, vec![one("Zanzibarish lantern")], 2);
    world.apply(runtime, vec![one("Quolltopia lantern")], 3);
    let find = |typed: &str| world.all(runtime, &words(typed)).slugs;
    held(
        find("zanzibarish").is_empty(),
        "it is found by its old name",
    )?;
    held(
        find("quolltopia") == ["hub/contract-one"],
        "it is not found by its new name",
    )?;
    held(
        find("quolltopia lantern") == ["hub/contract-one"],
        "it is not found by its whole name",
    )
}

pub fn an_index_is_swapped_whole(runtime: &Runtime, world: &World) -> Result<(), Failed> {
    world.apply(runtime, vec![one("Zanzibarish lantern")], 2);
    let question = words("zanzibarish");
    let reference = || Arc::clone(&world.reference);
    let mut filling = runtime.block_on(world.index.begin_rebuild()).unwrap();
    held(
        world.all(runtime, &question).total == 1,
        "a rebuild that began hides what is there",
    )?;
    let renamed = vec![one("Quolltopia lantern")];
    runtime.block_on(filling.add(renamed, reference())).unwrap();
    held(
        world.all(runtime, &question).total == 1,
        "a rebuild shows itself before it is done",
    )?;
    held(
        runtime.block_on(world.index.cursor()).unwrap() == Some(2),
        "the cursor ran ahead",
    )?;
    // A write to the index in use goes on meanwhile.
    world.apply(runtime, vec![one("Zanzibarish lantern again")], 3);
    runtime.block_on(filling.finish(5)).unwrap();
    held(
        world.all(runtime, &question).total == 0,
        "the former index answers",
    )?;
    held(
        world.all(runtime, &words("quolltopia")).total == 1,
        "the new index does not answer",
    )?;
    held(
        runtime.block_on(world.index.cursor()).unwrap() == Some(5),
        "the cursor is not the new one's",
    )?;
    // One that is dropped unfinished changes nothing, and the next begins afresh.
    let mut filling = runtime.block_on(world.index.begin_rebuild()).unwrap();
    runtime
        .block_on(filling.add(vec![one("Zanzibarish")], reference()))
        .unwrap();
    drop(filling);
    held(
        world.all(runtime, &words("quolltopia")).total == 1,
        "an unfinished rebuild did something",
    )?;
    let filling = runtime.block_on(world.index.begin_rebuild()).unwrap();
    runtime.block_on(filling.finish(6)).unwrap();
    held(
        world.all(runtime, &words("zanzibarish quolltopia")).total == 0,
        "a rebuild began with leftovers",
    )
}

pub fn repeating_changes_nothing(runtime: &Runtime, world: &World) -> Result<(), Failed> {
    let before = world.all(runtime, &words("lantern health"));
    let none = vec![Write::Delete {
        id: uuid::Uuid::from_u128(77),
    }];
    for cursor in [2, 2, 3] {
        world.apply(runtime, vec![one("Zanzibarish lantern")], cursor);
        world.apply(runtime, none.clone(), cursor);
        world.apply(runtime, Vec::new(), cursor);
        held(
            world.all(runtime, &words("zanzibarish")).total == 1,
            "it is there twice",
        )?;
    }
    let Write::Upsert(added) = one("x") else {
        unreachable!()
    };
    world.apply(runtime, vec![Write::Delete { id: added.id }], 4);
    held(
        before == world.all(runtime, &words("lantern health")),
        "something else changed",
    )
}

/// A name, and other ways to write a word of it; the last begins it.
const WRITTEN: &[(&str, &[&str])] = &[
    (
        "Café Zürichøya",
        &["cafe", "CAFÉ", "zu\u{0308}richøya", "ｃａｆｅ", "caf"],
    ),
    (
        "কড়াইশুঁটি",
        &["ক\u{09A1}\u{09BC}াইশুঁটি", "কড়া\u{200B}ইশুঁটি", "কড়াই"],
    ),
    ("憂鬱諮詢所", &["忧郁咨询所", "憂鬱", "咨询"]),
    ("สุขภาพจิต", &["สุขภาพจิต", "สุข"]),
    ("الصحة النفسية", &["النفسية", "النف"]),
    ("こころの相談", &["こころの", "相談"]),
    ("Психолог", &["психолог", "ПСИХОЛОГ", "псих"]),
    ("मानसिक", &["मानसिक", "मान"]),
    ("𠮷野家", &["𠮷野家"]),
    ("covid19 ١٢٣٤٥", &["covid19", "12345", "COVID", "123"]),
];

pub fn unicode(runtime: &Runtime, world: &World) -> Result<(), Failed> {
    for (number, (name, spellings)) in (9_100_u32..).zip(WRITTEN) {
        let slug = format!("unicode-{number}");
        let listing = hub(&slug, name, None);
        let written = entry(number, listing, &std::collections::BTreeMap::new());
        world.apply(runtime, vec![Write::Upsert(written)], i64::from(number));
        for spelling in *spellings {
            let found = world.all(runtime, &words(spelling));
            held(
                found.set().contains(format!("hub/{slug}").as_str()),
                format!("{name} by {spelling}: {:?}", found.slugs),
            )?;
        }
    }
    Ok(())
}

/// How listings are called, what finds them all the same, and what does not.
const FORGIVEN: &[(&str, &[&str], &[&str])] = &[
    (
        "Zanzibarish",
        &["zanzibarsh", "zansibarish"],
        &["zansibarsch"],
    ),
    ("Желанный", &["желаный", "жиланный"], &["селаный"]),
    // Scripts whose letters not every engine compares one by one.
    ("Κατάθλιψη", &["κατάθλιψη"], &["κατάθλιψι", "γατάθλιψη"]),
    ("ความเศร้าโศก", &["ความเศร้าโศก"], &["ความเศร้าโสก"]),
    ("الاكتئاب", &["الاكتئاب"], &["الاكتئات"]),
];

pub fn what_is_misspelt_in_any_script(runtime: &Runtime, world: &World) -> Result<(), Failed> {
    for (number, (name, forgiven, not)) in (9_200_u32..).zip(FORGIVEN) {
        let slug = format!("script-{number}");
        let listing = hub(&slug, name, None);
        let written = entry(number, listing, &std::collections::BTreeMap::new());
        world.apply(runtime, vec![Write::Upsert(written)], i64::from(number));
        let finds = |typed: &str| {
            let found = world.all(runtime, &words(typed));
            found.set().contains(format!("hub/{slug}").as_str())
        };
        for typed in *forgiven {
            held(finds(typed), format!("{name} is not found by {typed}"))?;
        }
        for typed in *not {
            held(!finds(typed), format!("{name} is found by {typed}"))?;
        }
    }
    Ok(())
}

/// What nobody means, or what is meant as an attack on a query language.
pub const HOSTILE: &[&str] = &[
    "",
    " ",
    "\u{200B}",
    "\"",
    "\"\"",
    "\"depression",
    "-",
    "-depression",
    "--",
    "- depression",
    "depression -help",
    "*",
    "**",
    "a*",
    "\\",
    "\\\"",
    "' OR 1=1 --",
    "\" OR label = \"kind:hub",
    "label IN [\"kind:hub\"]",
    "kind:hub",
    "match = 6",
    "{\"q\": \"x\"}",
    "${x}",
    "<script>",
    "\0",
    "\0depression\0",
    "%00",
    "\r\n\r\n",
    "AND OR NOT",
    "()",
    "((((((",
    "[a TO z]",
    "depression~2",
    "depression^9",
    "ɦ005fc3007406",
    "ɦ",
    "💔",
    "💔 depression",
    "\u{202E}noisserped",
    "a b c d e f g h i j k l m n o p q r s t u v w x y z",
];

pub fn hostile_words(runtime: &Runtime, world: &World) -> Result<(), Failed> {
    let long = [
        "health ".repeat(200),
        "x".repeat(5_000),
        "心".repeat(500),
        "\"".repeat(500),
        "- ".repeat(300),
    ];
    for typed in HOSTILE
        .iter()
        .copied()
        .chain(long.iter().map(String::as_str))
    {
        let found = world.all(runtime, &words(typed));
        held(
            found.total as usize == found.slugs.len(),
            format!("{typed:?}: {found:?}"),
        )?;
    }
    // Marks of a query language mean nothing.
    let plain = world.all(runtime, &words("depression help"));
    for marked in [
        "depression -help",
        "\"depression\" +help",
        "depression, help!",
        "(depression) help?",
    ] {
        held(
            world.all(runtime, &words(marked)) == plain,
            marked.to_owned(),
        )?;
    }
    Ok(())
}
