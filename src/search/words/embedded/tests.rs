//! The embedded engine on small sets of listings, written by hand.

use std::{
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use uuid::Uuid;

use super::Embedded;
use crate::{
    domain::{
        area::{Area, AreaCode, Name},
        contact::{Address, Channel, Contact},
        country::Country,
        details::Helpline,
        language::Language,
        listing::{Details, Listing},
        place::{Coverage, Place},
        slug::Slug,
        text::LocalisedText,
        topic::Topic,
    },
    search::{
        entry::{Decoder, Entry, OrganisationName},
        reference::{Reference, ReferenceData},
        words::{Index, Match, Pushdown, Waited, Words, WordsError, WordsQuestion, Write},
    },
    wording,
};

/// `bn: … | en: …`, the first being the source.
fn text(of: &str) -> LocalisedText {
    let texts: Vec<(Language, String)> = of
        .split(" | ")
        .map(|each| each.split_once(": ").unwrap())
        .map(|(tag, text)| (Language::parse(tag).unwrap(), text.to_owned()))
        .collect();
    LocalisedText::new(texts[0].0.clone(), texts).unwrap()
}

fn slug(of: &str) -> Slug {
    Slug::parse(of).unwrap()
}

fn names(of: &str) -> Vec<Name> {
    let name = |each: &str| {
        let (tag, text) = each.split_once(": ").unwrap();
        Name {
            language: Language::parse(tag).unwrap(),
            text: text.into(),
            old: false,
        }
    };
    of.split(" | ").map(name).collect()
}

fn reference() -> Arc<Reference> {
    let topic = |of: &str, parent: &str, called: &str| Topic {
        slug: slug(of),
        parent: Some(parent).filter(|parent| !parent.is_empty()).map(slug),
        names: names(called),
    };
    let area = |code: &str, parent: &str, country: &str, called: &str| Area {
        code: AreaCode::parse(code).unwrap(),
        kind: "area".into(),
        parent: AreaCode::parse(parent).ok(),
        country: Country::parse(country).unwrap(),
        names: names(called),
        centroid: None,
        time_zone: None,
    };
    let data = ReferenceData {
        topics: vec![
            topic("mood", "", "en: mood disorders"),
            topic(
                "depression",
                "mood",
                "en: depression | en: low mood | bn: বিষণ্নতা | bn: হতাশা | zh-Hans: 抑郁症 | zh-Hant: 憂鬱症 | id: depresi",
            ),
            topic(
                "postnatal-depression",
                "depression",
                "en: postnatal depression | zh-Hans: 产后抑郁症 | id: depresi pasca melahirkan",
            ),
            topic(
                "grief",
                "",
                "en: grief | bn: শোক | zh-Hans: 哀伤 | id: duka",
            ),
            topic("panic", "", "en: panic attack | id: serangan panik"),
        ],
        areas: vec![
            area("bd", "", "BD", "en: Bangladesh | bn: বাংলাদেশ"),
            area("bd-dhaka", "bd", "BD", "en: Dhaka | bn: ঢাকা"),
            area("cn-4403", "", "CN", "zh-Hans: 深圳市 | en: Shenzhen"),
            area("cn-440304", "cn-4403", "CN", "zh-Hans: 福田区 | en: Futian"),
            area("id-31", "", "ID", "id: Jakarta"),
        ],
        emergency: Vec::new(),
        national_lines: Vec::new(),
        as_of: "2026-06-01T00:00:00Z".parse().unwrap(),
        cursor: None,
    };
    let none: Decoder = Arc::new(|_| Err("none".to_owned()));
    Arc::new(Reference::build(data, &[], &none).unwrap())
}

/// A listing of number `number` with nothing but names; the rest is set by the test.
fn entry(number: u32, name: &str, set: impl FnOnce(&mut Listing)) -> Arc<Entry> {
    let mut listing = Listing {
        slug: slug(&format!("listing-{number}")),
        name: text(name),
        also_known_as: Vec::new(),
        summary: text("en: A place"),
        description: None,
        organisation: None,
        topics: Vec::new(),
        spoken: Vec::new(),
        audience: Vec::new(),
        age: None,
        delivery: Vec::new(),
        places: Vec::new(),
        coverage: None,
        contacts: Vec::new(),
        links: Vec::new(),
        intake: None,
        access: Vec::new(),
        cost: None,
        status: None,
        sources: Vec::new(),
        confirmed: Vec::new(),
        details: Details::Helpline(Helpline {
            crisis: false,
            national: false,
            answered_by: None,
        }),
    };
    set(&mut listing);
    let document = format!("{number}").into();
    Arc::new(Entry {
        id: Uuid::from_u128(number.into()),
        number,
        version: 1,
        listing,
        document,
        organisation: None,
        former_names: Vec::new(),
    })
}

fn place(area: &str) -> Place {
    Place {
        id: None,
        name: None,
        area: AreaCode::parse(area).unwrap(),
        is_virtual: false,
        confidential: false,
        street: None,
        postal_code: None,
        point: None,
        directions: None,
        accessibility: Vec::new(),
        hours: None,
    }
}

fn number(value: &str, country: &str) -> Contact {
    Contact {
        id: None,
        channel: Channel::Voice,
        address: Address::parse(Channel::Voice, value, Country::parse(country).ok()).unwrap(),
        extension: None,
        keyword: None,
        label: None,
        spoken: Vec::new(),
        hours: None,
        cost: None,
        public: true,
    }
}

struct Bench {
    engine: Embedded,
    reference: Arc<Reference>,
    root: tempfile::TempDir,
}

impl Bench {
    async fn with(entries: Vec<Arc<Entry>>) -> Self {
        let root = tempfile::tempdir().unwrap();
        let engine = Embedded::open(root.path()).unwrap();
        let bench = Self {
            engine,
            reference: reference(),
            root,
        };
        bench.rebuild(entries, 1).await;
        bench
    }

    async fn rebuild(&self, entries: Vec<Arc<Entry>>, cursor: i64) {
        let mut filling = self.engine.begin_rebuild().await.unwrap();
        filling
            .add(
                entries.into_iter().map(Write::Upsert).collect(),
                self.reference.clone(),
            )
            .await
            .unwrap();
        filling.finish(cursor).await.unwrap();
    }

    async fn apply(&self, writes: Vec<Write>, cursor: i64) {
        self.engine
            .apply(writes, self.reference.clone(), cursor)
            .await
            .unwrap();
    }

    async fn find(&self, words: &str) -> Vec<u32> {
        self.scored(words)
            .await
            .into_iter()
            .map(|(number, _)| number)
            .collect()
    }

    async fn scored(&self, words: &str) -> Vec<(u32, f32)> {
        let query = wording::query(words, self.reference.vocabulary());
        let question = WordsQuestion {
            query,
            pushdown: Pushdown::default(),
            waited: Waited::default(),
        };
        let found = self.engine.find(&question).await.unwrap();
        let in_order = |a: &Match, b: &Match| (b.score, a.number) < (a.score, b.number);
        assert!(found.is_sorted_by(in_order), "{found:?}");
        let mut found: Vec<(u32, f32)> = found
            .into_iter()
            .map(|found| (found.number, found.score))
            .collect();
        // Ties are in no order of their own.
        found.sort_by(|(a, one), (b, other)| other.total_cmp(one).then(a.cmp(b)));
        found
    }

    fn reopened(self) -> Self {
        let Self {
            engine,
            reference,
            root,
        } = self;
        drop(engine);
        Self {
            engine: Embedded::open(root.path()).unwrap(),
            reference,
            root,
        }
    }

    /// The directory of the volume in use.
    fn volume(&self) -> std::path::PathBuf {
        self.root
            .path()
            .join(format!("volume-{}", self.engine.generation()))
    }
}

/// One listing in each of the four languages and one of something else.
fn four_languages() -> Vec<Arc<Entry>> {
    vec![
        entry(
            1,
            "bn: কান পেতে রই | en: Kaan Pete Roi",
            |l| {
                l.slug = slug("kaan-pete-roi");
                l.summary = text("bn: মানসিক সহায়তার হেল্পলাইন | en: Emotional support by phone");
                l.topics = vec![slug("depression")];
                l.places = vec![place("bd-dhaka")];
                l.contacts = vec![number("09612-119911", "BD")];
            },
        ),
        entry(2, "zh-Hans: 聚光驿站", |l| {
            l.summary = text("zh-Hans: 社区里的心理援助站");
            l.topics = vec![slug("depression")];
            l.places = vec![place("cn-440304")];
        }),
        entry(3, "id: Rumah Berdaya", |l| {
            l.summary = text("id: Layanan kesehatan jiwa untuk semua orang");
            l.topics = vec![slug("postnatal-depression")];
            l.places = vec![place("id-31")];
            l.contacts = vec![number("119", "ID")];
        }),
        entry(4, "en: Harbour Counselling", |l| {
            l.summary = text("en: Talking therapy for anxiety")
        }),
        entry(5, "en: Grief Circle", |l| l.topics = vec![slug("grief")]),
    ]
}

#[tokio::test]
async fn finds_words_of_four_languages() {
    let bench = Bench::with(four_languages()).await;
    for (words, expected) in [
        ("কান পেতে রই", 1),
        ("Kaan Pete Roi", 1),
        ("হেল্পলাইন", 1),
        ("聚光驿站", 2),
        ("聚光驛站", 2),
        ("心理援助", 2),
        ("rumah berdaya", 3),
        ("sehat", 3),
        ("kesehatan", 3),
        ("COUNSELLING", 4),
        ("therapies", 4),
    ] {
        assert_eq!(bench.find(words).await.first(), Some(&expected), "{words}");
    }
    assert_eq!(bench.find("xyzzy").await, Vec::<u32>::new());
    assert_eq!(bench.find("…").await, Vec::<u32>::new());
}

#[tokio::test]
async fn a_topic_named_in_one_language_finds_listings_in_all() {
    let bench = Bench::with(four_languages()).await;
    for words in [
        "বিষণ্নতা",
        "বিষণ্ণতার",
        "憂鬱症",
        "抑郁症",
        "depresi",
        "low mood",
        "depression",
    ] {
        let mut found = bench.find(words).await;
        // What is tagged with the topic itself comes before what is tagged with one below it.
        assert_eq!(found.pop(), Some(3), "{words}");
        found.sort_unstable();
        assert_eq!(found, [1, 2], "{words}");
    }
    assert_eq!(bench.find("产后抑郁症").await, [3]);
    assert_eq!(bench.find("duka").await, [5]);
}

#[tokio::test]
async fn the_last_word_may_be_half_typed_and_long_words_misspelt() {
    let bench = Bench::with(four_languages()).await;
    for (words, expected) in [
        ("harb", 4),
        ("talking ther", 4),
        ("anxeity", 4),
        ("harbor counceling", 4),
        ("শোকে", 5),
        ("হেল্পলাই", 1),
        ("হেলপলাইন", 1),
        ("berdya", 3),
        ("depresion", 1),
    ] {
        assert_eq!(bench.find(words).await.first(), Some(&expected), "{words}");
    }
    // Short words and numbers are never taken for misspelt ones; only the last word is a beginning.
    assert_eq!(bench.find("griff").await, [5]);
    assert_eq!(bench.find("grif").await, Vec::<u32>::new());
    assert_eq!(bench.find("harb xyzzy").await, Vec::<u32>::new());
    assert_eq!(
        bench.find("harbour xyzzy").await,
        [4],
        "half of two units is one"
    );
    assert_eq!(bench.find("118").await, Vec::<u32>::new());
}

#[tokio::test]
async fn a_word_that_exists_is_not_taken_for_a_misspelling() {
    let bench = Bench::with(vec![
        entry(1, "en: Coach and Care", |_| {}),
        entry(2, "en: Couch Advice", |_| {}),
    ])
    .await;
    assert_eq!(bench.find("couch").await, [2]);
    assert_eq!(bench.find("conch").await, [1, 2]);
}

#[tokio::test]
async fn a_word_that_nobody_has_any_more_is_taken_for_a_misspelling() {
    let mut entries = vec![
        entry(1, "en: Coach and Care", |_| {}),
        entry(2, "en: Couch Advice", |_| {}),
    ];
    // Enough that the part of the index with the former name is not rewritten for it.
    entries.extend((3..9).map(|number| entry(number, "en: Garden", |_| {})));
    let bench = Bench::with(entries).await;
    assert_eq!(bench.find("couch").await, [2]);
    let sofa = entry(2, "en: Sofa Advice", |_| {});
    let garden = entry(3, "en: Garden", |_| {});
    bench
        .apply(vec![Write::Upsert(sofa), Write::Upsert(garden)], 2)
        .await;
    assert_eq!(bench.find("couch").await, [1]);
    assert_eq!(bench.find("garden").await, [3, 4, 5, 6, 7, 8]);
}

/// As the other engine has it: a wrong first letter is two typos, which a short word may not have.
#[tokio::test]
async fn a_short_word_begins_as_it_was_typed() {
    let bench = Bench::with(vec![
        entry(1, "en: Panic at Night", |_| {}),
        entry(2, "en: Counsellor", |_| {}),
    ])
    .await;
    assert_eq!(bench.find("manic").await, Vec::<u32>::new());
    assert_eq!(bench.find("panik").await, [1]);
    assert_eq!(bench.find("gounsellor").await, [2]);
}

#[tokio::test]
async fn places_organisations_and_numbers_are_words_too() {
    let mut entries = four_languages();
    let mut run_by = (*entry(6, "en: Night Line", |l| {
        l.coverage = Some(Coverage {
            everywhere: false,
            areas: vec![AreaCode::parse("bd").unwrap()],
        });
    }))
    .clone();
    run_by.organisation = Some(OrganisationName {
        id: Uuid::from_u128(9),
        slug: slug("moner-bondhu"),
        name: text("bn: মনের বন্ধু | en: Moner Bondhu"),
    });
    entries.push(Arc::new(run_by));
    let bench = Bench::with(entries).await;
    for (words, expected) in [
        ("Moner Bondhu", vec![6]),
        ("মনের বন্ধুর", vec![6]),
        ("福田", vec![2]),
        ("深圳抑鬱症", vec![2, 1, 3]),
        ("深圳驿站", vec![2]),
        ("ঢাকায়", vec![1]),
        ("Bangladesh", vec![1, 6]),
        ("০৯৬১২-১১৯৯১১", vec![1]),
        ("09612119911", vec![1]),
        ("+880 9612 119911", vec![1]),
        ("0961", vec![1]),
        ("119", vec![3, 1]),
        ("depresi jakarta", vec![3, 1, 2]),
    ] {
        assert_eq!(bench.find(words).await, expected, "{words}");
    }
}

#[tokio::test]
async fn words_matched_come_before_how_well_and_that_before_where() {
    let bench = Bench::with(vec![
        entry(1, "en: Silent Harbour", |_| {}),
        entry(2, "en: Garden", |l| {
            l.summary = text("en: A silent meeting by the harbour")
        }),
        entry(3, "en: Harbour", |_| {}),
        entry(4, "en: Harbourside", |_| {}),
        entry(5, "en: Silent", |_| {}),
    ])
    .await;
    // More words first, in the name before in the text; then one word exactly before one that begins so.
    assert_eq!(bench.find("silent harbour").await, [1, 2, 3, 5, 4]);
    let scored = bench.scored("silent harbour").await;
    assert_eq!(scored[2].1, scored[3].1, "equal relevance is a tie");
    // A word with a typo counts less than one as it is written.
    assert_eq!(bench.find("silent harbuor").await, [1, 2, 5, 3, 4]);
    assert_eq!(
        bench.find("garden silent harbour").await,
        [2, 1],
        "two of three units are needed"
    );
}

#[tokio::test]
async fn follows_changes_and_keeps_its_cursor_over_a_restart() {
    let bench = Bench::with(four_languages()).await;
    assert_eq!(bench.engine.cursor().await.unwrap(), Some(1));
    let renamed = entry(4, "en: Lighthouse", |_| {});
    let writes = vec![
        Write::Upsert(renamed),
        Write::Delete {
            id: Uuid::from_u128(5),
        },
    ];
    bench.apply(writes.clone(), 7).await;
    bench.apply(writes, 7).await;
    let generation = bench.engine.generation();
    for bench in [bench.reopened()] {
        assert_eq!(bench.find("lighthouse").await, [4]);
        assert_eq!(bench.find("counselling").await, Vec::<u32>::new());
        assert_eq!(bench.find("duka").await, Vec::<u32>::new());
        assert_eq!(bench.engine.cursor().await.unwrap(), Some(7));
        assert_eq!(bench.engine.generation(), generation);
        bench.rebuild(vec![], 9).await;
        assert_ne!(bench.engine.generation(), generation);
        assert_eq!(
            fs::read_dir(bench.root.path()).unwrap().count(),
            2,
            "one volume and the pointer to it"
        );
    }
}

#[tokio::test]
async fn what_merging_left_is_asked_without_another_change() {
    let bench = Bench::with(four_languages()).await;
    let volume = bench.engine.0.volume().unwrap();
    // Each commit leaves a segment, and eight of them are merged.
    for number in 11..18 {
        let lighthouse = entry(number, "en: Lighthouse", |_| {});
        let cursor = i64::from(number);
        bench.apply(vec![Write::Upsert(lighthouse)], cursor).await;
    }
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let searcher = volume.searcher();
        if searcher.segment_readers().len() == 1 {
            assert_eq!(searcher.num_docs(), 5 + 7);
            break;
        }
        assert!(Instant::now() < deadline, "{:?}", searcher.generation());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(
        bench.find("lighthouse").await,
        Vec::from_iter(11..18),
        "and nothing is lost"
    );
    assert_eq!(bench.engine.cursor().await.unwrap(), Some(17));
}

#[tokio::test]
async fn entries_come_back_as_they_went_in() {
    let bench = Bench::with(four_languages()).await.reopened();
    let known = four_languages();
    let decode: Decoder = Arc::new(move |document| {
        let found = known
            .iter()
            .find(|entry| entry.document.as_ref() == document);
        found
            .map(|entry| entry.listing.clone())
            .ok_or_else(|| "unknown".to_owned())
    });
    let mut entries: Vec<Entry> = bench
        .engine
        .entries(&decode)
        .collect::<Result<_, _>>()
        .unwrap();
    entries.sort_by_key(|entry| entry.number);
    assert_eq!(entries.len(), 5);
    assert_eq!(entries[1].listing, four_languages()[1].listing);
    let broken: Decoder = Arc::new(|_| Err("not this format".to_owned()));
    assert!(bench.engine.entries(&broken).all(|entry| entry.is_err()));
}

/// What happens to a volume's directory, by name.
type Damage = (&'static str, fn(&Path));

#[tokio::test]
async fn what_cannot_be_read_is_rebuilt_and_never_a_panic() {
    let damages: &[Damage] = &[
        ("another fingerprint", |volume| {
            replace(&volume.join("meta.json"), "wording ", "wording 0 before ")
        }),
        ("no seal", |volume| {
            replace(&volume.join("meta.json"), "fingerprint", "thumbprint")
        }),
        ("nonsense for metadata", |volume| {
            fs::write(volume.join("meta.json"), "{]").unwrap()
        }),
        ("an empty directory", |volume| {
            fs::remove_dir_all(volume).unwrap();
            fs::create_dir(volume).unwrap();
        }),
        ("no directory", |volume| fs::remove_dir_all(volume).unwrap()),
        ("cut files", |volume| {
            each_segment_file(volume, |bytes| bytes.truncate(bytes.len() / 2))
        }),
        ("empty files", |volume| {
            each_segment_file(volume, Vec::clear)
        }),
        ("flipped bytes", |volume| {
            each_segment_file(volume, |bytes| {
                bytes.iter_mut().take(9).for_each(|b| *b ^= 0x5a)
            })
        }),
        ("missing files", |volume| {
            for file in segment_files(volume) {
                fs::remove_file(file).unwrap();
            }
        }),
    ];
    for (name, damage) in damages {
        let bench = Bench::with(four_languages()).await;
        let generation = bench.engine.generation();
        damage(&bench.volume());
        let bench = bench.reopened();
        assert_eq!(bench.engine.cursor().await.unwrap(), None, "{name}");
        let question = WordsQuestion {
            query: wording::query("x", bench.reference.vocabulary()),
            pushdown: Pushdown::default(),
            waited: Waited::default(),
        };
        assert!(
            matches!(bench.engine.find(&question).await, Err(WordsError::Unbuilt)),
            "{name}"
        );
        assert!(
            bench
                .engine
                .apply(vec![], bench.reference.clone(), 3)
                .await
                .is_err(),
            "{name}"
        );
        bench.rebuild(four_languages(), 4).await;
        assert_eq!(bench.find("duka").await, [5], "{name}");
        assert!(bench.engine.generation() > generation, "{name}");
    }
}

fn replace(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from));
    fs::write(file, text.replace(from, to)).unwrap();
}

