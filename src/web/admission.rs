//! Who is let in when more is asked than can be answered: whoever needs it most.
//!
//! Every request is of a class. A class has so many places, and so many requests may wait for one, for a second; beyond
//! that they are refused at once with 503 and `Retry-After`, which costs a fraction of an answer. A worker that runs late
//! refuses too, the least needed class first. The classes share no place, so a slow database or engine keeps nobody from
//! what does not need it; and nobody takes a place before the whole request is here, apart from those who have to be
//! signed in: of theirs nothing is read before they are known.
//!
//! Invariant: what is vital, whom to call now and whether the directory lives, is never refused and never waits here.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use actix_web::http::{Method, Uri};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

use super::pace;
use crate::telemetry::metrics as names;

enumeration! {
    /// What a request is, from the most needed to the first refused.
    Class {
        /// Whom to call now; whether the directory lives.
        Vital = "vital",
        /// Answered from memory by looking something up.
        Lookup = "lookup",
        /// Read from the database.
        Read = "read",
        /// Waits for something to happen, at its own wish.
        Wait = "wait",
        /// Computed.
        Search = "search",
        /// Changes something.
        Write = "write",
    }
}

/// What a class is granted.
#[derive(Clone, Copy, Debug)]
pub struct Grant {
    /// So many are answered at a time.
    pub places: usize,
    /// So many more may wait for a place.
    pub queue: usize,
    /// None is let in by a worker that runs later than this.
    pub lateness: Duration,
    /// How long an answer may take, the wait for a place included; who asks to wait gets that in addition.
    pub patience: Duration,
}

impl Class {
    /// Whether its requests have to wait for one another.
    #[must_use]
    pub const fn is_crowded(self) -> bool {
        !matches!(self, Self::Vital | Self::Lookup)
    }

    /// What the class is granted. The database has 16 connections, and a process has a few workers: more places than
    /// these numbers suggest would only make everybody wait.
    #[must_use]
    pub const fn grant(self) -> Grant {
        let (places, queue, lateness_ms, patience_s) = match self {
            Self::Vital => (Semaphore::MAX_PERMITS, 0, u64::MAX, 10),
            Self::Lookup => (256, 256, 400, 10),
            Self::Read => (64, 192, 200, 10),
            Self::Wait => (1024, 0, 200, 10),
            Self::Search => (64, 64, 100, 10),
            Self::Write => (16, 16, 50, 30),
        };
        Grant {
            places,
            queue,
            lateness: Duration::from_millis(lateness_ms),
            patience: Duration::from_secs(patience_s),
        }
    }
}

/// How long a request waits for a place.
const QUEUEING: Duration = Duration::from_secs(1);

/// So many bodies may be on their way at a time; each takes up to 64 KiB.
const ARRIVING: usize = 2_048;

/// After so many seconds it is worth trying again.
pub const RETRY_AFTER_S: u32 = 2;

/// The refusal of a request for which there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRoom;

/// The doors of a process, shared by its workers.
#[derive(Debug)]
pub struct Admission {
    classify: fn(&Method, &Uri) -> Class,
    doors: Vec<Door>,
    arriving: Semaphore,
}

#[derive(Debug)]
struct Door {
    class: Class,
    grant: Grant,
    places: Semaphore,
    queued: AtomicUsize,
}

/// A place, given back when it is dropped.
#[derive(Debug)]
pub struct Place<'a> {
    door: &'a Door,
    _permit: SemaphorePermit<'a>,
}

impl Admission {
    /// Doors for the classes that `classify` knows.
    #[must_use]
    pub fn new(classify: fn(&Method, &Uri) -> Class) -> Self {
        let doors = Class::ALL
            .iter()
            .map(|class| Door::new(*class, class.grant()));
        Self {
            classify,
            doors: doors.collect(),
            arriving: Semaphore::new(ARRIVING),
        }
    }

    /// The class of a request.
    #[must_use]
    pub fn class_of(&self, method: &Method, uri: &Uri) -> Class {
        (self.classify)(method, uri)
    }

