//! From what words say to the conditions that they mean, and back where these leave nothing.
//!
//! A question is asked in several ways, the most literal last, until one finds something. A later page is continued in
//! the way that its first page was: only that way's question fits the cursor.

use super::{Answer, Besides, Facet, Likely, PlaceFilter, Question, Sort, TermFilter, refused};
use crate::{
    app::{App, AppError, find::Manner},
    domain::{
        area::AreaCode,
        country::Country,
        offer::{CostModel, Delivery},
    },
    search::ask::{AskError, Asker, Reading, SaidPlace, read},
    wording::{Intent, SaidIntent},
};

/// How far "near me" reaches.
const NEAR_ME_M: f64 = 50_000.0;

/// Of one name so many areas are tried.
const MOST_TRIED: usize = 3;

/// What was understood beside words to look for. Deliberately without `Debug`: it holds the asker's words.
#[derive(Default)]
pub struct Understood {
    pub place: Option<UnderstoodPlace>,
    pub filters: Vec<UnderstoodFilter>,
    /// What `near` and `area` named, where they were names.
    pub named: Vec<Named>,
    /// What was looked for; none where nothing is left.
    pub words: Option<String>,
    /// Whether a point is missing for "near me".
    pub point_wanted: bool,
}

/// A place among the words.
pub struct UnderstoodPlace {
    pub said: String,
    /// Any of these.
    pub areas: Vec<AreaCode>,
    /// Other areas of the same name.
    pub alternatives: Vec<AreaCode>,
    /// Where it is, where that is beyond much doubt.
    pub countries: Vec<Country>,
    /// Whether it was read as a word again, because nothing was there.
    pub undone: bool,
}

/// A condition among the words.
pub struct UnderstoodFilter {
    pub said: String,
    /// The parameter that it is, and its value.
    pub filter: &'static str,
    pub value: String,
    /// Whether it was left out again, because nothing met it.
    pub undone: bool,
}

/// An area that a parameter named.
#[derive(Clone)]
pub struct Named {
    pub parameter: &'static str,
    pub area: AreaCode,
    /// Other areas of the same name.
    pub alternatives: Vec<AreaCode>,
}

/// A question in the way in which it was answered.
pub(super) struct Asked {
    pub answer: Answer,
    pub question: Question,
    pub understood: Understood,
}

/// One way to read the words.
struct Way {
    question: Question,
    place: Option<UnderstoodPlace>,
    filters_undone: bool,
}

impl Understood {
    /// Whether nothing was understood.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.place.is_none()
            && self.filters.is_empty()
            && self.named.is_empty()
            && !self.point_wanted
    }
}

pub(super) async fn ask(
    app: &App,
    question: &Question,
    dangers: &[(usize, usize)],
    manner: Manner,
) -> Result<Asked, AppError> {
    let text = question.words.as_deref().unwrap_or_default();
    let plain = !manner.understand || text.trim().is_empty() || app.parts.directory.is_a_name(text);
    let reading = if plain {
        Reading::default()
    } else {
        read_words(app, question, dangers)
    };
    if reading.place.is_none() && reading.intents.is_empty() {
        let answer = super::search(app, question).await?;
        return Ok(Asked {
            answer,
            question: question.clone(),
            understood: Understood::default(),
        });
    }
    let conditions = Conditions::of(question, text, &reading.intents);
    let ways = ways(question, &reading, &conditions);
    let (answer, way) = first_that_finds(app, question, ways).await?;
    let filters = conditions.said.into_iter().map(|said| UnderstoodFilter {
        undone: way.filters_undone && said.filter != "sort",
        ..said
    });
    let understood = Understood {
        filters: filters.collect(),
        words: way.question.words.clone(),
        place: way.place,
        named: Vec::new(),
        // Who names a place has said where.
        point_wanted: conditions.near_me
            && question.place.near.is_none()
            && reading.place.is_none(),
    };
    Ok(Asked {
        answer,
        question: way.question,
        understood,
    })
}

