//! What can go wrong with the database, by who must act.

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::pooled_connection::{PoolError, deadpool};

/// An error of the store. The texts are for the log, never for a client.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, or is too busy; the same call may succeed later.
    #[error("the database is out of reach")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The server answers, but refuses this user, password or database; only whoever set the address can mend that.
    #[error("the database server refuses: {0}")]
    Refused(String),
    /// The address of the database is no address.
    #[error("the database address cannot be used: {0}")]
    Url(String),
    /// A constraint refused the write; `name` is the constraint's.
    #[error("the constraint {name} refused the write")]
    Constraint { name: String },
    /// The directory was about to take a country's last national line by itself: somebody took another one meanwhile.
    #[error("a country would be left without a national line")]
    LastLine,
    /// A migration failed.
    #[error("the database could not be brought up to date: {0}")]
    Migration(String),
    /// Stored data that cannot be read back.
    #[error("stored data of {what} cannot be read: {why}")]
    Corrupt { what: String, why: String },
    /// Anything else the database says.
    #[error("the database refused")]
    Database(#[source] DieselError),
}

impl StoreError {
    /// Whether the same call may succeed later by itself.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Refused(_))
    }

    /// Whether somebody's account was deleted before what they asked for was written.
    #[must_use]
    pub fn is_of_gone_account(&self) -> bool {
        let of_account = |name: &str| {
            let column = name.strip_suffix("_fkey").unwrap_or_default();
            let ends = |end: &str| column.ends_with(end);
            ends("_account") || ends("_author") || ends("_submitted_by")
        };
        matches!(self, Self::Constraint { name } if of_account(name))
    }

    /// Whether the account of somebody else, whom it was about, was deleted before it was written.
    #[must_use]
    pub fn is_of_gone_moderator(&self) -> bool {
        matches!(self, Self::Constraint { name } if name.ends_with("_assigned_to_fkey"))
    }

    /// What lies behind it all, in the words of whoever met it first.
    #[must_use]
    pub fn root(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text = error.to_string();
            cause = error.source();
        }
        text
    }

    pub(in crate::store) fn corrupt(what: impl Into<String>, why: impl ToString) -> Self {
        Self::Corrupt {
            what: what.into(),
            why: why.to_string(),
        }
    }
}

/// Messages of a server that shuts down, starts up, or cuts a statement that takes too long or would wait for ever.
const PASSING: [&str; 7] = [
    "terminating connection",
    "the database system is",
    "connection closed",
    "canceling statement due to statement timeout",
    "canceling statement due to lock timeout",
    "too many clients",
    // Two waited for each other, and one of them was let go.
    "deadlock detected",
];

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        use DatabaseErrorKind as Kind;
        if let DieselError::DatabaseError(kind, information) = &error {
            let passing = PASSING
                .iter()
                .any(|text| information.message().contains(text));
            if passing
                || matches!(
                    kind,
                    Kind::ClosedConnection | Kind::UnableToSendCommand | Kind::SerializationFailure
                )
            {
                return Self::Unavailable(error.into());
            }
            let constraint = matches!(
                kind,
                Kind::UniqueViolation
                    | Kind::ForeignKeyViolation
                    | Kind::CheckViolation
                    | Kind::NotNullViolation
            );
            if constraint {
                let name = information.constraint_name().or(information.column_name());
                return Self::Constraint {
                    name: name.unwrap_or_default().to_owned(),
                };
            }
            // tokio-postgres reports a cut connection as an error without a server's message.
            if information.table_name().is_none() && information.message().contains("connection") {
                return Self::Unavailable(error.into());
            }
        }
        match error {
            DieselError::BrokenTransactionManager => Self::Unavailable(error.into()),
            error => Self::Database(error),
        }
    }
}

impl From<deadpool::PoolError> for StoreError {
    fn from(error: deadpool::PoolError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<PoolError> for StoreError {
    fn from(error: PoolError) -> Self {
        Self::Unavailable(error.into())
    }
}
