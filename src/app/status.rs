//! How the parts of the directory are, since when, and how far behind.
//!
//! To add a part, write a function that says how it is and list it in `status`. Since when it is so is noted here, by
//! whoever looks: a part is as old in its state as the first look that found it there, so somebody should look often.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use uuid::Uuid;

use crate::{app::App, store::PoolState};

enumeration! {
    /// How a part is.
    PartState {
        /// As it should be.
        Ok = "ok",
        /// Not there yet, or being built afresh.
        Building = "building",
        /// It works, less well than it should.
        Degraded = "degraded",
        /// It does not work; it is tried again without end.
        Failing = "failing",
    }
}

/// How far the indexes are behind the database, as their follower last saw it.
#[derive(Clone, Debug, Default)]
pub struct FollowerState {
    /// The place in the change log to which words index and catalogue are current.
    pub sequence: Option<i64>,
    /// Whether the catalogue can answer, which it can before the first words index is built.
    pub loaded: bool,
    /// The place in the change log to which areas, topics and crisis numbers are current.
    pub reference: Option<i64>,
    /// The end of the log when it was last read.
    pub head: Option<i64>,
    /// When the follower last had everything that was written until then.
    pub current_at: Option<Timestamp>,
    /// What stops the follower now, and since when.
    pub failure: Option<(String, Timestamp)>,
    /// Listings built and to build, while an index is built afresh.
    pub rebuilding: Option<(u64, u64)>,
    /// The index on a Meilisearch server, where one is set.
    pub meilisearch: Option<ServerState>,
}

/// How an index on a server is, as this process last saw it.
#[derive(Clone, Debug, Default)]
pub struct ServerState {
    /// Whether this process follows for it.
    pub leading: bool,
    /// Whether it is left alone because it fails.
    pub resting: bool,
    /// The place in the change log to which it is current.
    pub sequence: Option<i64>,
    /// When it last had everything that was written until then.
    pub current_at: Option<Timestamp>,
    /// Whether something stops what follows for it.
    pub stopped: bool,
    /// Whether that is only that it does not get done what it was given, as where its disk is full.
    pub stalled: bool,
    /// Listings built and to build, while it is built afresh.
    pub rebuilding: Option<(u64, u64)>,
    /// Listings that it refuses.
    pub refused: Vec<Uuid>,
}

/// Asks for the follower's state.
pub type Following = Arc<dyn Fn() -> FollowerState + Send + Sync>;

/// What a part lacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Behind {
    /// Changes that are still to be taken in, as far as is known.
    pub changes: u64,
    /// For how long it may lack something.
    pub seconds: u64,
}

/// How one part is.
#[derive(Clone, Debug)]
pub struct Part {
    pub name: &'static str,
    pub state: PartState,
    /// Since when it is in this state.
    pub since: Timestamp,
    pub behind: Option<Behind>,
    /// How much it holds: listings, areas and topics.
    pub size: Option<u64>,
    /// The moment of which what it holds is.
    pub as_of: Option<Timestamp>,
    /// Which of several kinds it is.
    pub kind: Option<&'static str>,
    /// Listings built and to build, while it is built afresh.
    pub rebuilding: Option<(u64, u64)>,
    pub pool: Option<PoolState>,
    /// Listings that it refuses to hold.
    pub refused: Vec<Uuid>,
}

impl Part {
    /// A part that has nothing to tell but its state.
    fn new(name: &'static str, state: PartState) -> Self {
        Self {
            name,
            state,
            since: Timestamp::UNIX_EPOCH,
            behind: None,
            size: None,
            as_of: None,
            kind: None,
            rebuilding: None,
            pool: None,
            refused: Vec::new(),
        }
    }
}

/// The state of every part.
#[derive(Clone, Debug)]
pub struct Status {
    pub now: Timestamp,
    /// Whether questions with and without words can be answered.
    pub ready: bool,
    /// Whether something is not as it should be, so that some answers are missing or out of date.
    pub degraded: bool,
    pub parts: Vec<Part>,
}

impl Status {
    /// The part of that name.
    #[must_use]
    pub fn part(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.name == name)
    }
}

