//! Puts the parts of a serving process together: reference data, words index, catalogue, follower, use cases.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

use crate::{
    app::{
        App, Parts,
        changes::Wakes,
        staff::Staff,
        status::{FollowerState, ServerState},
    },
    cli::{Failure, clock::SystemClock, embedded, progress::Progress},
    config::{MeilisearchSettings, Settings},
    domain::{clock::Clock, country::Country},
    indexing::{self, Follower, Mirror, MirrorParts, MirrorStanding, Standing},
    search::{
        ask::Directory,
        reference::{Reference, ReferenceData},
        words::{
            Words,
            embedded::Embedded,
            meilisearch::{self, Meilisearch},
        },
    },
    store::Store,
};

/// A whole directory whose follower does not run yet.
pub(in crate::cli) struct Assembled {
    pub app: App,
    pub follower: Follower,
    /// Follows for a Meilisearch server, where one is set.
    pub mirror: Option<Mirror>,
}

/// Opens the indexes in the data directory and fills the catalogue from them, without the database. Who waits for
/// changes is let go when `stopping` turns true.
pub(in crate::cli) async fn assemble(
    settings: &Settings,
    store: Store,
    stopping: watch::Receiver<bool>,
) -> Result<Assembled, Failure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let snapshot = settings.data_dir.join("reference.json");
    let reference = saved(&snapshot)?.map_or_else(embedded::reference, Ok)?;
    let index = Embedded::open(&settings.data_dir.join("words"))?;
    let server = settings.meilisearch.as_ref().map(engine).transpose()?;
    let mut engines: Vec<Arc<dyn Words>> = Vec::new();
    if let Some(server) = &server {
        engines.push(Arc::new(server.clone()));
    }
    engines.push(Arc::new(index.clone()));
    let directory = Arc::new(Directory::with_synonyms(
        reference,
        engines,
        Arc::clone(&clock),
        embedded::synonyms(&settings.data_dir)?,
    ));
    let mut follower = Follower::new(indexing::Parts {
        store: store.clone(),
        directory: Arc::clone(&directory),
        index,
        decode: embedded::decoder(),
        clock: Arc::clone(&clock),
        boundaries: embedded::BOUNDARIES.to_vec(),
        snapshot: Some(snapshot),
    });
    follower.load().await?;
    let standing = follower.standing();
    let mirror = server.clone().map(|index| {
        Mirror::new(MirrorParts {
            store: store.clone(),
            directory: Arc::clone(&directory),
            index,
            clock: Arc::clone(&clock),
            own: standing.clone(),
        })
    });
    let elsewhere = server.zip(mirror.as_ref().map(Mirror::standing));
    let following = Arc::new(move || FollowerState {
        meilisearch: elsewhere
            .as_ref()
            .map(|(server, standing)| on_server(server, &standing.borrow())),
        ..state(&standing.borrow())
    });
    let wakes = Wakes {
        log: store.watch(),
        stopping,
    };
    let app = App::new(Parts {
        store,
        directory,
        clock,
        country: country(settings)?,
        phrases: Arc::new(embedded::phrases(&settings.data_dir)?),
        staff: Staff::under(settings.licence.clone()),
        following,
        wakes,
    });
    Ok(Assembled {
        app,
        follower,
        mirror,
    })
}

/// What the names of our indexes on a server begin with; which directory each is of follows in the name.
const PREFIX: &str = "haven";

/// The engine of a server.
pub(in crate::cli) fn engine(set: &MeilisearchSettings) -> Result<Meilisearch, Failure> {
    Ok(Meilisearch::new(meilisearch::Settings {
        url: set.url.clone(),
        key: set.key.clone(),
        budget: set.budget,
        remember: set.remember,
        patience: meilisearch::PATIENCE,
        prefix: PREFIX.to_owned(),
    })?)
}

/// The country of the settings.
pub(in crate::cli) fn country(settings: &Settings) -> Result<Option<Country>, Failure> {
    settings
        .country
        .as_deref()
        .map(Country::parse)
        .transpose()
        .map_err(|error| Failure::of_setting(format!("HAVEN_COUNTRY should be {error}")))
}

