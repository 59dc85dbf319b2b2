//! The directory in memory: what is asked, and what followers keep up to date.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use jiff::Timestamp;
use roaring::RoaringBitmap;
use uuid::Uuid;

use super::{
    answer::{Answer, Hit, Marker, Total},
    cuts::Cuts,
    engines::{Engines, Spoken},
    position::Position,
    question::{AskError, Question},
};
use crate::{
    domain::{clock::Clock, listing::Kind},
    search::{
        catalogue::{Card, Catalogue, Facet, Filters, Page, Selection, Sort, TermFilter},
        reference::Reference,
        words::{Words, WordsQuestion, Write},
    },
    wording::{self, Highlighter, Synonyms},
};

/// Who answers where no words were asked for.
const CATALOGUE: &str = "catalogue";

/// Catalogue, reference data and words engines, shared by all readers. Writers hold the catalogue for one entry at a time.
pub struct Directory {
    catalogue: RwLock<Catalogue>,
    reference: RwLock<Arc<Reference>>,
    engines: Engines,
    clock: Arc<dyn Clock>,
    synonyms: Synonyms,
    cuts: Cuts,
}

impl Directory {
    /// An empty directory; of the engines the preferred one comes first.
    #[must_use]
    pub fn new(reference: Reference, engines: Vec<Arc<dyn Words>>, clock: Arc<dyn Clock>) -> Self {
        Self::with_synonyms(reference, engines, clock, Synonyms::default())
    }

    /// One that knows other words for what listings and topics are called. They widen what is asked; no index holds them.
    #[must_use]
    pub fn with_synonyms(
        reference: Reference,
        engines: Vec<Arc<dyn Words>>,
        clock: Arc<dyn Clock>,
        synonyms: Synonyms,
    ) -> Self {
        Self {
            catalogue: RwLock::default(),
            reference: RwLock::new(Arc::new(reference.with_synonyms(&synonyms))),
            engines: Engines::new(engines),
            clock,
            synonyms,
            cuts: Cuts::default(),
        }
    }

    /// Answers the question.
    pub async fn ask(&self, question: &Question) -> Result<Answer, AskError> {
        if question.sort != Sort::Relevance && question.place.near.is_none() {
            return Err(AskError::NoPoint);
        }
        let now = self.clock.now();
        let at = question
            .after
            .as_ref()
            .map_or(Ok(now), |position| position.moment(question, now))?;
        let reference = self.reference();
        let query = question
            .typed()
            .map(|words| wording::query(words, reference.vocabulary()));
        let spoken = match &query {
            Some(query) => {
                let mut spoken = self.find(question, query).await?;
                self.narrow(question, &reference, &mut spoken).await?;
                Some(spoken)
            }
            None => None,
        };
        let (engine, generation) = spoken
            .as_ref()
            .map_or((CATALOGUE, 0), |spoken| (spoken.engine, spoken.generation));
        let after = question
            .after
            .as_ref()
            .map(|position| position.key(engine, generation))
            .transpose()?;
        let selected = self.catalogue().select(&Selection {
            filters: &question.filters,
            place: &question.place,
            sort: question.sort,
            favoured: &favoured(question, &reference),
            matches: spoken.as_ref().map(|spoken| spoken.matches.as_slice()),
            at,
            after,
            limit: usize::from(question.limit),
            facets: &question.facets,
        });
        let marker = query.as_ref().map(|query| Marker {
            highlighter: Highlighter::new(query, reference.vocabulary()),
            languages: &question.languages,
            cuts: &self.cuts,
        });
        Ok(Answer {
            hits: selected
                .found
                .into_iter()
                .map(|found| Hit::new(found, now, marker.as_ref()))
                .collect(),
            total: Total {
                value: selected.total,
                exact: spoken.as_ref().is_none_or(|spoken| spoken.is_whole),
            },
            facets: selected.facets,
            engine,
            degraded: spoken.is_some_and(|spoken| spoken.degraded),
            next: selected
                .next
                .map(|key| Position::new(question, engine, generation, at, key)),
            near: question.place.near,
        })
    }

