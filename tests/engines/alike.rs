//! Both engines asked the same: sets, order, totals and counts have to be equal.

use haven::{
    domain::place::Point,
    search::{
        ask::Question,
        catalogue::{Facet, PlaceFilter, TermFilter},
    },
};
use libtest_mimic::Failed;
use tokio::runtime::Runtime;

use crate::{
    contract::HOSTILE,
    world::{World, words},
};

fn same(runtime: &Runtime, one: &World, other: &World, question: &Question) -> Result<(), Failed> {
    let (a, b) = (one.all(runtime, question), other.all(runtime, question));
    if a == b {
        return Ok(());
    }
    let only = |of: &crate::world::Outcome, than: &crate::world::Outcome| -> Vec<String> {
        of.set()
            .difference(&than.set())
            .map(|slug| (*slug).to_owned())
            .collect()
    };
    let (first, second) = (only(&a, &b), only(&b, &a));
    Err(format!(
        "{:?} {:?}: only embedded {first:?}, only meilisearch {second:?}; totals {} and {}; in order: {}",
        question.words,
        question.filters,
        a.total,
        b.total,
        a.slugs == b.slugs,
    )
    .into())
}

/// All that differ are told at once.
fn all_same(
    runtime: &Runtime,
    (one, other): (&World, &World),
    questions: impl IntoIterator<Item = Question>,
) -> Result<(), Failed> {
    let (mut count, mut wrong) = (0, Vec::new());
    for question in questions {
        count += 1;
        if let Err(failed) = same(runtime, one, other, &question) {
            wrong.push(failed.message().unwrap_or_default().to_owned());
        }
    }
    assert!(count > 0);
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(format!("{} of {count} differ:\n{}", wrong.len(), wrong.join("\n")).into())
    }
}

/// Words, phrases, beginnings, stems, numbers, runs and mixtures; each as people type it.
const TYPED: &[&str] = &[
    "depression",
    "depresi",
    "বিষণ্নতা",
    "বিষণ্ণতায়",
    "抑郁症",
    "抑鬱症",
    "憂鬱",
    "grief",
    "শোক",
    "duka",
    "哀伤",
    "mental health",
    "মানসিক স্বাস্থ্য",
    "kesehatan jiwa",
    "心理健康",
    "心理咨询",
    "support group",
    "support groups",
    "peer support",
    "groups",
    "helpline",
    "hotline",
    "crisis",
    "suicide",
    "bunuh diri",
    "আত্মহত্যা",
    "自杀",
    "dhaka",
    "ঢাকা",
    "jakarta",
    "london",
    "深圳",
    "香港",
    "bangladesh",
    "indonesia",
    "depression dhaka",
    "depression london",
    "konseling jakarta",
    "深圳心理咨询",
    "深圳抑郁症咨询",
    "香港抑鬱症支援",
    "hospital",
    "rumah sakit jiwa",
    "হাসপাতাল",
    "医院",
    "12356",
    "119",
    "১১৯",
    "999",
    "116 123",
    "dep",
    "hosp",
    "sui",
    "কা",
    "s",
    "心",
    "the",
    "women",
    "young people",
    "lgbt",
    "postnatal depression",
    "anxiety",
    "panic",
    "addiction",
    "alcohol",
    "eating disorder",
    "I want to talk to somebody about my depression in London tonight",
    "aku ingin bicara dengan seseorang tentang depresi",
    "আমি কারো সাথে কথা বলতে চাই",
    "我想找人聊聊",
    "counselling for young people in Dhaka",
    "free online support group",
];

/// Words that no listing knows, each a slip or two from one that some does, or from how one sounds: in the first letter,
/// in others, in consonants alone, and in scripts that hardly any listing is written in.
const MISSPELT: &[&str] = &[
    "hashbatal",
    "hashpatel",
    "hashpatalle",
    "pishonnota",
    "bishonmota",
    "bishannotar",
    "vishonnota",
    "monochikitshok",
    "monochikitsok",
    "nonochikitshok",
    "manashik",
    "nanashik",
    "manashek",
    "manasgik",
    "shasto",
    "shashtho",
    "atmohotta",
    "atmohotya",
    "admohotta",
    "udbeg",
    "udbek",
    "otiriktochinta",
    "yiyuzheng",
    "yiyuzhemg",
    "yiyvzheng",
    "xinlizixun",
    "xinlizixum",
    "jinlizixun",
    "xinlijiankang",
    "xinlijiamkang",
    "zhixun",
    "shenzhem",
    "jenzhen",
    "xianggamg",
    "kesehatam",
    "gesehatan",
    "konsling",
    "gonseling",
    "depresy",
    "tepresi",
    "depresssion",
    "tepression",
    "zamaritans",
    "counsellimg",
    "sylhat",
    "zylhet",
    "chittagoong",
    "মানষিক",
    "মানসীক",
    "বিশন্নতা",
    "বিষাণ্নতা",
    "হাসপাতেল",
    "депресия",
    "депрессия",
    "ความเศร้า",
    "ความเศรา",
    "اكتئاب",
    "اكتثاب",
    "우울증",
    "うつびょう",
];