fn segment_files(volume: &Path) -> impl Iterator<Item = std::path::PathBuf> {
    let kept = |path: &std::path::PathBuf| {
        path.extension()
            .is_some_and(|ending| ending != "json" && ending != "lock")
    };
    fs::read_dir(volume)
        .unwrap()
        .map(|item| item.unwrap().path())
        .filter(kept)
}

fn each_segment_file(volume: &Path, change: fn(&mut Vec<u8>)) {
    for file in segment_files(volume) {
        let mut bytes = fs::read(&file).unwrap();
        change(&mut bytes);
        fs::write(&file, bytes).unwrap();
    }
}

#[tokio::test]
async fn a_rebuild_left_unfinished_changes_nothing() {
    let bench = Bench::with(four_languages()).await;
    let mut filling = bench.engine.begin_rebuild().await.unwrap();
    filling.add(vec![], bench.reference.clone()).await.unwrap();
    drop(filling);
    assert_eq!(bench.find("duka").await, [5]);
    bench
        .apply(
            vec![Write::Delete {
                id: Uuid::from_u128(5),
            }],
            2,
        )
        .await;
    let bench = bench.reopened();
    assert_eq!(
        (
            bench.find("duka").await,
            bench.engine.cursor().await.unwrap()
        ),
        (vec![], Some(2))
    );
}

