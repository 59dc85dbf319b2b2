//! What happens to what somebody typed until it is public, and who may type it.

use jiff::Timestamp;
use uuid::Uuid;

/// What moderators look at, and write notes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    Draft(Uuid),
    Batch(Uuid),
    Claim(Uuid),
    Report(Uuid),
}

/// A place in the queue: whether it is urgent, since when it waits, and which it is.
pub type QueuePlace = (bool, Timestamp, Uuid);

/// So many bytes has what is typed in one draft at most, as JSON.
pub const MOST_BYTES: usize = 1024 * 1024;

enumeration! {
    /// Where a draft is on its way.
    DraftState {
        /// Being typed.
        Draft = "draft",
        /// Handed in; a moderator has not decided yet.
        Submitted = "submitted",
        /// A moderator wants something changed first.
        ChangesRequested = "changes_requested",
        /// Public.
        Approved = "approved",
        /// A moderator said no, and why.
        Rejected = "rejected",
        /// Whoever typed it took it back.
        Withdrawn = "withdrawn",
    }
}

impl DraftState {
    /// Whether it may still become public. A listing has one such draft at a time.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Submitted | Self::ChangesRequested)
    }

    /// Whether it may be typed in. What a moderator looks at does not change below their eyes.
    #[must_use]
    pub fn is_editable(self) -> bool {
        matches!(self, Self::Draft | Self::ChangesRequested)
    }
}

enumeration! {
    /// What somebody may do with the listings of an organisation.
    MemberRole {
        /// Everything, and decide who else may.
        Owner = "owner",
        /// Type and hand in.
        Editor = "editor",
        /// Look.
        Viewer = "viewer",
    }
}

impl MemberRole {
    /// Whether they may type and hand in.
    #[must_use]
    pub fn edits(self) -> bool {
        matches!(self, Self::Owner | Self::Editor)
    }
}

enumeration! {
    /// What became of the wish to keep a listing.
    ClaimState {
        /// Nobody has decided.
        Open = "open",
        Granted = "granted",
        Refused = "refused",
    }
}

enumeration! {
    /// Who took a listing off.
    TakenOffBy {
        Moderator = "moderator",
        /// Somebody of those who keep it.
        Keeper = "keeper",
    }
}

enumeration! {
    /// What somebody from the public says of a listing.
    ReportTopic {
        WrongNumber = "wrong_number",
        /// It is not there any more.
        Closed = "closed",
        WrongPlace = "wrong_place",
        WrongHours = "wrong_hours",
        /// It does harm.
        Unsafe = "unsafe",
        /// It is in the directory twice.
        Duplicate = "duplicate",
        /// Something that should be in the directory.
        Missing = "missing",
        Other = "other",
        /// The directory's own alarm: a country's last national line is gone, or nobody confirms it any more.
        LastNationalLine = "last_national_line",
    }
}

impl ReportTopic {
    /// What people may say; the rest the directory says itself.
    pub const OF_PEOPLE: &'static [Self] = &[
        Self::WrongNumber,
        Self::Closed,
        Self::WrongPlace,
        Self::WrongHours,
        Self::Unsafe,
        Self::Duplicate,
        Self::Missing,
        Self::Other,
    ];

    /// Whether who goes by the listing finds nobody there, so that they may be in danger where it is a crisis line.
    #[must_use]
    pub fn misleads(self) -> bool {
        matches!(self, Self::WrongNumber | Self::Closed)
    }
}