pub fn misspelt_words(runtime: &Runtime, one: &World, other: &World) -> Result<(), Failed> {
    let half = MISSPELT
        .iter()
        .map(|typed| words(&format!("{typed} dhaka")));
    let alone = MISSPELT.iter().map(|typed| words(typed));
    all_same(runtime, (one, other), alone.chain(half))
}

pub fn words_of_four_languages(
    runtime: &Runtime,
    one: &World,
    other: &World,
) -> Result<(), Failed> {
    all_same(
        runtime,
        (one, other),
        TYPED.iter().map(|typed| words(typed)),
    )
}

pub fn words_and_filters(runtime: &Runtime, one: &World, other: &World) -> Result<(), Failed> {
    let filters = [
        TermFilter::any_of(Facet::Kind, ["hub"]),
        TermFilter::any_of(Facet::Kind, ["helpline", "support_group"]),
        TermFilter::none_of(Facet::Kind, ["hub"]),
        TermFilter::any_of(Facet::Country, ["BD"]),
        TermFilter::any_of(Facet::Delivery, ["phone", "online"]),
        TermFilter::any_of(Facet::Spoken, ["zh-Hant"]),
        TermFilter::any_of(Facet::Topic, ["depression"]),
        TermFilter::none_of(Facet::Topic, ["depression"]),
        TermFilter::any_of(Facet::Area, ["bd-c"]),
    ];
    let typed = [
        "depression",
        "health",
        "support",
        "মানসিক",
        "心理",
        "samaritns",
    ];
    let questions = filters.iter().flat_map(|filter| {
        typed.iter().flat_map(|typed| {
            let mut question = words(typed);
            question.filters.terms.push(filter.clone());
            let uncounted = Question {
                facets: Vec::new(),
                ..question.clone()
            };
            [question, uncounted]
        })
    });
    all_same(runtime, (one, other), questions.collect::<Vec<_>>())
}

pub fn words_and_places(runtime: &Runtime, one: &World, other: &World) -> Result<(), Failed> {
    let points = [
        (23.81, 90.41),
        (22.54, 114.05),
        (-6.2, 106.8),
        (51.51, -0.13),
        (-16.8, 179.99),
        (90.0, 0.0),
    ];
    let questions = points.into_iter().flat_map(|(lat, lon)| {
        [5_000.0, 40_000.0, 900_000.0]
            .into_iter()
            .flat_map(move |radius_m| {
                ["health", "depression", "quiet", "hospitl", "心理"]
                    .into_iter()
                    .map(move |typed| Question {
                        place: PlaceFilter {
                            near: Some(Point { lat, lon }),
                            radius_m: Some(radius_m),
                            rectangle: None,
                        },
                        ..words(typed)
                    })
            })
    });
    all_same(runtime, (one, other), questions)
}

pub fn unicode_and_hostile_words(
    runtime: &Runtime,
    one: &World,
    other: &World,
) -> Result<(), Failed> {
    all_same(
        runtime,
        (one, other),
        HOSTILE.iter().map(|typed| words(typed)),
    )
}

/// Listings by each of their names, and topics by theirs: of the former every sixth, of the latter every third, because
/// the engines are slow before they are optimised.
pub fn names_and_topics(runtime: &Runtime, one: &World, other: &World) -> Result<(), Failed> {
    let versions = one.directory.versions();
    let names = versions
        .iter()
        .filter_map(|(id, _)| one.directory.card(id))
        .flat_map(|card| {
            let texts = card.name.iter().map(|(_, text)| text.to_owned());
            texts.collect::<Vec<String>>()
        });
    let topics = one.reference.topics().iter().flat_map(|topic| {
        let names = topic.names.iter().map(|name| name.text.to_string());
        names.collect::<Vec<String>>()
    });
    let questions = names
        .step_by(6)
        .chain(topics.step_by(3))
        .map(|name| Question {
            facets: Vec::new(),
            ..words(&name)
        });
    all_same(runtime, (one, other), questions.collect::<Vec<_>>())
}