#[tokio::test]
async fn what_changes_during_a_rebuild_is_there_once_as_it_is_at_the_end() {
    let bench = Bench::with(vec![]).await;
    let named = |number, name: &'static str| entry(number, name, |_| {});
    let mut filling = bench.engine.begin_rebuild().await.unwrap();
    let mut add = async |entries: Vec<Arc<Entry>>| {
        let writes = entries.into_iter().map(Write::Upsert).collect();
        filling.add(writes, bench.reference.clone()).await.unwrap();
    };
    add(vec![
        named(1, "en: Harbour one"),
        named(3, "en: Harbour three"),
    ])
    .await;
    add(vec![named(4, "en: Harbour four")]).await;
    // The replay: what was changed, in whatever order, and what came between.
    add(vec![
        named(4, "en: Meadow four"),
        named(2, "en: Harbour two"),
        named(1, "en: Meadow one"),
    ])
    .await;
    add(vec![
        named(1, "en: Orchard one"),
        named(5, "en: Harbour five"),
    ])
    .await;
    add(vec![named(5, "en: Orchard five")]).await;
    filling.finish(2).await.unwrap();
    assert_eq!(bench.find("harbour").await, [2, 3]);
    assert_eq!(bench.find("meadow").await, [4]);
    assert_eq!(bench.find("orchard").await, [1, 5]);
}

#[tokio::test]
async fn no_question_fails() {
    let bench = Bench::with(four_languages()).await;
    let long = "দুশ্চিন্তা ".repeat(400) + &"a".repeat(70_000);
    for words in [
        "",
        " ",
        "\0",
        "\u{FFFD}\u{202E}",
        "* OR (",
        "name:kaan AND",
        "\"",
        "\\",
        "~~~",
        "a*b?",
        "💙",
        "क्या",
        "ﷺ",
        "é\u{0301}",
        "ا",
        "-",
        "一",
        "心",
        "a",
        "৯",
        "𠮷野家",
        &long,
    ] {
        bench.find(words).await;
    }
}
