//! All that anybody may ask of the directory, and how it is held against what was approved.

use std::collections::BTreeMap;

use haven::app::export;
use proptest::{prelude::*, test_runner::TestCaseError};
use serde_json::{Value, json};

use super::{
    case::Case,
    state::{Model, SLUGS, Said},
    words,
};
use crate::support::{TestApp, app::slugs};

/// Listings of others that are always there.
const OTHERS: u64 = 4;

/// An answer: status, tag or where it leads, text.
#[derive(Debug, PartialEq)]
struct Answer {
    status: u16,
    tag: String,
    location: String,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }
}

/// What was answered, by what was asked for. Nothing that was said is a part of these questions.
pub struct Outputs {
    answers: BTreeMap<String, Answer>,
    /// Slugs that were found, by words that somebody may look for.
    found: BTreeMap<String, Vec<String>>,
}

fn around(from: &str, radius: &str) -> String {
    format!("/v1/search?near={from}{radius}&kind=hub&limit=100&lang=en")
}

fn within(bounds: &str) -> String {
    format!("/v1/search?bbox={bounds}&kind=hub&limit=100&lang=en")
}

const LIST: &str = "/v1/hubs?limit=100&lang=en";
const MAP: &str = "/v1/hubs.geojson?limit=100&lang=en";
const SUGGESTED: &str = "/v1/suggest?q=Room&kind=hub&limit=20&lang=en";
const EXPORT: &str = "haven export";

fn named(name: &str) -> String {
    format!("/v1/hubs/{name}?lang=en")
}

async fn ask(app: &TestApp, path: &str) -> Answer {
    let reply = app.get(path).await;
    Answer {
        status: reply.status,
        tag: reply.header("etag").to_owned(),
        location: reply.header("location").to_owned(),
        // A problem names the request.
        text: if reply.status < 400 {
            reply.text
        } else {
            String::new()
        },
    }
}

impl Outputs {
    pub async fn collect(case: &Case<'_, '_>) -> Self {
        let app = case.world.app;
        let mut paths = vec![
            LIST.to_owned(),
            MAP.to_owned(),
            SUGGESTED.to_owned(),
            "/v1/sources".to_owned(),
            format!("/v1/changes?limit=1000&cursor={}", case.since),
            format!("/v1/changes.ndjson?cursor={}", case.since),
            format!("/v1/organisations/{}?lang=en", case.organisation),
            around(words::NEAR, "&radius=18000"),
            around(words::NEAR, "&radius=15000"),
            around(words::FAR, ""),
            within(words::BOX),
            within(words::BOX_OF_DISTRICT),
            named(&case.listing),
            named(&case.ward),
            named(&format!("ward-{}", case.number)),
        ];
        paths.extend((0..SLUGS).map(|of| named(&words::slug(case.number, of))));
        let typed = words::word(case.model.typed.word);
        paths.push(format!("/v1/suggest?q={}&lang=en", &typed[..5]));
        let asked = paths.into_iter().map(async |path| {
            let answer = ask(app, &path).await;
            (path, answer)
        });
        let mut answers: BTreeMap<_, _> = futures_util::future::join_all(asked)
            .await
            .into_iter()
            .collect();
        let mut exported = Vec::new();
        export::listings(&case.world.db.store, &mut exported)
            .await
            .unwrap();
        let exported = Answer {
            status: 200,
            tag: String::new(),
            location: String::new(),
            text: String::from_utf8(exported).unwrap(),
        };
        answers.insert(EXPORT.to_owned(), exported);
        Self {
            answers,
            found: found(case).await,
        }
    }

    fn of(&self, path: &str) -> &Answer {
        &self.answers[path]
    }

    fn slugs(&self, path: &str) -> Vec<String> {
        let answer = self.of(path).json();
        let listed = answer.get("hits").or_else(|| answer.get("items"));
        slugs(listed.unwrap())
            .into_iter()
            .map(str::to_owned)
            .collect()
    }

    /// Holds that no byte is another one.
    pub fn hold_same(&self, former: &Self) -> Result<(), TestCaseError> {
        for (path, answer) in &self.answers {
            // What is suggested for what is typed by now was not asked before.
            if let Some(former) = former.answers.get(path) {
                prop_assert_eq!(answer, former, "{}", path);
            }
        }
        Ok(())
    }

    /// Holds all of it against the model.
    pub fn hold(&self, case: &Case<'_, '_>) -> Result<(), TestCaseError> {
        self.hold_unsaid(case)?;
        self.hold_names(case)?;
        self.hold_found(case)?;
        self.hold_places(case)?;
        self.hold_copies(case)
    }

