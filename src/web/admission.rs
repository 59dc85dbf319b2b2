//! Who is let in when more is asked than can be answered: whoever needs it most.
//!
//! Every request is of a class. A class has so many places, and so many requests may wait for one, for a second; beyond
//! that they are refused at once with 503 and `Retry-After`, which costs a fraction of an answer. A worker that runs late
//! refuses too, the least needed class first. The classes share no place, so a slow database or engine keeps nobody from
//! what does not need it; and nobody holds a place while the request is on its way: who has to be signed in gives it up
//! once they are known, and takes another one when all is here.
//!
//! Invariant: what is vital, whom to call now and whether the directory lives, is never refused and never waits here.

mod seat;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix_web::http::{Method, Uri};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit},
    time::timeout,
};
use uuid::Uuid;

pub use self::seat::Seat;
pub(super) use self::seat::no_room;

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

/// The same of those who are signed in, whose bodies may be sixteen times as large; and of one account.
const ARRIVING_SIGNED: usize = 256;
const ARRIVING_OF_ONE: usize = 8;

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
    /// How many bodies of each account are on their way.
    signed: Mutex<HashMap<Uuid, usize>>,
}

#[derive(Debug)]
struct Door {
    class: Class,
    grant: Grant,
    places: Arc<Semaphore>,
    queued: AtomicUsize,
}

/// A place, given back when it is dropped.
#[derive(Debug)]
pub struct Place {
    class: Class,
    _permit: OwnedSemaphorePermit,
}

/// Room for the body of somebody who is signed in, given back when it is dropped.
#[derive(Debug)]
pub struct Room<'a> {
    of: &'a Mutex<HashMap<Uuid, usize>>,
    account: Uuid,
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
            signed: Mutex::default(),
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

    /// Room for a body of that account that is on its way.
    ///
    /// # Errors
    /// `NoRoom`, at once: so many come from one account already, or from all.
    pub fn receive_of(&self, account: Uuid) -> Result<Room<'_>, NoRoom> {
        let mut signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        let own = signed.get(&account).copied().unwrap_or_default();
        if own >= ARRIVING_OF_ONE || signed.values().sum::<usize>() >= ARRIVING_SIGNED {
            return Err(NoRoom);
        }
        signed.insert(account, own + 1);
        Ok(Room {
            of: &self.signed,
            account,
        })
    }

    /// A place for a request of the class.
    ///
    /// # Errors
    /// `NoRoom`, at once or after a second of waiting.
    pub async fn enter(&self, class: Class) -> Result<Place, NoRoom> {
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
            places: Arc::new(Semaphore::new(grant.places)),
            queued: AtomicUsize::new(0),
        }
    }

    async fn enter(&self, lateness: Duration) -> Result<Place, NoRoom> {
        if lateness > self.grant.lateness {
            return Err(NoRoom);
        }
        if let Ok(permit) = Arc::clone(&self.places).try_acquire_owned() {
            return Ok(self.place(permit));
        }
        let _queued = Queued::join(&self.queued, self.grant.queue).ok_or(NoRoom)?;
        match timeout(QUEUEING, Arc::clone(&self.places).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(self.place(permit)),
            _ => Err(NoRoom),
        }
    }

    fn place(&self, permit: OwnedSemaphorePermit) -> Place {
        if names::is_on() {
            metrics::gauge!(names::IN_FLIGHT, "class" => self.class.as_str()).increment(1.0);
        }
        Place {
            class: self.class,
            _permit: permit,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if names::is_on() {
            metrics::gauge!(names::IN_FLIGHT, "class" => self.class.as_str()).decrement(1.0);
        }
    }
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        let mut signed = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = signed.get_mut(&self.account) {
            *own -= 1;
            if *own == 0 {
                signed.remove(&self.account);
            }
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

    #[test]
    fn one_account_takes_some_of_the_room_and_gives_it_back() {
        let doors = Admission::new(|_, _| Class::Write);
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let held: Vec<_> = (0..ARRIVING_OF_ONE)
            .map(|_| doors.receive_of(one).unwrap())
            .collect();
        assert_eq!(doors.receive_of(one).err(), Some(NoRoom));
        assert!(doors.receive_of(other).is_ok());
        drop(held);
        assert!(doors.receive_of(one).is_ok() && doors.signed.lock().unwrap().is_empty());
        let all: Vec<_> = (0..ARRIVING_SIGNED)
            .map(|of| doors.receive_of(Uuid::from_u128(of as u128)).unwrap())
            .collect();
        assert_eq!(doors.receive_of(Uuid::max()).err(), Some(NoRoom));
        drop(all);
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