    /// Room for a body that is on its way.
    ///
    /// # Errors
    /// `NoRoom`, at once.
    pub fn receive(&self) -> Result<SemaphorePermit<'_>, NoRoom> {
        self.arriving.try_acquire().map_err(|_| NoRoom)
    }

    /// A place for a request of the class.
    ///
    /// # Errors
    /// `NoRoom`, at once or after a second of waiting.
    pub async fn enter(&self, class: Class) -> Result<Place<'_>, NoRoom> {
        let entered = match self.doors.iter().find(|door| door.class == class) {
            Some(door) => door.enter(pace::lateness()).await,
            None => Err(NoRoom),
        };
        if entered.is_err() && names::is_on() {
            metrics::counter!(names::SHED, "class" => class.as_str()).increment(1);
        }
        entered
    }
}

impl Door {
    fn new(class: Class, grant: Grant) -> Self {
        Self {
            class,
            grant,
            places: Semaphore::new(grant.places),
            queued: AtomicUsize::new(0),
        }
    }

    async fn enter(&self, lateness: Duration) -> Result<Place<'_>, NoRoom> {
        if lateness > self.grant.lateness {
            return Err(NoRoom);
        }
        if let Ok(permit) = self.places.try_acquire() {
            return Ok(self.place(permit));
        }
        let _queued = Queued::join(&self.queued, self.grant.queue).ok_or(NoRoom)?;
        match timeout(QUEUEING, self.places.acquire()).await {
            Ok(Ok(permit)) => Ok(self.place(permit)),
            _ => Err(NoRoom),
        }
    }

    fn place<'a>(&'a self, permit: SemaphorePermit<'a>) -> Place<'a> {
        if names::is_on() {
            metrics::gauge!(names::IN_FLIGHT, "class" => self.class.as_str()).increment(1.0);
        }
        Place {
            door: self,
            _permit: permit,
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if names::is_on() {
            metrics::gauge!(names::IN_FLIGHT, "class" => self.door.class.as_str()).decrement(1.0);
        }
    }
}

/// One who waits; leaves the queue in whatever way the wait ends.
struct Queued<'a>(&'a AtomicUsize);

impl<'a> Queued<'a> {
    fn join(queue: &'a AtomicUsize, longest: usize) -> Option<Self> {
        let before = queue.fetch_add(1, Ordering::Relaxed);
        let joined = Self(queue);
        (before < longest).then_some(joined)
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    const ON_TIME: Duration = Duration::ZERO;

    fn door(places: usize, queue: usize) -> Door {
        let grant = Grant {
            places,
            queue,
            ..Class::Search.grant()
        };
        Door::new(Class::Search, grant)
    }

    #[tokio::test(start_paused = true)]
    async fn who_finds_no_place_waits_and_who_finds_no_queue_is_refused() {
        let door = door(1, 1);
        let first = door.enter(ON_TIME).await.unwrap();
        let mut second = Box::pin(door.enter(ON_TIME));
        assert!(second.as_mut().now_or_never().is_none());
        assert_eq!(
            door.enter(ON_TIME).now_or_never().unwrap().err(),
            Some(NoRoom)
        );
        drop(first);
        let second = second.await.unwrap();
        // Nobody waits for ever: time is paused, and passes only while all wait.
        assert_eq!(door.enter(ON_TIME).await.err(), Some(NoRoom));
        drop(second);
        assert_eq!(door.queued.load(Ordering::Relaxed), 0);
        assert!(door.enter(ON_TIME).now_or_never().unwrap().is_ok());
    }

    #[tokio::test]
    async fn a_late_worker_refuses_the_least_needed_first_and_the_vital_never() {
        let refused = |late_ms: u64| {
            let refuses = |class: &&Class| {
                let door = Door::new(**class, class.grant());
                let entered = door.enter(Duration::from_millis(late_ms)).now_or_never();
                entered.is_some_and(|entered| entered.is_err())
            };
            Class::ALL
                .iter()
                .filter(refuses)
                .map(|class| class.as_str())
                .collect::<Vec<_>>()
        };
        assert_eq!(refused(20), Vec::<&str>::new());
        assert_eq!(refused(60), ["write"]);
        assert_eq!(refused(150), ["search", "write"]);
        assert_eq!(refused(300), ["read", "wait", "search", "write"]);
        assert_eq!(
            refused(60_000),
            ["lookup", "read", "wait", "search", "write"]
        );
    }
}
