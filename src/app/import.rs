//! Bringing listings and reference data in. An import is a publication by the operator.

use std::collections::VecDeque;

use crate::{
    app::AppError,
    domain::{
        actor::Actor,
        area::Area,
        clock::Clock,
        crisis::EmergencyNumber,
        fault::{Fault, FaultCode},
        topic::Topic,
    },
    exchange::listing::Listing,
    store::{Outcome, Publication, PublishFault, Store, StoreError, WriteTx},
};

/// Everything that a new directory begins with.
pub struct Seed {
    pub areas: Vec<Area>,
    pub topics: Vec<Topic>,
    pub emergency_numbers: Vec<EmergencyNumber>,
    /// NDJSON texts of listings, each with a name for reports.
    pub listings: Vec<(&'static str, &'static str)>,
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub created: usize,
    pub changed: usize,
    pub unchanged: usize,
    pub refused: usize,
}

impl Counts {
    fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Created(_) => self.created += 1,
            Outcome::Changed(_) => self.changed += 1,
            Outcome::Unchanged(_) => self.unchanged += 1,
        }
    }
}

/// A line that was not imported, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedLine {
    pub file: String,
    pub line: usize,
    pub faults: Vec<Fault>,
}

/// Why seeding stopped; nothing of the seed is in the database then.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    #[error("{} line {} of the seed data: {}", .0.file, .0.line, first(&.0.faults))]
    Line(RefusedLine),
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn first(faults: &[Fault]) -> String {
    faults
        .first()
        .map(|fault| format!("{} should be {}", fault.pointer, fault.expected))
        .unwrap_or_default()
}

/// A line waiting to be published: listings may name others that come later in the same import.
struct Waiting {
    file: String,
    line: usize,
    listing: Listing,
}

/// Publishes the whole seed in one transaction: all of it, or nothing. Repeated, it changes nothing.
///
/// # Errors
/// The first line at fault, or an error of the store.
pub async fn seed(store: &Store, clock: &dyn Clock, seed: &Seed) -> Result<Counts, SeedError> {
    let mut waiting = VecDeque::new();
    for (file, text) in &seed.listings {
        for (index, line) in text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
        {
            let (file, line_number) = ((*file).to_owned(), index + 1);
            match Listing::from_json(line) {
                Ok(listing) => waiting.push_back(Waiting {
                    file,
                    line: line_number,
                    listing,
                }),
                Err(faults) => {
                    return Err(SeedError::Line(RefusedLine {
                        file,
                        line: line_number,
                        faults,
                    }));
                }
            }
        }
    }
    store
        .write(Actor::Operator, async |tx| {
            tx.put_areas(&seed.areas).await?;
            tx.put_topics(&seed.topics).await?;
            tx.put_emergency_numbers(&seed.emergency_numbers).await?;
            let (counts, refused) = publish_all(tx, clock, waiting).await?;
            match refused.into_iter().next() {
                Some(line) => Err(SeedError::Line(line)),
                None => Ok(counts),
            }
        })
        .await
}

/// Publishes listings until no more can be: one that names another is tried again once others are in.
async fn publish_all(
    tx: &mut WriteTx<'_>,
    clock: &dyn Clock,
    mut waiting: VecDeque<Waiting>,
) -> Result<(Counts, Vec<RefusedLine>), StoreError> {
    let mut counts = Counts::default();
    loop {
        let (before, mut refused, mut again) = (waiting.len(), Vec::new(), VecDeque::new());
        for next in waiting {
            match publish(tx, clock, &next.listing).await {
                Ok(outcome) => counts.add(outcome),
                Err(PublishFault::Store(error)) => return Err(error),
                Err(PublishFault::Faults(faults)) => {
                    refused.push(RefusedLine {
                        file: next.file.clone(),
                        line: next.line,
                        faults,
                    });
                    again.push_back(next);
                }
            }
        }
        if again.is_empty() || again.len() == before {
            counts.refused = refused.len();
            return Ok((counts, refused));
        }
        waiting = again;
    }
}

async fn publish(
    tx: &mut WriteTx<'_>,
    clock: &dyn Clock,
    listing: &Listing,
) -> Result<Outcome, PublishFault> {
    let parsed = listing.parse().map_err(PublishFault::Faults)?;
    if parsed.sources.is_empty() {
        let fault = Fault::new("/sources", FaultCode::Required, "at least one source");
        return Err(PublishFault::Faults(vec![fault]));
    }
    tx.publish(Publication {
        body: listing.clone(),
        listing: parsed,
        now: clock.now(),
    })
    .await
}

/// Publishes listings from NDJSON text, each in a transaction of its own: a line at fault stops or half-writes no
/// other. Lines that name listings which come later are tried again at the end.
///
/// # Errors
/// `Unavailable` where the database goes away; what was published until then stays, and a repetition goes on.
pub async fn listings(
    store: &Store,
    clock: &dyn Clock,
    file: &str,
    ndjson: &str,
) -> Result<(Counts, Vec<RefusedLine>), AppError> {
    let (mut counts, mut refused, mut waiting) = (Counts::default(), Vec::new(), Vec::new());
    for (index, line) in ndjson
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
    {
        match Listing::from_json(line) {
            Ok(listing) => waiting.push((index + 1, listing)),
            Err(faults) => refused.push(RefusedLine {
                file: file.to_owned(),
                line: index + 1,
                faults,
            }),
        }
    }
    loop {
        let (before, mut again, mut faulty) = (waiting.len(), Vec::new(), Vec::new());
        for (line, listing) in waiting {
            let published = store
                .write(Actor::Operator, async |tx| {
                    publish(tx, clock, &listing).await
                })
                .await;
            match published.map_err(constraint_as_fault) {
                Ok(outcome) => counts.add(outcome),
                Err(PublishFault::Store(error)) => return Err(error.into()),
                Err(PublishFault::Faults(faults)) => {
                    faulty.push(RefusedLine {
                        file: file.to_owned(),
                        line,
                        faults,
                    });
                    again.push((line, listing));
                }
            }
        }
        if again.is_empty() || again.len() == before {
            refused.extend(faulty);
            refused.sort_by_key(|refused| refused.line);
            counts.refused = refused.len();
            return Ok((counts, refused));
        }
        waiting = again;
    }
}

/// A constraint that refused a listing is a fault of the listing: the last wall behind the parser.
fn constraint_as_fault(fault: PublishFault) -> PublishFault {
    let PublishFault::Store(StoreError::Constraint { name }) = fault else {
        return fault;
    };
    let (pointer, code, expected) = match name.as_str() {
        "listing_kind_slug_key" => (
            "/slug",
            FaultCode::Taken,
            "a slug that no other listing has".to_owned(),
        ),
        "source_pkey" => (
            "/sources",
            FaultCode::Taken,
            "sources that no other listing has".to_owned(),
        ),
        "place_pkey" => (
            "/places",
            FaultCode::Taken,
            "ids that no other place has".to_owned(),
        ),
        "contact_pkey" => (
            "/contacts",
            FaultCode::Taken,
            "ids that no other contact has".to_owned(),
        ),
        other => (
            "",
            FaultCode::Contradiction,
            format!("what the rule {other} allows"),
        ),
    };
    PublishFault::Faults(vec![Fault::new(pointer, code, expected)])
}
