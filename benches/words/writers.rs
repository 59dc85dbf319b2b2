//! Writers that publish, change and withdraw listings of their own at a pace, and note what is known of them.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};

use haven::{
    domain::{actor::Actor, change::Removal},
    store::{Outcome, PublishFault, Store},
};
use tokio::time::{MissedTickBehavior, sleep};
use uuid::Uuid;

use crate::support::{
    clock,
    sample::{self, text},
};

/// What may be published of a listing, by its number: the revisions that were confirmed or may have been written since;
/// none stands for withdrawn.
pub type Model = BTreeMap<usize, Vec<Option<u32>>>;

/// How much is written, by how many, and how often.
pub struct Writers {
    /// Listings that are written again and again.
    pub listings: usize,
    pub writers: usize,
    /// How many each writes in a transaction, and the time between two of them.
    pub at_once: usize,
    pub pace: Duration,
    /// Writes that were confirmed so far.
    pub confirmed: AtomicUsize,
}

/// One listing to be written: its number, its revision, and its id where it is to be withdrawn.
struct Turn {
    number: usize,
    revision: u32,
    withdrawn: Option<Uuid>,
}

impl Turn {
    fn may(&self) -> Option<u32> {
        self.withdrawn.is_none().then_some(self.revision)
    }
}

impl Writers {
    /// Writes until it is over.
    pub async fn write(&self, store: &Store, over: &AtomicBool) -> Model {
        let all = (0..self.writers).map(|writer| self.write_own(store, writer, over));
        let models = futures_util::future::join_all(all).await;
        models.into_iter().flatten().collect()
    }

    async fn write_own(&self, store: &Store, writer: usize, over: &AtomicBool) -> Model {
        let mut model = Model::new();
        let mut ids: BTreeMap<usize, Uuid> = BTreeMap::new();
        let mut pace = tokio::time::interval(self.pace);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let own: Vec<usize> = (0..self.listings)
            .filter(|number| number % self.writers == writer)
            .collect();
        let mut revisions = 0_u32..;
        while !over.load(Ordering::Acquire) {
            pace.tick().await;
            let lot: Vec<Turn> = revisions
                .by_ref()
                .take(self.at_once)
                .map(|revision| {
                    // A stride that meets every one of them.
                    let number = own[(revision as usize * 37) % own.len()];
                    let withdrawn = ids.get(&number).filter(|_| revision % 7 == 0).copied();
                    Turn {
                        number,
                        revision,
                        withdrawn,
                    }
                })
                .collect();
            for turn in &lot {
                let may = model.entry(turn.number).or_insert_with(|| vec![None]);
                may.push(turn.may());
            }
            let Ok(written) = put(store, &lot).await else {
                // Whether it was written is not known; what is known of the ids no longer holds.
                for turn in &lot {
                    ids.remove(&turn.number);
                }
                sleep(Duration::from_millis(200)).await;
                continue;
            };
            self.confirmed.fetch_add(lot.len(), Ordering::Relaxed);
            for (turn, id) in lot.iter().zip(written) {
                model.insert(turn.number, vec![turn.may()]);
                match id {
                    Some(id) => ids.insert(turn.number, id),
                    None => ids.remove(&turn.number),
                };
            }
        }
        model
    }
}

/// Writes all of it in one transaction, as an import does, and says under which ids.
async fn put(store: &Store, lot: &[Turn]) -> Result<Vec<Option<Uuid>>, PublishFault> {
    let now = haven::domain::clock::Clock::now(&*clock());
    let stays = |turn: &&Turn| turn.withdrawn.is_none();
    let writing = store.write(Actor::Operator, async |tx| {
        for gone in lot.iter().filter_map(|turn| turn.withdrawn) {
            let _: bool = tx.withdraw(gone, Removal::Withdrawn, now).await?;
        }
        let publications = lot.iter().filter(stays).map(publication).collect();
        let mut written = Vec::new();
        for outcome in tx.publish_all(publications).await? {
            match outcome.map_err(PublishFault::Faults)? {
                Outcome::Created(id)
                | Outcome::Changed(id)
                | Outcome::Unchanged(id)
                | Outcome::Claimed(id) => written.push(id),
            }
        }
        Ok::<_, PublishFault>(written)
    });
    let mut written = writing.await?.into_iter();
    let id = |turn: &Turn| match turn.withdrawn {
        Some(_) => None,
        None => written.next(),
    };
    Ok(lot.iter().map(id).collect())
}

fn publication(turn: &Turn) -> haven::store::Publication {
    let slug = format!("soak-{}", turn.number);
    let name = format!("Soak {slug} {}", turn.revision);
    sample::hub(&slug).with("/name", text(&name)).publication()
}
