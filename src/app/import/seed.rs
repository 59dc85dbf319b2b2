//! Publishing everything that a new directory begins with.

use super::{Counts, RefusedLine, parsed};
use crate::{
    domain::{
        actor::Actor, area::Area, clock::Clock, crisis::EmergencyNumber, fault::Fault, topic::Topic,
    },
    exchange::listing::Listing,
    store::{Store, StoreError},
};

/// Everything that a new directory begins with.
pub struct Seed {
    pub areas: Vec<Area>,
    pub topics: Vec<Topic>,
    pub emergency_numbers: Vec<EmergencyNumber>,
    /// NDJSON texts of listings, each with a name for reports.
    pub listings: Vec<(&'static str, &'static str)>,
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

/// Publishes the whole seed in one transaction: all of it, or nothing. Repeated, it changes nothing.
///
/// # Errors
/// The first line at fault, or an error of the store.
pub async fn seed(
    store: &Store,
    actor: Actor,
    clock: &dyn Clock,
    seed: &Seed,
) -> Result<Counts, SeedError> {
    let (mut places, mut publications) = (Vec::new(), Vec::new());
    for (file, text) in &seed.listings {
        let lines = text.lines().enumerate();
        for (index, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            let refused = |faults| RefusedLine {
                file: (*file).to_owned(),
                line: index as u64 + 1,
                faults,
            };
            let read = Listing::from_json(line).and_then(|body| parsed(body, clock));
            publications.push(read.map_err(|faults| SeedError::Line(refused(faults)))?);
            places.push((*file, index as u64 + 1));
        }
    }
    store
        .write(actor, async |tx| {
            tx.put_areas(&seed.areas).await?;
            tx.put_topics(&seed.topics).await?;
            tx.put_emergency_numbers(&seed.emergency_numbers).await?;
            let mut counts = Counts::default();
            let published = tx.publish_all(publications).await?;
            for ((file, line), published) in places.into_iter().zip(published) {
                let refused = |faults| RefusedLine {
                    file: file.to_owned(),
                    line,
                    faults,
                };
                counts.add(published.map_err(|faults| SeedError::Line(refused(faults)))?);
            }
            Ok(counts)
        })
        .await
}