fn read_words(app: &App, question: &Question, dangers: &[(usize, usize)]) -> Reading {
    let reference = app.reference();
    let countries = match question.place.near {
        Some(point) => reference.countries_at(point),
        None => app.parts.country.into_iter().collect(),
    };
    let elsewhere = |term: &TermFilter| matches!(term.facet, Facet::Area) && !term.none_of;
    let asker = Asker {
        likely: Likely {
            countries: &countries,
            near: question.place.near,
            languages: &question.languages,
        },
        taken: dangers,
        place: !question.filters.terms.iter().any(elsewhere)
            && question.place.radius_m.is_none()
            && question.place.rectangle.is_none(),
    };
    let text = question.words.as_deref().unwrap_or_default();
    read(text, &reference, &app.parts.phrases.intents, &asker)
}

/// The conditions that intents mean.
#[derive(Default)]
struct Conditions {
    terms: Vec<TermFilter>,
    open_now: bool,
    near_me: bool,
    said: Vec<UnderstoodFilter>,
}

impl Conditions {
    /// What is asked for by a parameter already is not asked for again.
    fn of(question: &Question, text: &str, intents: &[SaidIntent]) -> Self {
        let mut conditions = Self::default();
        for SaidIntent { intent, start, end } in intents {
            let mut term = |facet: Facet, values: &[&str]| {
                if !question
                    .filters
                    .terms
                    .iter()
                    .any(|term| term.facet == facet)
                {
                    conditions
                        .terms
                        .push(TermFilter::any_of(facet, values.iter().copied()));
                }
                (facet.as_str(), values.join(","))
            };
            let (filter, value) = match intent {
                Intent::Free => term(Facet::Cost, &[CostModel::Free.as_str()]),
                Intent::Online => term(
                    Facet::Delivery,
                    &[Delivery::Online.as_str(), Delivery::Hybrid.as_str()],
                ),
                Intent::Spoken(language) => term(Facet::Spoken, &[language]),
                Intent::OpenNow => {
                    conditions.open_now = true;
                    ("open_now", "true".to_owned())
                }
                Intent::NearMe => {
                    conditions.near_me = true;
                    match question.place {
                        PlaceFilter {
                            near: Some(_),
                            radius_m: None,
                            rectangle: None,
                        } => ("radius", format!("{NEAR_ME_M:.0}")),
                        // Nothing to be near to: only a hint can be given.
                        PlaceFilter { near: None, .. } => continue,
                        _ => ("sort", Sort::Nearby.as_str().to_owned()),
                    }
                }
            };
            conditions.said.push(UnderstoodFilter {
                said: text[*start..*end].to_owned(),
                filter,
                value,
                undone: false,
            });
        }
        conditions
    }

    /// The question with the conditions.
    fn on(&self, mut question: Question) -> Question {
        question.filters.terms.extend(self.terms.iter().cloned());
        question.filters.open_now |= self.open_now;
        let place = &mut question.place;
        if self.near_me
            && place.near.is_some()
            && place.radius_m.is_none()
            && place.rectangle.is_none()
        {
            place.radius_m = Some(NEAR_ME_M);
        }
        question
    }

    fn is_empty(&self) -> bool {
        self.terms.is_empty() && !self.open_now && !self.near_me
    }
}

