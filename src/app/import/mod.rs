//! Bringing listings and reference data in. An import is a publication by the operator.
//!
//! An import of any length takes the same memory, but for 24 bytes a listing by which it knows what it has seen. It
//! publishes in batches, each one transaction; cut short, it is simply begun again: what is in already is found by its
//! source and left as it is. A line at fault stops or half-writes no other.

mod expiry;
mod lines;
mod seed;
mod spool;

use std::{io, sync::Arc};

use tokio::sync::mpsc;
use uuid::Uuid;

pub use self::{
    expiry::{Expire, ExpiryRefused},
    lines::{Input, LONGEST_LINE},
    seed::{Seed, SeedError, seed},
};
use self::{
    lines::{Batch, Line, Parsed, Seen},
    spool::{Spool, Waiting},
};
use crate::{
    app::AppError,
    domain::{
        actor::Actor,
        clock::Clock,
        fault::{Fault, FaultCode},
        listing::Kind,
        slug::Slug,
    },
    exchange::listing::Listing,
    store::{Expired, Outcome, Publication, Rehearsal, Store},
};

/// What an import did, or would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub created: usize,
    pub changed: usize,
    pub unchanged: usize,
    pub refused: usize,
    /// Listings that somebody keeps: what they handed in stays.
    pub claimed: usize,
    /// Listings that the feed no longer had.
    pub withdrawn: usize,
    /// Listings that the feed no longer had, and that stay all the same.
    pub kept: usize,
}

impl Counts {
    fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Created(_) => self.created += 1,
            Outcome::Changed(_) => self.changed += 1,
            Outcome::Unchanged(_) => self.unchanged += 1,
            Outcome::Claimed(_) => self.claimed += 1,
        }
    }
}

/// A line that was not imported, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedLine {
    pub file: String,
    pub line: u64,
    pub faults: Vec<Fault>,
}

/// A line of a listing that somebody keeps: what they handed in stays, and what the line says otherwise waits for them as
/// a suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedLine {
    pub file: String,
    pub line: u64,
    pub listing: Uuid,
    pub kind: Kind,
    /// As the line has it.
    pub slug: Slug,
}

/// How an import is done.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Say what would happen, and change nothing.
    pub dry_run: bool,
    /// The name of the feed, in place of the name of each line's first source.
    pub source: Option<String>,
    /// Withdraw what the feed no longer has.
    pub expire: Option<Expire>,
}

