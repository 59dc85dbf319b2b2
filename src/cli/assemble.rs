//! Puts the parts of a serving process together: reference data, words index, catalogue, follower, use cases.

use std::sync::Arc;

use tokio::sync::watch;

use crate::{
    app::{App, Parts, status::FollowerState},
    cli::{Failure, clock::SystemClock, embedded, progress::Progress},
    config::Settings,
    domain::{clock::Clock, country::Country},
    indexing::{self, Follower, Standing},
    search::{
        ask::Directory,
        reference::{Reference, ReferenceData},
        words::embedded::Embedded,
    },
    store::Store,
};

/// A whole directory whose follower does not run yet.
pub(in crate::cli) struct Assembled {
    pub app: App,
    pub follower: Follower,
}

/// Opens the indexes in the data directory and fills the catalogue from them, without the database.
pub(in crate::cli) async fn assemble(
    settings: &Settings,
    store: Store,
) -> Result<Assembled, Failure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let snapshot = settings.data_dir.join("reference.json");
    let reference = saved(&snapshot)?.map_or_else(embedded::reference, Ok)?;
    let index = Embedded::open(&settings.data_dir.join("words"))?;
    let engines: Vec<Arc<dyn crate::search::words::Words>> = vec![Arc::new(index.clone())];
    let directory = Arc::new(Directory::new(reference, engines, Arc::clone(&clock)));
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
    let following = Arc::new(move || state(&standing.borrow()));
    let app = App::new(Parts {
        store,
        directory,
        clock,
        country: country(settings)?,
        following,
    });
    Ok(Assembled { app, follower })
}

fn country(settings: &Settings) -> Result<Option<Country>, Failure> {
    settings
        .country
        .as_deref()
        .map(Country::parse)
        .transpose()
        .map_err(|error| Failure {
            sentence: format!("HAVEN_COUNTRY should be {error}"),
            code: 2,
        })
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
        head: standing.head,
        failure: standing
            .failure
            .as_ref()
            .map(|failure| (failure.reason.clone(), failure.since)),
        rebuilding: standing
            .rebuilding
            .map(|progress| (progress.done, progress.total)),
    }
}

/// Brings the indexes up to date while somebody watches.
pub(in crate::cli) async fn catch_up(
    follower: &mut Follower,
    progress: &Progress,
) -> Result<(), Failure> {
    progress.step("building the search index");
    let mut standing: watch::Receiver<Standing> = follower.standing();
    let step = follower.step();
    tokio::pin!(step);
    loop {
        tokio::select! {
            done = &mut step => {
                done?;
                return Ok(());
            }
            changed = standing.changed() => {
                let rebuilding = standing.borrow_and_update().rebuilding;
                if let (Ok(()), Some(at)) = (changed, rebuilding) {
                    progress.at(at.done, at.total);
                }
            }
        }
    }
}