/// The ways to read the words, the fullest understanding first.
fn ways(question: &Question, reading: &Reading, conditions: &Conditions) -> Vec<Way> {
    let nearby =
        conditions.near_me && question.place.near.is_some() && question.sort == Sort::Relevance;
    let sort = if nearby { Sort::Nearby } else { question.sort };
    let with = |words: &Option<String>, besides: Vec<Besides>| Question {
        words: words.clone(),
        besides,
        sort,
        ..question.clone()
    };
    let Some(said) = &reading.place else {
        let plain = with(&reading.rest, Vec::new());
        let full = Way {
            question: conditions.on(plain.clone()),
            place: None,
            filters_undone: false,
        };
        let bare = Way {
            question: plain,
            place: None,
            filters_undone: true,
        };
        return vec![full, bare];
    };
    let mut ways = Vec::new();
    for (at, (areas, others)) in tried(said).into_iter().enumerate() {
        let place = understood(said, areas.clone(), others);
        let filter = TermFilter::any_of(Facet::Area, areas.iter().map(AreaCode::as_str));
        let there = placed(said, reading, filter, &with);
        if at == 0 && !conditions.is_empty() {
            ways.push(Way {
                question: conditions.on(there.clone()),
                place: Some(understood(
                    said,
                    place.areas.clone(),
                    place.alternatives.clone(),
                )),
                filters_undone: false,
            });
        }
        ways.push(Way {
            question: there,
            place: Some(place),
            filters_undone: !conditions.is_empty(),
        });
    }
    let rest = reading.rest.iter().map(|words| Besides {
        words: words.clone(),
        or: None,
    });
    let name = Besides {
        words: said.said.clone(),
        or: None,
    };
    let place = UnderstoodPlace {
        undone: true,
        ..understood(said, said.areas.clone(), said.alternatives.clone())
    };
    ways.push(Way {
        question: with(&reading.without_intents, rest.chain([name]).collect()),
        place: Some(place),
        filters_undone: !conditions.is_empty(),
    });
    ways
}

/// The question at the place. The name of a small area is other places, people and things too: there the words decide,
/// and the area is only one way to answer them.
fn placed(
    said: &SaidPlace,
    reading: &Reading,
    filter: TermFilter,
    with: &impl Fn(&Option<String>, Vec<Besides>) -> Question,
) -> Question {
    match &reading.rest {
        Some(rest) if !said.sure => {
            let rest = Besides {
                words: rest.clone(),
                or: None,
            };
            let name = Besides {
                words: said.said.clone(),
                or: Some(filter),
            };
            with(&reading.without_intents, vec![rest, name])
        }
        _ => {
            let mut there = with(&reading.rest, Vec::new());
            there.filters.terms.push(filter);
            there
        }
    }
}

/// The areas that may be meant, each with the others of the name.
fn tried(said: &SaidPlace) -> Vec<(Vec<AreaCode>, Vec<AreaCode>)> {
    let mut tried = vec![(said.areas.clone(), said.alternatives.clone())];
    if let ([likeliest], true) = (&said.areas[..], said.sure) {
        for (at, other) in said.alternatives.iter().enumerate().take(MOST_TRIED - 1) {
            let mut others = said.alternatives.clone();
            others[at] = likeliest.clone();
            tried.push((vec![other.clone()], others));
        }
    }
    tried
}

fn understood(
    said: &SaidPlace,
    areas: Vec<AreaCode>,
    alternatives: Vec<AreaCode>,
) -> UnderstoodPlace {
    UnderstoodPlace {
        said: said.said.clone(),
        areas,
        alternatives,
        countries: if said.sure {
            said.countries.clone()
        } else {
            Vec::new()
        },
        undone: false,
    }
}

/// The first way that finds something; where none does, the first.
async fn first_that_finds(
    app: &App,
    question: &Question,
    ways: Vec<Way>,
) -> Result<(Answer, Way), AppError> {
    let mut fullest: Option<(Answer, Way)> = None;
    for way in ways {
        match app.parts.directory.ask(&way.question).await {
            Ok(answer) if answer.total.value > 0 || question.after.is_some() => {
                return Ok((answer, way));
            }
            Ok(answer) => fullest = fullest.or(Some((answer, way))),
            // A cursor of another way: it belongs to one of the next, or to no question of these.
            Err(AskError::Foreign) if question.after.is_some() => {}
            Err(error) => return Err(refused(error)),
        }
    }
    fullest.ok_or_else(|| refused(AskError::Foreign))
}
