//! Entries of the change log.

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
