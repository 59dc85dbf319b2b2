//! The use cases, one verb a function. They know neither HTTP nor tables: they load, decide, write once, reply.
//!
//! Reading of what is in memory goes on while the database is away; what needs it answers `Unavailable`.

pub mod accounts;
pub mod attempts;
pub mod audit;
pub mod batches;
pub mod browse;
pub mod changes;
pub mod claims;
pub mod confirm;
pub mod crisis;
mod decisions;
pub mod drafts;
pub mod duplicates;
pub mod export;
pub mod farewell;
pub mod find;
pub mod forget;
pub mod import;
pub mod invitations;
pub mod keys;
pub mod lapse;
pub mod links;
pub mod members;
pub mod moderation;
pub mod national;
pub mod notes;
pub mod once;
pub mod post;
pub mod profile;
pub mod queue;
pub mod reports;
pub mod second_factor;
pub mod sessions;
pub mod staff;
pub mod status;
pub mod statuses;
pub mod suggest;
pub mod suggestions;
pub mod withdraw;

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    credentials::password::HashError,
    domain::{actor::Person, clock::Clock, country::Country, fault::Fault},
    search::ask::Directory,
    store::{PublishFault, Store, StoreError, WriteTx},
    wording::{Danger, Intents},
};
pub use crate::{
    search::{entry::OrganisationName, reference::Reference},
    store::views::SourceSummary,
};

/// What processes that share a database do one at a time: else each would write the same letters.
const UPKEEP: &str = "upkeep";

/// Why nobody but a moderator takes such a line off.
const LAST_LINE: AppError = AppError::Conflict(
    "it is its country's last national line, which stays: a moderator can take it off, and hears of it by a report",
);

/// What the use cases work with; cheap to clone.
#[derive(Clone)]
pub struct App {
    pub(in crate::app) parts: Arc<Parts>,
    since: Arc<status::Since>,
}

/// What an application is made of.
pub struct Parts {
    pub store: Store,
    pub directory: Arc<Directory>,
    pub clock: Arc<dyn Clock>,
    /// The country whose crisis lines are shown to those who name none.
    pub country: Option<Country>,
    /// By what words are understood.
    pub phrases: Arc<Phrases>,
    /// What people with accounts need beside.
    pub staff: staff::Staff,
    /// How far the indexes are behind the database.
    pub following: status::Following,
    /// What wakes those who wait for changes.
    pub wakes: changes::Wakes,
}

/// The phrases by which words are understood, and danger in them.
#[derive(Default)]
pub struct Phrases {
    pub intents: Intents,
    pub danger: Danger,
}

impl App {
    /// An application of these parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            parts: Arc::new(parts),
            since: Arc::default(),
        }
    }

    /// The moment by the application's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    /// Does `work` in one transaction for somebody who was let in, if they still are: what they sent may have been on its
    /// way for seconds, and in those the session was ended, the key taken back, or their role taken away.
    ///
    /// # Errors
    /// `Unauthenticated` where they are not; what `work` returns, after a rollback.
    async fn write<R>(
        &self,
        person: &Person,
        work: impl AsyncFnOnce(&mut WriteTx<'_>) -> Result<R, AppError>,
    ) -> Result<R, AppError> {
        let written = self.parts.store.write(person.actor(), async |tx| {
            still(tx.still_let_in(person).await?)?;
            work(tx).await
        });
        written.await
    }

    /// Before the catalogue is there nothing is known of the listings, and an empty answer would say that there is no
    /// help.
    fn must_be_loaded(&self) -> Result<(), AppError> {
        if (self.parts.following)().loaded {
            return Ok(());
        }
        Err(AppError::Unavailable {
            retry_after_s: 5,
            cause: "no listing is loaded yet".into(),
        })
    }

    /// Whether the database was there since this process began, and of the version that it knows.
    #[must_use]
    pub fn has_followed(&self) -> bool {
        (self.parts.following)().head.is_some()
    }

    /// What people with accounts need beside.
    #[must_use]
    pub fn staff(&self) -> &staff::Staff {
        &self.parts.staff
    }

    /// Areas, topics and crisis numbers as they are known now.
    #[must_use]
    pub fn reference(&self) -> Arc<Reference> {
        self.parts.directory.reference()
    }
}

