//! What a words index holds of a listing: terms of the text pipeline by section, in all languages at once.
//!
//! A pure function of the entry and of the reference data. Topics stand twice: as slugs with those above them, so that
//! a topic named in one language finds listings in another, and as words, so that half a name or a misspelt one does.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use uuid::Uuid;

use crate::{
    domain::{
        area::{AreaCode, Name},
        contact::{Address, Contact},
        listing::Listing,
        place::Place,
        slug::Slug,
        text::LocalisedText,
    },
    search::{entry::Entry, reference::Reference},
    wording,
};

/// The parts of a listing that are told apart when matches are ranked, weightiest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Its names.
    Name,
    /// Labels and synonyms of its topics.
    Topics,
    /// Names of who provides it.
    Organisation,
    /// Names of the areas where it is and from which it may be used, streets and buildings.
    Place,
    /// What it says of itself, and its numbers.
    Text,
}

impl Section {
    pub const ALL: [Self; 5] = [
        Self::Name,
        Self::Topics,
        Self::Organisation,
        Self::Place,
        Self::Text,
    ];

    /// The section's name in an index.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Topics => "topics",
            Self::Organisation => "organisation",
            Self::Place => "place",
            Self::Text => "text",
        }
    }

    /// The name of the section's words in Latin letters.
    #[must_use]
    pub const fn latin_as_str(self) -> &'static str {
        match self {
            Self::Name => "name_latin",
            Self::Topics => "topics_latin",
            Self::Organisation => "organisation_latin",
            Self::Place => "place_latin",
            Self::Text => "text_latin",
        }
    }
}

/// One listing as a words index holds it.
#[derive(Clone, Debug)]
pub struct Document {
    pub id: Uuid,
    pub number: u32,
    /// Its own topics.
    pub topics: Vec<Slug>,
    /// The topics above those.
    pub broader_topics: Vec<Slug>,
    pub payload: Vec<u8>,
    sections: [Terms; Section::ALL.len()],
}

/// Makes documents. The terms of areas and topics, which many listings share, are found once for all of them.
pub struct Documents {
    reference: Arc<Reference>,
    shared: Shared,
}

/// The terms of areas and topics, as far as they were found.
#[derive(Default)]
struct Shared {
    areas: HashMap<AreaCode, Terms>,
    topics: HashMap<Slug, Terms>,
}

impl Documents {
    /// With the names that `reference` gives to areas and topics.
    #[must_use]
    pub fn new(reference: Arc<Reference>) -> Self {
        Self {
            reference,
            shared: Shared::default(),
        }
    }

    /// Goes on with other reference data, where it is other.
    #[must_use]
    pub fn with(self, reference: Arc<Reference>) -> Self {
        if Arc::ptr_eq(&self.reference, &reference) {
            self
        } else {
            Self::new(reference)
        }
    }

    /// Where the names are from.
    #[must_use]
    pub fn reference(&self) -> &Arc<Reference> {
        &self.reference
    }

    /// The document of `entry`.
    #[must_use]
    pub fn of(&mut self, entry: &Entry) -> Document {
        self.shared.document(entry, &self.reference)
    }
}

impl Shared {
    fn document(&mut self, entry: &Entry, reference: &Reference) -> Document {
        let listing = &entry.listing;
        let sections = Section::ALL.map(|section| {
            let mut terms = Terms::default();
            match section {
                Section::Name => name(listing, &mut terms),
                Section::Topics => self.add_topics(listing, reference, &mut terms),
                Section::Organisation => {
                    terms.localised(entry.organisation.as_ref().map(|by| &by.name))
                }
                Section::Place => self.add_places(listing, reference, &mut terms),
                Section::Text => text(listing, &mut terms),
            }
            terms.each_once()
        });
        let broader: BTreeSet<&Slug> = listing
            .topics
            .iter()
            .flat_map(|own| reference.topic_ancestors(own))
            .map(|topic| &topic.slug)
            .collect();
        Document {
            id: entry.id,
            number: entry.number,
            topics: listing.topics.clone(),
            broader_topics: broader
                .into_iter()
                .filter(|slug| !listing.topics.contains(slug))
                .cloned()
                .collect(),
            payload: entry.payload(),
            sections,
        }
    }

    fn add_topics(&mut self, listing: &Listing, reference: &Reference, terms: &mut Terms) {
        for slug in &listing.topics {
            let Some(topic) = reference.topic(slug) else {
                continue;
            };
            if let Some(known) = self.topics.get(slug) {
                terms.extend(known);
                continue;
            }
            let known = Terms::of_names(&topic.names);
            terms.extend(&known);
            self.topics.insert(slug.clone(), known);
        }
    }