    /// What was said and not approved is nowhere.
    fn hold_unsaid(&self, case: &Case<'_, '_>) -> Result<(), TestCaseError> {
        let shown = case.model.shown();
        let words = case
            .words
            .iter()
            .filter(|of| shown.is_none_or(|said| said.word != **of));
        let open = shown.filter(|said| said.open);
        let places = case
            .places
            .iter()
            .filter(|of| open.is_none_or(|said| said.place != **of));
        let unsaid: Vec<&str> = words
            .map(|of| words::word(*of))
            .chain(places.map(|of| words::street(*of)))
            .collect();
        for (path, answer) in &self.answers {
            let told = unsaid.iter().find(|unsaid| answer.text.contains(**unsaid));
            prop_assert!(told.is_none(), "{}: {:?} in {}", path, told, answer.text);
        }
        for (words, found) in &self.found {
            let answers = unsaid.contains(&&**words);
            prop_assert!(!answers || !is_among(case, found), "{} finds it", words);
        }
        Ok(())
    }

    /// Its id and its slugs lead to it, and so do those of what was merged into it; or to what it was merged into.
    fn hold_names(&self, case: &Case<'_, '_>) -> Result<(), TestCaseError> {
        let model = &case.model;
        let shown = model.shown();
        for of in 0..SLUGS {
            let path = named(&words::slug(case.number, of));
            let here = shown.is_some_and(|said| said.slug == of);
            self.hold_way(case, &path, (here, model.slugs.contains(&of)))?;
        }
        self.hold_way(
            case,
            &named(&case.listing),
            (shown.is_some(), !model.slugs.is_empty()),
        )?;
        for name in [case.ward.clone(), format!("ward-{}", case.number)] {
            let path = named(&name);
            match model.ward_merged {
                true => self.hold_way(case, &path, (false, true))?,
                false => prop_assert_eq!(self.of(&path).status, 200),
            }
        }
        let Some(said) = shown else { return Ok(()) };
        let detail = self.of(&named(&case.listing));
        let by_slug = self.of(&named(&words::slug(case.number, said.slug)));
        prop_assert_eq!(detail, by_slug);
        let detail = detail.json();
        prop_assert_eq!(
            &detail["summary"]["text"],
            &json!(words::summary(said.word))
        );
        let name = detail["name"]["text"].as_str().unwrap();
        prop_assert!(name.ends_with(words::word(said.word)), "{}", name);
        prop_assert_eq!(&detail["status"]["state"], words::state(said.ended));
        hold_place(&detail["places"][0], said)
    }

    fn hold_way(
        &self,
        case: &Case<'_, '_>,
        path: &str,
        (here, leads): (bool, bool),
    ) -> Result<(), TestCaseError> {
        let answer = self.of(path);
        let to = match (case.model.shown(), case.model.merged) {
            (Some(said), _) => Some(words::slug(case.number, said.slug)),
            (None, true) => Some("refuge".to_owned()),
            (None, false) => None,
        };
        match (here, to.filter(|_| leads)) {
            (true, _) => prop_assert_eq!(answer.status, 200, "{}", path),
            (false, Some(to)) => {
                prop_assert_eq!(answer.status, 308, "{}", path);
                let to = format!("/v1/hubs/{to}");
                prop_assert!(
                    answer.location.starts_with(&to),
                    "{} leads to {}",
                    path,
                    answer.location
                );
            }
            (false, None) => prop_assert_eq!(answer.status, 404, "{}", path),
        }
        Ok(())
    }

    /// What is shown is found by what it says; what has ended is not found, and is still there.
    fn hold_found(&self, case: &Case<'_, '_>) -> Result<(), TestCaseError> {
        let found = found_of(&case.model);
        for path in [LIST, SUGGESTED, &around(words::FAR, "")] {
            let listed = self.slugs(path);
            let own: Vec<&String> = listed.iter().filter(|slug| is_own(case, slug)).collect();
            let expected = found.map(|said| words::slug(case.number, said.slug));
            let expected: Vec<&String> = expected.iter().collect();
            prop_assert_eq!(own, expected, "{}", path);
        }
        let all = self.of(&around(words::FAR, "")).json();
        let ward = u64::from(!case.model.ward_merged);
        let total = OTHERS + ward + u64::from(found.is_some());
        prop_assert_eq!(&all["total"], &json!({"value": total, "exact": true}));
        let topics = all["facets"]["topic"].as_array().unwrap().iter();
        let grief = topics.filter(|value| value["value"] == "grief");
        let counts: Vec<&Value> = grief.map(|value| &value["count"]).collect();
        prop_assert_eq!(counts, [&json!(total)]);
        for (path, list) in [(LIST, "items"), (&*around(words::FAR, ""), "hits")] {
            let answer = self.of(path).json();
            let own = answer[list]
                .as_array()
                .unwrap()
                .iter()
                .find(|one| one["id"] == *case.listing);
            let summary = own.map(|own| own["summary"]["text"].clone());
            prop_assert_eq!(
                summary,
                found.map(|said| json!(words::summary(said.word))),
                "{}",
                path
            );
        }
        let mapped = self.of(MAP).json();
        let mapped = mapped["features"].as_array().unwrap().iter();
        let own = mapped.filter(|one| one["id"] == *case.listing).count();
        prop_assert_eq!(own, usize::from(found.is_some()));
        let Some(said) = found else { return Ok(()) };
        let word = words::word(said.word);
        prop_assert!(
            is_among(case, &self.found[word]),
            "{} does not find it",
            word
        );
        Ok(())
    }