    async fn find(&self, question: &Question, query: &wording::Query) -> Result<Spoken, AskError> {
        if query.is_empty() {
            // Typed, but without a letter or digit: honestly nothing, and no engine need be asked.
            let engine = self.engines.preferred().unwrap_or(CATALOGUE);
            return Ok(Spoken {
                matches: Vec::new(),
                engine,
                generation: 0,
                is_whole: true,
                degraded: false,
            });
        }
        let question = WordsQuestion {
            query: query.clone(),
            pushdown: question.pushdown(),
            waited: question.waited.clone(),
        };
        self.engines.find(&question).await.map_err(AskError::Words)
    }

    /// Leaves what answers the other words of the question too.
    async fn narrow(
        &self,
        question: &Question,
        reference: &Reference,
        spoken: &mut Spoken,
    ) -> Result<(), AskError> {
        for besides in &question.besides {
            if spoken.matches.is_empty() {
                return Ok(());
            }
            let query = wording::query(&besides.words, reference.vocabulary());
            let found = self.find(question, &query).await?;
            spoken.degraded |= found.degraded;
            let found = found.matches.iter().map(|found| found.number);
            let mut answering: RoaringBitmap = found.collect();
            if let Some(filter) = &besides.or {
                answering |= self.catalogue().meeting_term(filter);
            }
            spoken
                .matches
                .retain(|found| answering.contains(found.number));
        }
        Ok(())
    }

    /// A page of the listings of a kind that meet the filters, in the order of ids.
    #[must_use]
    pub fn list(&self, kind: Kind, filters: &Filters, after: Option<Uuid>, limit: u16) -> Page {
        let mut filters = filters.clone();
        filters
            .terms
            .push(TermFilter::any_of(Facet::Kind, [kind.as_str()]));
        self.catalogue()
            .list(&filters, after, usize::from(limit), self.clock.now())
    }

    /// The listing with this id, as hits show it.
    #[must_use]
    pub fn card(&self, id: &Uuid) -> Option<Arc<Card>> {
        self.catalogue().find(id).cloned()
    }

    /// The name of the words engine that is preferred.
    #[must_use]
    pub fn engine(&self) -> Option<&'static str> {
        self.engines.preferred()
    }

    /// How many listings there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.catalogue().len()
    }

    /// Whether there is no listing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every id with its version, in the order of ids.
    #[must_use]
    pub fn versions(&self) -> Vec<(Uuid, i64)> {
        self.catalogue().versions().collect()
    }

    /// The moment by the directory's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The reference data as it is now.
    #[must_use]
    pub fn reference(&self) -> Arc<Reference> {
        Arc::clone(
            &self
                .reference
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// Says of which database the catalogue's listings are; none while that changes. An engine answers with their
    /// numbers, which are of other listings elsewhere.
    pub fn set_origin(&self, origin: Option<i64>) {
        self.engines.set_origin(origin);
    }

    /// Takes changed listings into the catalogue.
    pub fn apply(&self, writes: &[Write]) {
        let reference = self.reference();
        for write in writes {
            let mut catalogue = self
                .catalogue
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            match write {
                Write::Upsert(entry) => catalogue.upsert(entry, &reference),
                Write::Delete { id } => catalogue.remove(id),
            }
        }
    }

    /// Puts a catalogue that was built aside in the place of the present one.
    pub fn replace_catalogue(&self, fresh: Catalogue) {
        let past = {
            let mut catalogue = self
                .catalogue
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *catalogue, fresh)
        };
        // Freeing a large catalogue takes a while, and readers need not wait for it.
        drop(past);
    }

    /// Puts other reference data in place. Listings whose areas or topics changed have to be applied again.
    pub fn replace_reference(&self, fresh: Reference) {
        *self
            .reference
            .write()
            .unwrap_or_else(PoisonError::into_inner) =
            Arc::new(fresh.with_synonyms(&self.synonyms));
    }

    pub(super) fn catalogue(&self) -> RwLockReadGuard<'_, Catalogue> {
        self.catalogue
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is of use to the asker especially: what is in the country of the point, or where no point is given, what speaks
/// the first of the asker's languages.
fn favoured(question: &Question, reference: &Reference) -> Vec<TermFilter> {
    let countries = question
        .place
        .near
        .map(|point| reference.countries_at(point));
    match (countries, question.languages.first()) {
        (Some(countries), _) if !countries.is_empty() => {
            vec![TermFilter::any_of(
                Facet::Country,
                countries.iter().map(|country| country.as_str()),
            )]
        }
        (_, Some(language)) => vec![TermFilter::any_of(Facet::Spoken, [language.as_str()])],
        _ => Vec::new(),
    }
}