/// What an import tells while it goes on.
#[derive(Debug)]
pub enum Told<'a> {
    Refused(&'a RefusedLine),
    Claimed(&'a ClaimedLine),
    /// A listing that the feed no longer has.
    Expired(&'a Expired),
    /// How far it is: bytes read, and what was done so far.
    Progress(u64, Counts),
}

/// How an import ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    pub counts: Counts,
    /// Why nothing was withdrawn though it was asked for.
    pub expiry_refused: Option<ExpiryRefused>,
}

/// Why an import stopped. What was published until then stays.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("{file} cannot be read")]
    Read {
        file: String,
        #[source]
        cause: io::Error,
    },
    #[error("lines that wait for others cannot be kept in a temporary file")]
    Spool(#[from] io::Error),
    #[error("a line could not be read because of a defect of ours")]
    Broken,
    #[error(transparent)]
    App(#[from] AppError),
}

/// A listing as read, ready to be published.
fn parsed(body: Listing, clock: &dyn Clock) -> Result<Publication, Vec<Fault>> {
    let listing = body.parse()?;
    if listing.sources.is_empty() {
        let fault = Fault::new("/sources", FaultCode::Required, "at least one source");
        return Err(vec![fault]);
    }
    Ok(Publication {
        body,
        listing,
        now: clock.now(),
    })
}

/// Publishes the listings of the inputs, one JSON object a line. Lines may name listings of later lines.
///
/// # Errors
/// `Unavailable` where the database goes away: what was published until then stays, and a repetition goes on.
pub async fn listings(
    store: &Store,
    actor: Actor,
    clock: &Arc<dyn Clock>,
    inputs: Vec<Input>,
    options: &Options,
    tell: &mut dyn FnMut(Told<'_>),
) -> Result<Summary, ImportError> {
    let names = inputs.iter().map(|input| input.name.clone()).collect();
    let (sender, mut batches) = mpsc::channel(2);
    let (source, reader_clock) = (options.source.clone(), Arc::clone(clock));
    let reading = tokio::task::spawn_blocking(move || {
        lines::read(inputs, source.as_deref(), &*reader_clock, &sender)
    });
    let mut import = Import {
        store,
        actor,
        clock: &**clock,
        names,
        rehearsal: options.dry_run.then(Rehearsal::default),
        waiting: Spool::create()?,
        counts: Counts::default(),
        tell,
    };
    while let Some(Batch { lines, bytes }) = batches.recv().await {
        import.batch(lines).await?;
        (import.tell)(Told::Progress(bytes, import.counts));
    }
    // A reader that broke off has not seen the whole feed.
    let seen = reading.await.map_err(|_| ImportError::Broken)??;
    import.retry().await?;
    let expiry_refused = match &options.expire {
        Some(expire) => import.expire(expire, &seen).await?.err(),
        None => None,
    };
    Ok(Summary {
        counts: import.counts,
        expiry_refused,
    })
}

struct Import<'i> {
    store: &'i Store,
    actor: Actor,
    clock: &'i dyn Clock,
    names: Vec<String>,
    /// In a dry run, what was published so far.
    rehearsal: Option<Rehearsal>,
    /// Lines that were refused for what the directory holds; it may hold more later.
    waiting: Spool,
    counts: Counts,
    tell: &'i mut dyn FnMut(Told<'_>),
}

impl Import<'_> {
    async fn batch(&mut self, lines: Vec<Line>) -> Result<(), ImportError> {
        let mut ready = Vec::with_capacity(lines.len());
        for Line { file, line, read } in lines {
            match read {
                Ok(parsed) => ready.push((file, line, parsed)),
                Err(faults) => self.refuse(file, line, faults),
            }
        }
        self.publish(ready).await
    }

    fn refuse(&mut self, file: usize, line: u64, faults: Vec<Fault>) {
        self.counts.refused += 1;
        let file = self.names.get(file).cloned().unwrap_or_default();
        (self.tell)(Told::Refused(&RefusedLine { file, line, faults }));
    }

    fn tell_claimed(&mut self, (file, line): (usize, u64), listing: Uuid, name: (Kind, Slug)) {
        let file = self.names.get(file).cloned().unwrap_or_default();
        let (kind, slug) = name;
        (self.tell)(Told::Claimed(&ClaimedLine {
            file,
            line,
            listing,
            kind,
            slug,
        }));
    }

    async fn publish(&mut self, ready: Vec<(usize, u64, Box<Parsed>)>) -> Result<(), ImportError> {
        if ready.is_empty() {
            return Ok(());
        }
        let (mut kept, mut publications) = (Vec::new(), Vec::new());
        for (file, line, parsed) in ready {
            let new = &parsed.publication.listing;
            let name = (new.kind(), new.slug.clone());
            kept.push((file, line, name, parsed.text));
            publications.push(parsed.publication);
        }
        let published = match &mut self.rehearsal {
            Some(rehearsal) => self.store.rehearse(rehearsal, publications).await,
            None => {
                let work =
                    async |tx: &mut crate::store::WriteTx<'_>| tx.publish_all(publications).await;
                self.store.write(self.actor, work).await
            }
        };
        let published = published.map_err(AppError::from)?;
        for ((file, line, name, text), published) in kept.into_iter().zip(published) {
            match published {
                Ok(outcome) => {
                    self.counts.add(outcome);
                    if let Outcome::Claimed(listing) = outcome {
                        self.tell_claimed((file, line), listing, name);
                    }
                }
                Err(faults) => self.waiting.push(&Waiting {
                    file,
                    line,
                    text,
                    faults,
                })?,
            }
        }
        Ok(())
    }

    /// Tries what was refused again for as long as some of it goes in; then tells of the rest.
    async fn retry(&mut self) -> Result<(), ImportError> {
        let mut before = 0;
        while self.waiting.len() != before {
            before = self.waiting.len();
            let mut waiting = std::mem::replace(&mut self.waiting, Spool::create()?).read()?;
            loop {
                let mut ready = Vec::new();
                for waiting in waiting.by_ref().take(lines::BATCH) {
                    let Waiting {
                        file, line, text, ..
                    } = waiting?;
                    let read = Listing::from_json(&text).and_then(|body| parsed(body, self.clock));
                    match read {
                        Ok(publication) => {
                            ready.push((file, line, Box::new(Parsed { publication, text })));
                        }
                        Err(faults) => self.refuse(file, line, faults),
                    }
                }
                if ready.is_empty() {
                    break;
                }
                self.publish(ready).await?;
            }
        }
        let refused = std::mem::replace(&mut self.waiting, Spool::create()?);
        for waiting in refused.read()? {
            let Waiting {
                file, line, faults, ..
            } = waiting?;
            self.refuse(file, line, faults);
        }
        Ok(())
    }

    async fn expire(
        &mut self,
        expire: &Expire,
        seen: &Seen,
    ) -> Result<Result<(), ExpiryRefused>, ImportError> {
        let dry_run = self.rehearsal.is_some();
        let now = self.clock.now();
        let expired = expiry::expire(self.store, self.actor, expire, seen, dry_run, now).await?;
        Ok(expired.map(|expired| {
            for one in &expired {
                match one.kept {
                    Some(_) => self.counts.kept += 1,
                    None => self.counts.withdrawn += 1,
                }
                (self.tell)(Told::Expired(one));
            }
        }))
    }
}