    fn add_places(&mut self, listing: &Listing, reference: &Reference, terms: &mut Terms) {
        for Place {
            name,
            area,
            street,
            postal_code,
            directions,
            ..
        } in &listing.places
        {
            self.add_area(area, reference, terms);
            for text in [name, street, directions] {
                terms.localised(text.as_ref());
            }
            terms.add(postal_code.as_deref().unwrap_or_default());
        }
        for code in listing.coverage.iter().flat_map(|coverage| &coverage.areas) {
            self.add_area(code, reference, terms);
        }
    }

    /// The names of the area and of all in which it lies.
    fn add_area(&mut self, code: &AreaCode, reference: &Reference, terms: &mut Terms) {
        for area in reference.ancestors(code) {
            if let Some(known) = self.areas.get(&area.code) {
                terms.extend(known);
                continue;
            }
            let known = Terms::of_names(&area.names);
            terms.extend(&known);
            self.areas.insert(area.code.clone(), known);
        }
    }
}

impl Document {
    /// The terms of a section, each once, in order.
    #[must_use]
    pub fn terms(&self, section: Section) -> &[Arc<str>] {
        &self.sections[section as usize].written
    }

    /// What a section's Bengali and Chinese are in Latin letters, each once, in order.
    #[must_use]
    pub fn latin(&self, section: Section) -> &[Arc<str>] {
        &self.sections[section as usize].latin
    }
}

fn name(listing: &Listing, terms: &mut Terms) {
    for (_, name) in listing.name.iter() {
        terms.name(name);
    }
    for other in &listing.also_known_as {
        terms.name(other);
    }
    // The slug is the name as people write it in Latin letters.
    terms.add(listing.slug.as_str());
}

fn text(listing: &Listing, terms: &mut Terms) {
    terms.localised(Some(&listing.summary));
    terms.localised(listing.description.as_ref());
    for Contact { address, label, .. } in &listing.contacts {
        terms.localised(label.as_ref());
        for spelling in spellings(address) {
            terms.add(&spelling);
        }
    }
}

/// An address as people type it: a number with and without its country, in one piece and in several, and without the
/// area that one need not dial.
fn spellings(address: &Address) -> Vec<String> {
    use phonenumber::Mode;

    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    let Address::E164(value) = address else {
        return vec![address.value().to_owned(), digits(address.value())];
    };
    let mut spellings = vec![value.clone(), digits(value)];
    if let Ok(number) = phonenumber::parse(None, value) {
        spellings.push(number.national().value().to_string());
        for mode in [Mode::National, Mode::International] {
            let written = number.format().mode(mode).to_string();
            spellings.push(digits(&written));
            let groups: Vec<String> = written
                .split(|c: char| !c.is_ascii_digit())
                .map(str::to_owned)
                .collect();
            spellings.extend((1..groups.len()).map(|from| groups[from..].concat()));
            spellings.push(written);
        }
    }
    spellings
}

/// Gathers terms. What many documents hold is held once.
#[derive(Clone, Debug, Default)]
struct Terms {
    written: Vec<Arc<str>>,
    latin: Vec<Arc<str>>,
}

impl Terms {
    fn of_names(names: &[Name]) -> Self {
        let mut terms = Self::default();
        for name in names {
            terms.name(&name.text);
        }
        terms.each_once()
    }

    fn add(&mut self, text: &str) {
        let terms = wording::index_terms(text).into_iter();
        self.written.extend(terms.map(|term| term.text.into()));
        let latin = wording::latin_terms(text).into_iter();
        self.latin.extend(latin.map(Arc::from));
    }

    /// A name, whose words may be run together.
    fn name(&mut self, name: &str) {
        self.add(name);
        let (written, latin) = wording::joined_terms(name);
        self.written.extend(written.into_iter().map(Arc::from));
        self.latin.extend(latin.into_iter().map(Arc::from));
    }

    fn localised(&mut self, text: Option<&LocalisedText>) {
        for (_, text) in text.into_iter().flat_map(LocalisedText::iter) {
            self.add(text);
        }
    }

    fn extend(&mut self, known: &Self) {
        self.written.extend_from_slice(&known.written);
        self.latin.extend_from_slice(&known.latin);
    }

    fn each_once(mut self) -> Self {
        for terms in [&mut self.written, &mut self.latin] {
            // Stable, because that one is quick with what is in order by pieces.
            terms.sort();
            terms.dedup();
        }
        self
    }
}
