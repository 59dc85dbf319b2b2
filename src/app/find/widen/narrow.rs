//! The wider questions, each made from the one that found little.

use super::{
    super::{Facet, PlaceFilter, Question, Sort, TermFilter, Understood},
    FEW, Relaxation, SHOWN,
};
use crate::{
    app::App,
    domain::{area::AreaCode, country::Country, offer::Delivery, place::Point, slug::Slug},
};

/// A question to widen: as it was answered, and what is known of its place.
pub(super) struct Narrow<'a> {
    pub app: &'a App,
    /// As it was answered.
    asked: &'a Question,
    /// What was looked for, without the place's name.
    sought: Option<String>,
    /// The areas that it is about.
    areas: Vec<AreaCode>,
    /// The point that it is about.
    centre: Option<Point>,
    /// Where the asker may be.
    pub countries: Vec<Country>,
    /// Whether something is excluded by an area or a country.
    placed: bool,
    /// Whether an area smaller than a country is among the words.
    pub said: bool,
    circled: bool,
    /// Whether to look beyond the asker's countries, where nothing is within them.
    pub abroad: bool,
}

/// A wider question, with what it differs by.
pub(super) struct Wider {
    pub question: Question,
    pub words: Option<String>,
    pub topics: Vec<Slug>,
}

impl From<Question> for Wider {
    fn from(question: Question) -> Self {
        Self {
            question,
            words: None,
            topics: Vec::new(),
        }
    }
}

pub(super) fn is_placed(question: &Question) -> bool {
    let placed =
        |term: &TermFilter| matches!(term.facet, Facet::Area | Facet::Country) && !term.none_of;
    question.filters.terms.iter().any(placed)
}

pub(super) fn is_circled(question: &Question) -> bool {
    question.place.circle().is_some() || question.place.rectangle.is_some()
}

impl<'a> Narrow<'a> {
    pub fn of(app: &'a App, asked: &'a Question, understood: &Understood) -> Self {
        let reference = app.reference();
        let areas = asked
            .filters
            .terms
            .iter()
            .filter(|term| term.facet == Facet::Area && !term.none_of)
            .flat_map(|term| {
                term.values
                    .iter()
                    .filter_map(|code| AreaCode::parse(code).ok())
            });
        let said = understood.place.as_ref();
        let areas: Vec<AreaCode> = areas
            .chain(
                said.into_iter()
                    .flat_map(|place| place.areas.iter().cloned()),
            )
            .collect();
        let of_box = || Some(asked.place.rectangle?.surrounding()?.centre);
        let centre = asked.place.near.or_else(of_box);
        let mut countries = centre
            .map(|point| reference.countries_at(point))
            .unwrap_or_default();
        if countries.is_empty() {
            countries.extend(
                areas
                    .iter()
                    .filter_map(|code| Some(reference.area(code)?.country)),
            );
            countries.extend(country_filter(asked));
        }
        if countries.is_empty() {
            countries.extend(app.parts.country);
        }
        countries.dedup();
        Self {
            app,
            asked,
            // A place's name that was looked for as a word is a condition beside the others.
            sought: match asked.besides.first() {
                Some(rest) if said.is_some() && asked.besides.len() > 1 => Some(rest.words.clone()),
                Some(_) => None,
                None => asked.words.clone(),
            },
            centre: centre.or_else(|| areas.iter().find_map(|code| reference.centre(code))),
            areas,
            countries,
            placed: is_placed(asked) || said.is_some(),
            said: said.is_some_and(|place| {
                let smaller = |code: &AreaCode| {
                    reference
                        .area(code)
                        .is_some_and(|area| area.parent.is_some())
                };
                !place.undone && place.areas.iter().all(smaller)
            }),
            circled: is_circled(asked),
            abroad: false,
        }
    }

    pub fn by(&self, relaxation: Relaxation) -> Option<Wider> {
        match relaxation {
            Relaxation::Spelling => self.spelt(),
            Relaxation::WithoutPlace => self.without_place().map(Wider::from),
            Relaxation::Farther => self.farther().map(Wider::from),
            Relaxation::Remote => self.remote().map(Wider::from),
            Relaxation::BroaderTopic => self.broader(),
            Relaxation::Nearby => self.nearby().map(Wider::from),
        }
    }

    fn spelt(&self) -> Option<Wider> {
        let meant = self.app.parts.directory.spelt(self.sought.as_deref()?)?;
        let question = Question {
            words: Some(meant.clone()),
            besides: Vec::new(),
            ..self.shown(self.asked.clone())
        };
        Some(Wider {
            question,
            words: Some(meant),
            topics: Vec::new(),
        })
    }

    /// What is sought, wherever it is.
    fn without_place(&self) -> Option<Question> {
        self.sought.as_ref()?;
        let wider = self.anywhere(PlaceFilter {
            near: self.centre,
            ..PlaceFilter::default()
        });
        self.placed.then(|| self.in_reach(wider))
    }

    /// Of what one goes to, the nearest outside of the circle or box.
    fn farther(&self) -> Option<Question> {
        let place = PlaceFilter {
            near: Some(self.centre?),
            ..PlaceFilter::default()
        };
        let wider = Question {
            place,
            sort: Sort::Nearby,
            ..self.shown(self.asked.clone())
        };
        self.circled.then(|| self.in_reach(wider))
    }

