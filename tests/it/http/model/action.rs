//! What people do in the model, what each of it is to the directory, and which operations it calls.

/// One of the two who may keep the organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Person {
    Rima,
    Karim,
}

impl Person {
    pub const ALL: [Self; 2] = [Self::Rima, Self::Karim];

    pub fn other(self) -> Self {
        match self {
            Self::Rima => Self::Karim,
            Self::Karim => Self::Rima,
        }
    }

    pub fn index(self) -> usize {
        usize::from(self == Self::Karim)
    }
}

/// What somebody is in the organisation, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Viewer,
    Editor,
    Owner,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Editor, Self::Owner];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Owner => "owner",
        }
    }
}

/// What is typed in a draft: one value of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Typed {
    /// Its name and its summary.
    Word(u8),
    /// Where it is, and nothing else.
    Place(u8),
    /// Whether its place is confidential.
    Secret(bool),
    Ended(bool),
    Slug(u8),
}

/// What somebody does; it may be out of place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Action {
    Open(Person),
    Type(Person, Typed),
    Submit(Person),
    Withdraw(Person),
    Approve,
    /// Approves what was looked at a version ago.
    ApproveUnseen,
    Reject,
    AskForChanges,
    /// A moderator notes something of it.
    Note(u8),
    /// Asks what would become of a file with the listing as its only row; hands it in.
    Check(Person, u8),
    HandIn(Person, u8, u8),
    ApproveBatch,
    RejectBatch,
    AskForBatchChanges,
    SubmitBatch(Person),
    WithdrawBatch(Person),
    /// Says that the whole is still true, or a single value.
    Confirm(Person),
    ConfirmCost(Person),
    /// Time passes: owners are asked whether it is still true; nobody answered.
    Remind,
    Lapse,
    /// Follows the link of the latest such letter, without signing in: it is true, or it is closed.
    Answer(Person, bool),
    /// A feed says something of it; somebody who keeps it settles what it said.
    Feed(u8, u8),
    Settle(Person),
    /// A moderator says that it ended, or that it did not.
    SetStatus(bool),
    /// Somebody who keeps it takes it off.
    LetGo(Person),
    /// A moderator takes it off, or brings it back; and so its organisation.
    TakeOff,
    BringBack,
    TakeOffOrganisation,
    BringBackOrganisation,
    ConfirmOrganisation(Person),
    /// A moderator finds it to be the same as another one, or says so as its status; or another one to be the same as it.
    Merge,
    MergeByStatus,
    MergeInto,
    /// Somebody claims the organisation, before a moderator or by its mailbox.
    Claim(Person, bool),
    /// An owner invites the other one, who follows the link, or takes that back.
    Invite(Person, Role),
    Accept(Person),
    Revoke(Person),
    /// An owner gives the other one another role, or removes them.
    SetRole(Person, Role),
    Remove(Person),
    Leave(Person),
    /// They delete their account, and come back as somebody new.
    DeleteMe(Person),
    /// Somebody without an account reports something.
    Report(u8),
}

impl Action {
    /// Its name, without what it is done with.
    pub fn name(self) -> String {
        let text = format!("{self:?}");
        let end = text.find('(').unwrap_or(text.len());
        match self {
            Self::Type(_, typed) => {
                let typed = format!("{typed:?}");
                let end = typed.find('(').unwrap_or(typed.len());
                format!("Type{}", &typed[..end])
            }
            _ => text[..end].to_owned(),
        }
    }

    /// Whether it changes nothing but who keeps the organisation.
    pub fn is_of_people(self) -> bool {
        matches!(
            self,
            Self::Claim(..)
                | Self::Invite(..)
                | Self::Accept(_)
                | Self::Revoke(_)
                | Self::SetRole(..)
                | Self::Remove(_)
                | Self::Leave(_)
                | Self::DeleteMe(_)
        )
    }

    /// How often it is done beside others.
    pub fn weight(self) -> u32 {
        match self {
            Self::Approve => 14,
            Self::Submit(_) | Self::Type(_, Typed::Place(_)) => 8,
            Self::Open(_) | Self::Feed(..) | Self::Lapse | Self::SubmitBatch(_) => 6,
            Self::ApproveBatch | Self::HandIn(..) | Self::Remind | Self::BringBack => 5,
            Self::Type(..) | Self::Settle(_) | Self::SetStatus(_) | Self::Answer(..) => 4,
            Self::DeleteMe(_) | Self::MergeByStatus | Self::BringBackOrganisation => 4,
            Self::LetGo(_) | Self::TakeOff | Self::Confirm(_) | Self::AskForBatchChanges => 3,
            Self::Merge | Self::Check(..) | Self::Note(_) | Self::Report(_) => 1,
            _ => 2,
        }
    }

    /// The operations that it calls.
    pub fn operations(self) -> &'static [&'static str] {
        match self {
            Self::Open(_) => &["openDraft"],
            Self::Type(..) => &["changeDraft"],
            Self::Submit(_) => &["submitDraft"],
            Self::Withdraw(_) => &["withdrawDraft"],
            Self::Approve | Self::ApproveUnseen => &["approveDraft"],
            Self::Reject => &["rejectDraft"],
            Self::AskForChanges => &["requestChanges"],
            Self::Note(_) => &["addNote"],
            Self::Check(..) => &["checkBatch"],
            Self::HandIn(..) => &["handInBatch"],
            Self::ApproveBatch => &["approveBatch"],
            Self::RejectBatch => &["rejectBatch"],
            Self::AskForBatchChanges => &["requestBatchChanges"],
            Self::SubmitBatch(_) => &["submitBatch"],
            Self::WithdrawBatch(_) => &["withdrawBatch"],
            Self::Confirm(_) | Self::ConfirmOrganisation(_) => &["confirmListing"],
            Self::ConfirmCost(_) => &["confirmFields"],
            Self::Remind | Self::Lapse | Self::Feed(..) => &[],
            Self::Answer(..) | Self::Accept(_) => &["followLink"],
            Self::Settle(_) => &["settleSuggestion"],
            Self::SetStatus(_) | Self::MergeByStatus => &["setStatus"],
            Self::LetGo(_) => &["unpublishListing"],
            Self::TakeOff | Self::TakeOffOrganisation => &["withdrawListing"],
            Self::BringBack | Self::BringBackOrganisation => &["restoreListing"],
            Self::Merge | Self::MergeInto => &["mergeListings"],
            Self::Claim(..) => &["claim", "decideClaim", "followLink"],
            Self::Invite(..) => &["invite"],
            Self::Revoke(_) => &["revokeInvitation"],
            Self::SetRole(..) => &["setMemberRole"],
            Self::Remove(_) | Self::Leave(_) => &["removeMember"],
            Self::DeleteMe(_) => &["deleteMe", "register", "signIn"],
            Self::Report(_) => &["report"],
        }
    }
}
