//! Asking with engines that say what the test wants.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use futures_util::future::BoxFuture;
use jiff::SignedDuration;

use super::{AskError, Directory, Position, Question};
use crate::{
    domain::{clock::FixedClock, listing::Kind, place::Point, schedule::OpenState},
    search::{
        catalogue::{Filters, PlaceFilter, Sort},
        entry::Entry,
        sample,
        words::{Match, Words, WordsError, WordsQuestion, Write},
    },
};

/// Finds what it is told to, or fails.
struct Told {
    name: &'static str,
    generation: AtomicU64,
    finds: Mutex<Option<Vec<u32>>>,
}

impl Told {
    fn new(name: &'static str, finds: Option<&[u32]>) -> Arc<Self> {
        let finds = Mutex::new(finds.map(<[u32]>::to_vec));
        Arc::new(Self {
            name,
            generation: AtomicU64::new(1),
            finds,
        })
    }
}

impl Words for Told {
    fn name(&self) -> &'static str {
        self.name
    }

    fn find<'a>(&'a self, _: &'a WordsQuestion) -> BoxFuture<'a, Result<Vec<Match>, WordsError>> {
        let found = self.finds.lock().unwrap().clone();
        let matches = found.map(|numbers| {
            let score = |number| Match { number, score: 1.0 };
            numbers.into_iter().map(score).collect()
        });
        Box::pin(async move { matches.ok_or(WordsError::Late) })
    }

    fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }
}

fn entries(count: u32) -> Vec<Entry> {
    let entry = |number| {
        let mut place = sample::place("bd-dhaka", Some((23.8, 90.4)));
        place.hours = Some(sample::office_hours());
        sample::entry(number, vec![place])
    };
    (0..count).map(entry).collect()
}

/// A directory of `entries` at eleven in the morning in Dhaka.
fn directory(entries: &[Entry], engines: Vec<Arc<dyn Words>>) -> (Directory, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::new("2026-11-22T05:00:00Z".parse().unwrap()));
    let directory = Directory::new(sample::reference(), engines, clock.clone());
    let writes: Vec<Write> = entries
        .iter()
        .map(|entry| Write::Upsert(Arc::new(entry.clone())))
        .collect();
    directory.apply(&writes);
    (directory, clock)
}

fn words(words: &str) -> Question {
    Question {
        words: Some(words.to_owned()),
        limit: 2,
        languages: vec![sample::language("en")],
        ..Question::default()
    }
}