    /// What is confidential is where its district is, whatever its point.
    fn hold_places(&self, case: &Case<'_, '_>) -> Result<(), TestCaseError> {
        let found = found_of(&case.model);
        let is_in = |path: String| is_among(case, &self.slugs(&path));
        let (open, secret) = match found {
            Some(said) => (said.open, !said.open),
            None => (false, false),
        };
        for (path, expected) in [
            (around(words::NEAR, "&radius=18000"), open || secret),
            (around(words::NEAR, "&radius=15000"), open),
            (within(words::BOX), open),
            (within(words::BOX_OF_DISTRICT), secret),
        ] {
            prop_assert_eq!(is_in(path.clone()), expected, "{}", path);
        }
        let order = self.slugs(&around(words::FAR, ""));
        let own = order.iter().position(|slug| is_own(case, slug));
        let between = order.iter().position(|slug| slug == "between").unwrap();
        let Some(own) = own else { return Ok(()) };
        prop_assert_eq!(own > between, secret, "{:?}", order);
        let hit = &self.of(&around(words::FAR, "")).json()["hits"][own];
        prop_assert_eq!(hit["distance_m"].is_null(), secret);
        prop_assert_eq!(&hit["approximate"], secret);
        Ok(())
    }

    /// What copies are made from says the same.
    fn hold_copies(&self, case: &Case<'_, '_>) -> Result<(), TestCaseError> {
        let shown = case.model.shown().map(|said| words::summary(said.word));
        let exported = self
            .of(EXPORT)
            .text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        let slug = |line: &Value| line["slug"].as_str().unwrap_or_default().to_owned();
        let own: Vec<Value> = exported.filter(|line| is_own(case, &slug(line))).collect();
        let told: Vec<String> = own.iter().map(summary_of).collect();
        prop_assert_eq!(
            told,
            shown.iter().cloned().collect::<Vec<_>>(),
            "the export"
        );
        let pages = [
            self.of(&format!("/v1/changes?limit=1000&cursor={}", case.since))
                .json()["items"]
                .clone(),
            lines(
                &self
                    .of(&format!("/v1/changes.ndjson?cursor={}", case.since))
                    .text,
            ),
        ];
        for page in &pages {
            let own = page
                .as_array()
                .unwrap()
                .iter()
                .filter(|item| item["id"] == *case.listing);
            let own: Vec<&Value> = own.collect();
            let expected = usize::from(!case.model.slugs.is_empty());
            prop_assert_eq!(own.len(), expected, "the feed: {:?}", own);
            let Some(last) = own.first() else { continue };
            let told = last.get("listing").map(summary_of);
            prop_assert_eq!(&told, &shown, "the feed");
            prop_assert_eq!(last["operation"] == "upsert", shown.is_some());
            if let Some(said) = case.model.shown() {
                hold_place(&last["listing"]["places"][0], said)?;
            }
        }
        Ok(())
    }
}

fn summary_of(listing: &Value) -> String {
    listing["summary"]["text"]["en"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

fn lines(text: &str) -> Value {
    text.lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .collect()
}

/// A confidential place has neither street nor point.
fn hold_place(place: &Value, said: Said) -> Result<(), TestCaseError> {
    prop_assert_eq!(place["point"].is_null(), !said.open, "{}", place);
    prop_assert_eq!(place["street"].is_null(), !said.open, "{}", place);
    let street = place["street"].to_string();
    prop_assert!(
        !said.open || street.contains(words::street(said.place)),
        "{}",
        place
    );
    Ok(())
}

fn found_of(model: &Model) -> Option<Said> {
    model.shown().filter(|said| !said.ended)
}

fn is_own(case: &Case<'_, '_>, slug: &str) -> bool {
    (0..SLUGS).any(|of| words::slug(case.number, of) == slug)
}

fn is_among(case: &Case<'_, '_>, found: &[String]) -> bool {
    found.iter().any(|slug| is_own(case, slug))
}

/// What is found by words: those that are shown, those that are typed, and where it is.
async fn found(case: &Case<'_, '_>) -> BTreeMap<String, Vec<String>> {
    let said = [Some(case.model.typed), case.model.shown()];
    let said = said.into_iter().flatten();
    let mut questions: Vec<&str> = said
        .flat_map(|said| [words::word(said.word), words::street(said.place)])
        .collect();
    questions.sort_unstable();
    questions.dedup();
    let asked = questions.into_iter().map(async |question| {
        let parameters = [
            ("q", question),
            ("kind", "hub"),
            ("limit", "100"),
            ("lang", "en"),
        ];
        let found = case.world.app.search(&parameters).await;
        let found = slugs(&found["hits"]).into_iter().map(str::to_owned);
        (question.to_owned(), found.collect())
    });
    futures_util::future::join_all(asked)
        .await
        .into_iter()
        .collect()
}