/// In which state each part was found, and since when.
#[derive(Debug, Default)]
pub(in crate::app) struct Since(Mutex<BTreeMap<&'static str, (PartState, Timestamp)>>);

impl Since {
    fn note(&self, part: &Part, now: Timestamp) -> Timestamp {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = known.entry(part.name).or_insert((part.state, now));
        if entry.0 != part.state {
            *entry = (part.state, now);
        }
        entry.1
    }
}

/// The state of every part. Waits two seconds at most, for a database that is silent.
pub async fn status(app: &App) -> Status {
    let answers = app.parts.store.answers().await;
    let (now, follower) = (app.now(), (app.parts.following)());
    let mut parts = vec![
        database(answers),
        pool(app.parts.store.pool_state()),
        following(&follower, now),
        reference(app, &follower, now),
        words(app, &follower),
        catalogue(app, &follower),
    ];
    parts.extend(meilisearch(&follower, now));
    for part in &mut parts {
        part.since = app.since.note(part, now);
    }
    Status {
        now,
        ready: follower.sequence.is_some(),
        degraded: parts.iter().any(|part| part.state != PartState::Ok),
        parts,
    }
}

fn database(answers: bool) -> Part {
    let state = if answers {
        PartState::Ok
    } else {
        PartState::Failing
    };
    Part::new("database", state)
}

/// More than wait now and then is more than the pool can do.
fn pool(pool: PoolState) -> Part {
    let state = if pool.waiting > pool.limit {
        PartState::Degraded
    } else {
        PartState::Ok
    };
    Part {
        pool: Some(pool),
        ..Part::new("pool", state)
    }
}

/// A server that lacks something for longer is not as it should be; one that has no room left says nothing else.
const LATE_S: u64 = 60;

/// A server that falls behind still answers, with what it knew.
fn meilisearch(follower: &FollowerState, now: Timestamp) -> Option<Part> {
    let server = follower.meilisearch.as_ref()?;
    let as_follower = FollowerState {
        head: follower.head.max(follower.sequence),
        current_at: server.current_at,
        failure: server.stopped.then(|| (String::new(), now)),
        ..FollowerState::default()
    };
    let behind = behind(&as_follower, server.sequence, now);
    let late = behind.is_some_and(|behind| behind.seconds > LATE_S);
    let state = if server.rebuilding.is_some() {
        PartState::Building
    } else if server.resting || server.stopped && !server.stalled {
        PartState::Failing
    } else if server.sequence.is_none() && !server.stalled {
        PartState::Building
    } else if late || server.stalled || !server.refused.is_empty() {
        PartState::Degraded
    } else {
        PartState::Ok
    };
    Some(Part {
        behind,
        kind: Some(if server.leading {
            "leading"
        } else {
            "standing_by"
        }),
        rebuilding: server.rebuilding,
        refused: server.refused.clone(),
        ..Part::new("meilisearch", state)
    })
}

fn following(follower: &FollowerState, now: Timestamp) -> Part {
    let state = match follower {
        FollowerState {
            failure: Some(_), ..
        } => PartState::Failing,
        FollowerState {
            rebuilding: Some(_),
            ..
        }
        | FollowerState { head: None, .. } => PartState::Building,
        _ => PartState::Ok,
    };
    Part {
        behind: behind(follower, follower.sequence, now),
        rebuilding: follower.rebuilding,
        ..Part::new("follower", state)
    }
}

/// What the part that is current to `at` lacks. A follower that stands at the end of the log and is not stopped lacks
/// nothing, whenever it last looked: the database wakes it.
fn behind(follower: &FollowerState, at: Option<i64>, now: Timestamp) -> Option<Behind> {
    let changes = follower.head?.saturating_sub(at?).max(0).unsigned_abs();
    let current = changes == 0 && follower.failure.is_none();
    let lacking = follower.current_at.filter(|_| !current);
    let seconds = lacking.map_or(0, |at| now.as_second().saturating_sub(at.as_second()));
    Some(Behind {
        changes,
        seconds: seconds.max(0).unsigned_abs(),
    })
}

/// A copy that was built in or saved answers as well as any; only its date tells.
fn reference(app: &App, follower: &FollowerState, now: Timestamp) -> Part {
    let reference = app.reference();
    let size = reference.areas().len() + reference.topics().len();
    let kind = if reference.cursor().is_some() {
        "followed"
    } else {
        "built_in"
    };
    Part {
        behind: behind(follower, follower.reference, now),
        size: u64::try_from(size).ok(),
        as_of: Some(reference.as_of()),
        kind: Some(kind),
        ..Part::new("reference", PartState::Ok)
    }
}

/// An index that is built afresh answers with the old one meanwhile.
fn words(app: &App, follower: &FollowerState) -> Part {
    Part {
        kind: app.parts.directory.engine(),
        ..Part::new("words", built(follower.sequence.is_some()))
    }
}

fn catalogue(app: &App, follower: &FollowerState) -> Part {
    Part {
        size: u64::try_from(app.parts.directory.len()).ok(),
        ..Part::new("catalogue", built(follower.loaded))
    }
}

fn built(once: bool) -> PartState {
    if once {
        PartState::Ok
    } else {
        PartState::Building
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_state_is_as_old_as_the_first_look_at_it() {
        let since = Since::default();
        let (ok, failing) = (
            Part::new("database", PartState::Ok),
            Part::new("database", PartState::Failing),
        );
        assert_eq!(since.note(&ok, at(1)), at(1));
        assert_eq!(since.note(&ok, at(5)), at(1));
        assert_eq!(since.note(&failing, at(6)), at(6));
        assert_eq!(since.note(&failing, at(9)), at(6));
        assert_eq!(since.note(&Part::new("pool", PartState::Ok), at(9)), at(9));
    }

    #[test]
    fn lag_is_told_in_changes_and_in_seconds() {
        let mut follower = FollowerState {
            sequence: Some(7),
            head: Some(10),
            current_at: Some(at(100)),
            ..FollowerState::default()
        };
        let told = |follower: &FollowerState| following(follower, at(130)).behind.unwrap();
        let lacking = Behind {
            changes: 3,
            seconds: 30,
        };
        assert_eq!(told(&follower), lacking);
        follower.sequence = Some(10);
        assert_eq!(told(&follower), Behind::default());
        // Stopped, it no longer knows where the log ends.
        follower.failure = Some(("the database is out of reach".to_owned(), at(120)));
        assert_eq!(told(&follower).seconds, 30);
        assert_eq!(following(&follower, at(130)).state, PartState::Failing);
        let fresh = following(&FollowerState::default(), at(130));
        assert_eq!((fresh.state, fresh.behind), (PartState::Building, None));
    }

    #[test]
    fn a_server_is_told_of_where_one_is_set() {
        let mut follower = FollowerState {
            sequence: Some(10),
            head: Some(10),
            ..FollowerState::default()
        };
        assert!(meilisearch(&follower, at(130)).is_none());
        let mut told = |server: ServerState| {
            follower.meilisearch = Some(server);
            let part = meilisearch(&follower, at(130)).unwrap();
            (part.state, part.behind)
        };
        assert_eq!(told(ServerState::default()), (PartState::Building, None));
        let late = ServerState {
            sequence: Some(8),
            current_at: Some(at(100)),
            ..ServerState::default()
        };
        let lacking = Behind {
            changes: 2,
            seconds: 30,
        };
        assert_eq!(told(late.clone()), (PartState::Ok, Some(lacking)));
        let later = ServerState {
            current_at: Some(at(60)),
            ..late.clone()
        };
        assert_eq!(told(later).0, PartState::Degraded);
        let resting = ServerState {
            resting: true,
            ..late.clone()
        };
        assert_eq!(told(resting.clone()), (PartState::Failing, Some(lacking)));
        let building = ServerState {
            rebuilding: Some((3, 10)),
            ..resting.clone()
        };
        assert_eq!(told(building).0, PartState::Building);
        let full = ServerState {
            stopped: true,
            stalled: true,
            ..late.clone()
        };
        assert_eq!(told(full.clone()).0, PartState::Degraded);
        let gone = ServerState {
            stalled: false,
            ..full
        };
        assert_eq!(told(gone).0, PartState::Failing);
        let refusing = ServerState {
            sequence: Some(10),
            refused: vec![Uuid::nil()],
            ..late
        };
        assert_eq!(
            told(refusing),
            (PartState::Degraded, Some(Behind::default()))
        );
    }
}