/// A position as it comes back out of a cursor.
fn returned(position: Option<Position>) -> Option<Position> {
    let text = serde_json::to_string(&position.unwrap()).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

#[tokio::test]
async fn without_words_the_catalogue_answers_alone() {
    let (directory, _) = directory(&entries(3), vec![Told::new("embedded", None)]);
    for typed in [None, Some(String::new()), Some(" \n".to_owned())] {
        let question = Question {
            words: typed,
            ..Question::default()
        };
        let answer = directory.ask(&question).await.unwrap();
        assert_eq!(
            (answer.engine, answer.total.value, answer.degraded),
            ("catalogue", 3, false)
        );
    }
    let answer = directory.ask(&words("?!")).await.unwrap();
    assert_eq!(
        (answer.engine, answer.total.value),
        ("embedded", 0),
        "not a word in it"
    );
}

#[tokio::test]
async fn the_next_engine_answers_where_the_preferred_one_fails() {
    let (preferred, embedded) = (
        Told::new("meilisearch", None),
        Told::new("embedded", Some(&[1])),
    );
    let (directory, _) = directory(&entries(3), vec![preferred.clone(), embedded.clone()]);
    let answer = directory.ask(&words("clinic")).await.unwrap();
    assert_eq!(
        (answer.engine, answer.degraded, answer.total.value),
        ("embedded", true, 1)
    );
    *preferred.finds.lock().unwrap() = Some(vec![0, 1]);
    let answer = directory.ask(&words("clinic")).await.unwrap();
    assert_eq!(
        (answer.engine, answer.degraded, answer.total.value),
        ("meilisearch", false, 2)
    );
    *preferred.finds.lock().unwrap() = None;
    *embedded.finds.lock().unwrap() = None;
    assert!(matches!(
        directory.ask(&words("clinic")).await,
        Err(AskError::Words(_))
    ));
}

#[tokio::test]
async fn a_position_continues_its_own_question_in_its_own_index() {
    let engine = Told::new("embedded", Some(&[4, 3, 2, 1, 0]));
    let (directory, clock) = directory(&entries(5), vec![engine.clone()]);
    let mut question = words("clinic");
    let mut seen = Vec::new();
    loop {
        let answer = directory.ask(&question).await.unwrap();
        assert_eq!(answer.total.value, 5);
        seen.extend(answer.hits.iter().map(|hit| hit.card.number));
        if answer.next.is_none() {
            break;
        }
        question.after = returned(answer.next);
    }
    seen.sort_unstable();
    assert_eq!(seen, [0, 1, 2, 3, 4]);

    let foreign = Question {
        after: question.after.clone(),
        ..words("hospital")
    };
    assert!(matches!(
        directory.ask(&foreign).await,
        Err(AskError::Foreign)
    ));
    engine.generation.store(2, Ordering::SeqCst);
    assert!(matches!(
        directory.ask(&question).await,
        Err(AskError::Expired)
    ));
    engine.generation.store(1, Ordering::SeqCst);
    assert!(directory.ask(&question).await.is_ok());
    clock.advance(SignedDuration::from_hours(25));
    assert!(matches!(
        directory.ask(&question).await,
        Err(AskError::Expired)
    ));
}

#[tokio::test]
async fn pages_go_on_by_the_first_moment_and_show_the_present_one() {
    let (directory, clock) = directory(&entries(3), Vec::new());
    let filters = Filters {
        open_now: true,
        ..Filters::default()
    };
    let mut question = Question {
        filters,
        limit: 2,
        ..Question::default()
    };
    let first = directory.ask(&question).await.unwrap();
    assert!(first.hits.iter().all(|hit| hit.open.is_open()));
    clock.advance(SignedDuration::from_hours(7));
    question.after = returned(first.next);
    let second = directory.ask(&question).await.unwrap();
    assert_eq!((second.hits.len(), second.total.value), (1, 3));
    assert!(matches!(
        second.hits[0].open,
        OpenState::Closed { opens: Some(_) }
    ));
    question.after = None;
    assert_eq!(directory.ask(&question).await.unwrap().total.value, 0);
}

#[tokio::test]
async fn marks_are_in_the_text_shown_and_other_languages_are_named() {
    let (directory, _) = directory(&entries(1), vec![Told::new("embedded", Some(&[0]))]);
    let hit = |answer: super::Answer| answer.hits.into_iter().next().unwrap();
    let found = hit(directory.ask(&words("clinic")).await.unwrap());
    assert_eq!(
        (&found.marks.name[..], found.matched_in),
        (&[(11, 17)][..], None)
    );
    let found = hit(directory.ask(&words("ক্লিনিক")).await.unwrap());
    assert!(found.marks.name.is_empty());
    assert_eq!(found.matched_in, Some(sample::language("bn")));
}

#[tokio::test]
async fn an_order_by_distance_needs_a_point() {
    let (directory, _) = directory(&entries(1), Vec::new());
    let mut question = Question {
        sort: Sort::Distance,
        ..Question::default()
    };
    assert!(matches!(
        directory.ask(&question).await,
        Err(AskError::NoPoint)
    ));
    let near = Some(Point {
        lat: 23.8,
        lon: 90.4,
    });
    question.place = PlaceFilter {
        near,
        ..PlaceFilter::default()
    };
    let answer = directory.ask(&question).await.unwrap();
    assert_eq!((answer.hits[0].distance_m, answer.near), (Some(0.0), near));
}

#[test]
fn lists_are_of_one_kind() {
    let (directory, _) = directory(&entries(3), Vec::new());
    assert_eq!(
        directory
            .list(Kind::Hub, &Filters::default(), None, 10)
            .total,
        3
    );
    assert_eq!(
        directory
            .list(Kind::Helpline, &Filters::default(), None, 10)
            .total,
        0
    );
    directory.apply(&[Write::Delete { id: sample::id(1) }]);
    assert_eq!(
        (directory.len(), directory.card(&sample::id(1)).is_none()),
        (2, true)
    );
}
