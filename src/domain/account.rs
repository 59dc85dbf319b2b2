//! What an account is made of.

use std::{fmt, ops::RangeInclusive};

use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

/// An e-mail address of a person. It does not print itself: it belongs in no log.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailAddress(String);

/// The text is no e-mail address.
#[derive(Debug, thiserror::Error)]
#[error("an e-mail address of at most 254 characters, such as rima@example.org")]
pub struct EmailAddressError;

impl EmailAddress {
    /// Reads an address as typed.
    ///
    /// # Errors
    /// Where it cannot be one.
    pub fn parse(text: &str) -> Result<Self, EmailAddressError> {
        let text = text.trim();
        let parts = text.rsplit_once('@');
        let sound = |(local, host): (&str, &str)| {
            let dotted = host.split('.').all(|label| !label.is_empty()) && host.contains('.');
            let local = !local.is_empty() && local.len() <= 64 && !local.contains('@');
            dotted && local
        };
        let plain = |c: char| c.is_whitespace() || c.is_control() || "<>,;:\"()[]\\".contains(c);
        if parts.is_some_and(sound) && text.len() <= 254 && !text.contains(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(EmailAddressError)
        }
    }

    /// Whether letters to the other one come to the same mailbox, whichever case either is written in.
    #[must_use]
    pub fn is_the_same_mailbox(&self, other: &Self) -> bool {
        self.0.to_lowercase() == other.0.to_lowercase()
    }

    /// The address as it was typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

enumeration! {
    /// What a letter is for.
    LetterPurpose {
        /// To confirm the address of a new account.
        ConfirmAddress = "confirm_address",
        /// To tell somebody who registers again that there is an account.
        KnownAddress = "known_address",
        /// To confirm another address of an account.
        NewAddress = "new_address",
        /// To choose a new password.
        ResetPassword = "reset_password",
        /// To become a member of an organisation.
        Invitation = "invitation",
        /// To prove that an organisation's own mailbox agrees to a claim.
        Claim = "claim",
        /// To ask whether what is public is still true.
        Reminder = "reminder",
        /// To tell that it is not public any more because nobody answered, and to bring it back.
        Lapse = "lapse",
        /// To tell something.
        Notice = "notice",
    }
}

/// How long a password is, in characters.
pub const PASSWORD_LENGTH: RangeInclusive<usize> = 10..=200;

impl LetterPurpose {
    /// Whether its link does something for the account that is reached at the address, and for nobody who reads letters
    /// there later.
    #[must_use]
    pub fn acts_for_the_account(self) -> bool {
        matches!(self, Self::ResetPassword | Self::Reminder | Self::Lapse)
    }

    /// Whether letters that one person gets for the same reason in the same moment go out as one.
    #[must_use]
    pub fn is_gathered(self) -> bool {
        matches!(self, Self::Reminder | Self::Lapse)
    }
}

enumeration! {
    /// What a key of an app is good for.
    KeyScope {
        /// Reading what is public, more often than without.
        Read = "read",
        /// Looking at the drafts of its owner's organisations.
        DraftsRead = "drafts_read",
        /// Typing in them and handing them in; registering organisations; and what those who keep a listing do without a
        /// moderator: confirming it, and taking it off.
        DraftsWrite = "drafts_write",
    }
}

/// A session as its owner sees it.
#[derive(Clone, Debug)]
pub struct Session {
    pub id: Uuid,
    pub strong: bool,
    pub browser: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub last_used_on: Date,
}

#[cfg(test)]
mod tests {
    use super::EmailAddress;

    #[test]
    fn an_address_has_a_mailbox_and_a_host() {
        for good in [
            "rima@example.org",
            " a.b+c@mail.example.org ",
            "রিমা@example.org",
        ] {
            assert!(EmailAddress::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "rima",
            "@example.org",
            "rima@",
            "rima@host",
            "a b@example.org",
            "a@b@example.org",
            "a@example..org",
            "a@example.org\r\nBcc: x@example.org",
            "<a@example.org>",
        ] {
            assert!(EmailAddress::parse(bad).is_err(), "{bad}");
        }
        let shown = format!("{:?}", EmailAddress::parse("rima@example.org").unwrap());
        assert!(!shown.contains("rima"));
    }
}