    /// Of what is found, what the asker's countries have: a hospital beyond the sea is no help while anything is nearer.
    fn in_reach(&self, mut wider: Question) -> Question {
        if !self.abroad && !self.countries.is_empty() {
            wider.filters.terms.push(self.in_countries());
        }
        wider
    }

    fn in_countries(&self) -> TermFilter {
        TermFilter::any_of(Facet::Country, self.countries.iter().map(Country::as_str))
    }

    /// What one need not go to, in the countries where the asker may be.
    fn remote(&self) -> Option<Question> {
        if self.countries.is_empty() || !(self.placed || self.circled) {
            return None;
        }
        let delivery = [Delivery::Phone, Delivery::Online, Delivery::Hybrid].map(Delivery::as_str);
        let mut wider = self.anywhere(PlaceFilter::default());
        wider.sort = Sort::Relevance;
        let terms = &mut wider.filters.terms;
        terms.push(TermFilter::any_of(Facet::Delivery, delivery));
        terms.push(self.in_countries());
        Some(wider)
    }

    /// What the topics asked for are a part of, in the same place.
    fn broader(&self) -> Option<Wider> {
        let reference = self.app.reference();
        let limited = self.placed || self.circled;
        let broader: Vec<Slug> = self
            .topics()
            .iter()
            .filter_map(|slug| reference.topic(reference.topic(slug)?.parent.as_ref()?))
            // A root of the taxonomy is next to everything, and an offer only where a place limits it.
            .filter(|topic| limited || topic.parent.is_some())
            .map(|topic| topic.slug.clone())
            .collect();
        let mut question = Question {
            words: None,
            besides: Vec::new(),
            ..self.shown(self.asked.clone())
        };
        question
            .filters
            .terms
            .retain(|term| term.facet != Facet::Topic);
        question.filters.terms.push(TermFilter::any_of(
            Facet::Topic,
            broader.iter().map(Slug::as_str),
        ));
        let wider = Wider {
            question,
            words: None,
            topics: broader,
        };
        (!wider.topics.is_empty()).then_some(wider)
    }

    /// The place without the words.
    fn nearby(&self) -> Option<Question> {
        self.asked.words.as_ref()?;
        let mut wider = Question {
            words: None,
            besides: Vec::new(),
            sort: Sort::Relevance,
            ..self.shown(self.asked.clone())
        };
        if self.said && !is_placed(self.asked) {
            let areas = self.areas.iter().map(AreaCode::as_str);
            wider
                .filters
                .terms
                .push(TermFilter::any_of(Facet::Area, areas));
        }
        (self.said || self.by_area() || self.circled).then_some(wider)
    }

    /// Whether an area, no country, excludes.
    fn by_area(&self) -> bool {
        let reference = self.app.reference();
        let terms = self.asked.filters.terms.iter();
        let mut areas = terms
            .filter(|term| term.facet == Facet::Area && !term.none_of)
            .flat_map(|term| {
                term.values
                    .iter()
                    .filter_map(|code| AreaCode::parse(code).ok())
            });
        areas.any(|code| {
            reference
                .area(&code)
                .is_some_and(|area| area.parent.is_some())
        })
    }

    /// What is sought with neither area, country, circle nor box.
    fn anywhere(&self, place: PlaceFilter) -> Question {
        let mut wider = self.shown(self.asked.clone());
        wider
            .filters
            .terms
            .retain(|term| !matches!(term.facet, Facet::Area | Facet::Country));
        Question {
            words: self.sought.clone(),
            besides: Vec::new(),
            sort: if place.near.is_some() {
                Sort::Nearby
            } else {
                Sort::Relevance
            },
            place,
            ..wider
        }
    }

    /// Enough hits that what is shown already can be left out, and nothing counted.
    fn shown(&self, question: Question) -> Question {
        Question {
            limit: SHOWN + u16::try_from(FEW).unwrap_or(SHOWN),
            facets: Vec::new(),
            ..question
        }
    }

    /// The topics that are asked for, by words or by a filter.
    fn topics(&self) -> Vec<Slug> {
        let reference = self.app.reference();
        let sought = self.sought.as_deref().unwrap_or_default();
        let named = reference.vocabulary().topics_of(sought);
        let named = named
            .iter()
            .filter_map(|topic| Slug::parse(topic.slug).ok());
        let asked = self.asked.filters.terms.iter();
        let asked = asked
            .filter(|term| term.facet == Facet::Topic && !term.none_of)
            .flat_map(|term| term.values.iter().filter_map(|slug| Slug::parse(slug).ok()));
        named.chain(asked).collect()
    }

    pub fn names_topics(&self) -> bool {
        !self.topics().is_empty()
    }
}

fn country_filter(question: &Question) -> impl Iterator<Item = Country> {
    let terms = question.filters.terms.iter();
    terms
        .filter(|term| term.facet == Facet::Country && !term.none_of)
        .flat_map(|term| {
            term.values
                .iter()
                .filter_map(|code| Country::parse(code).ok())
        })
}
