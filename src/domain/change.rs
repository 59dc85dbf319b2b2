//! Entries of the change log.

use uuid::Uuid;

enumeration! {
    /// What a change is about.
    Subject {
        Organisation = "organisation",
        Hub = "hub",
        SupportGroup = "support_group",
        Helpline = "helpline",
        Topic = "topic",
        Area = "area",
        EmergencyNumber = "emergency_number",
    }
}

enumeration! {
    /// What happened to it.
    Operation {
        Upsert = "upsert",
        Delete = "delete",
    }
}

enumeration! {
    /// Why a listing is no longer published.
    RemovalReason {
        /// Whoever stands for it, or whoever runs the directory, took it back.
        Withdrawn = "withdrawn",
        /// The source that it came from no longer has it.
        Expired = "expired",
        /// It was found to be the same as another one.
        Merged = "merged",
        /// Those who keep it did not say any more that it is true.
        Unconfirmed = "unconfirmed",
    }
}

/// How a listing goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    Withdrawn,
    Expired,
    /// Into the listing of that id, which stays.
    Merged(Uuid),
    Unconfirmed,
    /// By a moderator or who keeps it; whoever of the two it was may bring it back.
    TakenOff,
}

impl Removal {
    /// The reason in a word.
    #[must_use]
    pub fn reason(self) -> RemovalReason {
        match self {
            Self::Withdrawn | Self::TakenOff => RemovalReason::Withdrawn,
            Self::Expired => RemovalReason::Expired,
            Self::Merged(_) => RemovalReason::Merged,
            Self::Unconfirmed => RemovalReason::Unconfirmed,
        }
    }

    /// The listing that stands for it from now on.
    #[must_use]
    pub fn merged_into(self) -> Option<Uuid> {
        match self {
            Self::Merged(into) => Some(into),
            Self::Withdrawn | Self::Expired | Self::Unconfirmed | Self::TakenOff => None,
        }
    }
}

/// One thing that a transaction changed; `id` is a listing's UUID, a topic's slug, an area's code or a country.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Change {
    pub subject: Subject,
    pub id: String,
    pub operation: Operation,
}

/// A change with its place in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedChange {
    pub sequence: i64,
    pub change: Change,
}