/// The reference data that an earlier run kept; a file that cannot be read is as good as none.
fn saved(path: &std::path::Path) -> Result<Option<Reference>, Failure> {
    match ReferenceData::load(path) {
        Ok(Some(data)) => Ok(Some(Reference::build(
            data,
            embedded::BOUNDARIES,
            &embedded::decoder(),
        )?)),
        Ok(None) => Ok(None),
        Err(error) => {
            tracing::warn!(%error, "the saved reference data cannot be read; the built-in copy is used");
            Ok(None)
        }
    }
}

fn state(standing: &Standing) -> FollowerState {
    FollowerState {
        sequence: standing.sequence,
        loaded: standing.loaded,
        reference: standing.reference,
        head: standing.head,
        current_at: standing.current_at,
        failure: standing
            .failure
            .as_ref()
            .map(|failure| (failure.reason.clone(), failure.since)),
        rebuilding: standing
            .rebuilding
            .map(|progress| (progress.done, progress.total)),
        meilisearch: None,
    }
}

fn on_server(server: &Meilisearch, standing: &MirrorStanding) -> ServerState {
    let refused = standing.refused.iter().map(|refused| refused.id);
    ServerState {
        leading: standing.leading,
        resting: server.is_resting(),
        sequence: standing.sequence,
        current_at: standing.current_at,
        stopped: standing.failure.is_some(),
        stalled: standing.stalled,
        rebuilding: standing
            .rebuilding
            .map(|progress| (progress.done, progress.total)),
        refused: refused.collect(),
    }
}

/// How long a start waits for changes that an earlier index lacks before it serves that index as it is.
const MOMENT: Duration = Duration::from_secs(2);

/// How long it waits for the first index once the catalogue is there.
const PATIENCE: Duration = Duration::from_secs(10);

/// Waits until the indexes are what the database was when their follower first looked, while somebody watches. Where an
/// earlier index can answer meanwhile, it waits a moment only; where there is none, until the catalogue can answer all
/// that needs no words, and a little for the index.
///
/// # Errors
/// What stops the follower before anything can be answered.
pub(in crate::cli) async fn catch_up(
    mut standing: watch::Receiver<Standing>,
    progress: &Progress,
) -> Result<(), Failure> {
    let patience = if standing.borrow().sequence.is_some() {
        MOMENT
    } else {
        loaded(&mut standing, progress).await?;
        PATIENCE
    };
    // The follower logs what stops it, and tries again.
    let caught_up = tokio::time::timeout(patience, caught_up(&mut standing, progress)).await;
    if !matches!(caught_up, Ok(Ok(()))) {
        tracing::info!("serving what is known while the search index is built or catches up");
    }
    Ok(())
}

/// Waits for the catalogue.
async fn loaded(
    standing: &mut watch::Receiver<Standing>,
    progress: &Progress,
) -> Result<(), Failure> {
    loop {
        {
            let now = standing.borrow_and_update();
            if now.loaded {
                return Ok(());
            }
            if let Some(failure) = &now.failure {
                return Err(Failure::new(&failure.reason));
            }
            if let Some(at) = now.rebuilding {
                progress.at(at.done, at.total);
            }
        }
        standing.changed().await?;
    }
}

async fn caught_up(
    standing: &mut watch::Receiver<Standing>,
    progress: &Progress,
) -> Result<(), Failure> {
    let mut built = false;
    loop {
        {
            let now = standing.borrow_and_update();
            if let Some(failure) = &now.failure {
                return Err(Failure::new(&failure.reason));
            }
            if let Some(at) = now.rebuilding {
                if !built {
                    progress.step("building the search index");
                }
                built = true;
                progress.at(at.done, at.total);
            } else if now.sequence.is_some() && now.sequence == now.head {
                // An index that is ahead of the log is another database's, and about to be built afresh.
                if built {
                    tracing::info!("the search index is built");
                }
                return Ok(());
            }
        }
        standing.changed().await?;
    }
}