/// # Errors
/// `Unauthenticated` where somebody is no longer let in.
fn still(let_in: bool) -> Result<(), AppError> {
    match let_in {
        true => Ok(()),
        false => Err(AppError::Unauthenticated),
    }
}

/// What is not as it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The version that the one has which was named first.
    pub version: i64,
    /// The listings that changed, and their versions, where they are public.
    pub listings: Vec<(uuid::Uuid, Option<i64>)>,
}

/// Why a use case did not do what was asked, by who must act.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// There is no such thing, or none that the asker may know of.
    #[error("there is no such thing")]
    NotFound,
    /// The input is at fault; all faults together.
    #[error("the input is at fault")]
    Invalid(Vec<Fault>),
    /// A cursor of an index that is no longer there.
    #[error("the position is of an index that is no longer there")]
    Expired,
    /// A place in the log of another database.
    #[error("the place is of another log")]
    Resync,
    /// Nobody is signed in, or not any more.
    #[error("nobody is signed in")]
    Unauthenticated,
    /// No such address with such a password, or not with that code.
    #[error("address, password or code is wrong")]
    WrongCredentials,
    /// The password is right, and a code of the second factor is wanted as well.
    #[error("a code of the second factor is wanted")]
    WantsCode,
    /// Whoever asks may know of it, but may not do this.
    #[error("that is not theirs to do")]
    Forbidden,
    /// It would be theirs to do, had they proved a second factor.
    #[error("a second factor is missing")]
    Unproven,
    /// What is asked for does not go together with how things are; said in public words.
    #[error("{0}")]
    Conflict(&'static str),
    /// A draft of the listing is open already: this one.
    #[error("a draft of it is open already")]
    DraftOpen { draft: Uuid },
    /// It was changed since whoever asks saw it; the version that it has now.
    #[error("it was changed since")]
    Stale { current: i64 },
    /// What is public changed since the draft was handed in.
    #[error("what is public changed since")]
    BaseMoved(Moved),
    /// One of the listings was changed since whoever asks saw it.
    #[error("a listing was changed since")]
    Moved(Moved),
    /// The draft is not whole; all that it lacks.
    #[error("it is not whole")]
    Incomplete(Vec<Fault>),
    /// Rows of a file that do not fit; each pointer begins with the row.
    #[error("some rows do not fit")]
    Unfit(Vec<Fault>),
    /// With what is typed the draft would hold too much.
    #[error("the draft would hold too much")]
    TooLarge,
    /// So much is open already that no more may be opened.
    #[error("too much is open")]
    Full,
    /// The same is being done at this moment.
    #[error("the same is being done at this moment")]
    InFlight,
    /// The key of the request came before with another one.
    #[error("the key came with another request")]
    KeyReused,
    /// Asked too often.
    #[error("asked too often")]
    TooMany { retry_after_s: u32 },
    /// The same call may succeed later.
    #[error("out of service for now")]
    Unavailable {
        retry_after_s: u32,
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A defect of ours.
    #[error("an internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        if error.is_outage() {
            Self::Unavailable {
                retry_after_s: 5,
                cause: error.into(),
            }
        } else if error.is_of_gone_account() {
            // Whoever asks was signed in when it began, and deleted their account beside it.
            Self::Unauthenticated
        } else if error.is_of_gone_moderator() {
            Self::NotFound
        } else if matches!(error, StoreError::LastLine) {
            // Another one went at the same moment.
            LAST_LINE
        } else {
            Self::Internal(error.into())
        }
    }
}

impl From<HashError> for AppError {
    fn from(error: HashError) -> Self {
        Self::Internal(error.into())
    }
}

impl From<PublishFault> for AppError {
    fn from(fault: PublishFault) -> Self {
        match fault {
            PublishFault::Faults(faults) => Self::Invalid(faults),
            PublishFault::Store(error) => error.into(),
        }
    }
}
