//! Who does something, and how far they see.

use uuid::Uuid;

/// Who acts. Every use case that writes, or reads what is not public, takes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Whoever runs this directory, from its command line.
    Operator,
    /// The directory itself, on a timer.
    Upkeep,
    /// Somebody who has not said who they are.
    Anyone,
    /// Somebody with an account.
    Person(Person),
}

/// Somebody who has signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    pub account: Uuid,
    /// What they are in the directory. Of use only with `strong`.
    pub role: Option<Role>,
    /// Whether they proved a second factor when they signed in.
    pub strong: bool,
    /// The session by which they came, or the key.
    pub session: Uuid,
    /// What the key of an app allows, where they came by one.
    pub key: Option<KeyGrant>,
}

/// What a key of an app allows beside reading what is public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyGrant {
    /// Looking at drafts.
    pub reads: bool,
    /// Typing in them.
    pub writes: bool,
}

enumeration! {
    /// What somebody is in the directory.
    Role {
        /// Decides on submissions.
        Moderator = "moderator",
        /// Appoints moderators, and is one.
        Administrator = "administrator",
    }
}

/// How much of what is not public somebody sees: a query on it takes one of these. Those that do not, and why, are listed in
/// `tests/it/store/scopes.rs`; nothing is added there without a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What belongs to organisations of which this account is a member.
    Member(Uuid),
    /// That, and what was handed in by anybody and not taken back.
    Directory(Uuid),
}

impl Scope {
    /// Who looks.
    #[must_use]
    pub fn account(self) -> Uuid {
        match self {
            Self::Member(account) | Self::Directory(account) => account,
        }
    }
}

impl Actor {
    /// The actor as revisions and audit name it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Operator => "operator".to_owned(),
            Self::Upkeep => "upkeep".to_owned(),
            Self::Anyone => "anyone".to_owned(),
            Self::Person(person) => format!("account/{}", person.account),
        }
    }
}

impl Person {
    /// Whether this is a moderator, or an administrator, who proved a second factor.
    #[must_use]
    pub fn moderates(&self) -> bool {
        self.strong && self.role.is_some()
    }

    /// Whether this is an administrator who proved a second factor.
    #[must_use]
    pub fn administers(&self) -> bool {
        self.strong && self.role == Some(Role::Administrator)
    }

    /// How much of what is not public they see.
    #[must_use]
    pub fn scope(&self) -> Scope {
        if self.moderates() {
            Scope::Directory(self.account)
        } else {
            Scope::Member(self.account)
        }
    }

    /// The person as an actor.
    #[must_use]
    pub fn actor(self) -> Actor {
        Actor::Person(self)
    }
}
