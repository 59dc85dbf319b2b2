//! Who asks, and of whose things.

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    Anonymous,
    Stranger,
    Viewer,
    Editor,
    Owner,
    /// Appointed, with a password alone.
    WeakModerator,
    WeakAdministrator,
    Moderator,
    Administrator,
}

/// Whose organisation it is: that of the viewer, the editor and the owner, or another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Whose {
    Own,
    Foreign,
}

impl Who {
    pub const ALL: [Self; 9] = [
        Self::Anonymous,
        Self::Stranger,
        Self::Viewer,
        Self::Editor,
        Self::Owner,
        Self::WeakModerator,
        Self::WeakAdministrator,
        Self::Moderator,
        Self::Administrator,
    ];

    /// Whether they decide in the directory: with a second factor, and not without.
    pub fn decides(self) -> bool {
        matches!(self, Self::Moderator | Self::Administrator)
    }

    /// What they are in the organisation whose things these are.
    pub fn role_in(self, whose: Whose) -> Option<&'static str> {
        match (self, whose) {
            (Self::Viewer, Whose::Own) => Some("viewer"),
            (Self::Editor, Whose::Own) => Some("editor"),
            (Self::Owner, Whose::Own) => Some("owner"),
            _ => None,
        }
    }

    /// What they are in the directory.
    pub fn appointed(self) -> Option<&'static str> {
        match self {
            Self::WeakModerator | Self::Moderator => Some("moderator"),
            Self::WeakAdministrator | Self::Administrator => Some("administrator"),
            _ => None,
        }
    }
}

impl Whose {
    pub const ALL: [Self; 2] = [Self::Own, Self::Foreign];

    /// As names in the test have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Foreign => "foreign",
        }
    }
}
