//! What a listing offers and on which terms: delivery, audience, access, intake, cost, status.

use jiff::civil::Date;

use super::{slug::Slug, text::LocalisedText};

enumeration! {
    /// How help is given.
    Delivery {
        InPerson = "in_person",
        Online = "online",
        Hybrid = "hybrid",
        Phone = "phone",
    }
}

enumeration! {
    /// For whom a listing is meant especially.
    Audience {
        Children = "children",
        YoungPeople = "young_people",
        Adults = "adults",
        OlderPeople = "older_people",
        Women = "women",
        Men = "men",
        Lgbtq = "lgbtq",
        Parents = "parents",
        Carers = "carers",
        Students = "students",
        Workers = "workers",
        Veterans = "veterans",
        Refugees = "refugees",
        Migrants = "migrants",
        DisabledPeople = "disabled_people",
        SurvivorsOfViolence = "survivors_of_violence",
        PeopleWhoUseDrugs = "people_who_use_drugs",
        Bereaved = "bereaved",
        Families = "families",
        IndigenousPeople = "indigenous_people",
    }
}

enumeration! {
    /// What it takes to be seen.
    Access {
        DropIn = "drop_in",
        Appointment = "appointment",
        Referral = "referral",
        Registration = "registration",
        Membership = "membership",
    }
}

enumeration! {
    /// Whether new people are taken on.
    IntakeState {
        Open = "open",
        WaitingList = "waiting_list",
        Closed = "closed",
    }
}

enumeration! {
    /// How a service is paid for.
    CostModel {
        Free = "free",
        Donation = "donation",
        Sliding = "sliding",
        Fixed = "fixed",
        Insurance = "insurance",
        Mixed = "mixed",
    }
}

enumeration! {
    /// What contacting costs the caller.
    ContactCost {
        Free = "free",
        LocalRate = "local_rate",
        Paid = "paid",
    }
}

enumeration! {
    /// Whether a listing is there at all.
    StatusState {
        Operating = "operating",
        TemporarilyClosed = "temporarily_closed",
        Moved = "moved",
        Ended = "ended",
    }
}

enumeration! {
    /// What a link leads to.
    LinkRelation {
        Website = "website",
        Facebook = "facebook",
        Instagram = "instagram",
        X = "x",
        Youtube = "youtube",
        MiniProgram = "mini_program",
        App = "app",
        Resource = "resource",
        Appointment = "appointment",
        Other = "other",
    }
}

/// Ages in years that are served, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgeRange {
    pub min: Option<u8>,
    pub max: Option<u8>,
}

/// Whether new people are taken on, as of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intake {
    pub state: IntakeState,
    pub as_of: Date,
    pub wait_days: Option<u16>,
}

/// What a service costs; amounts are in whole units of the currency (ISO 4217).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    pub model: CostModel,
    pub currency: Option<String>,
    pub from: Option<u32>,
    pub to: Option<u32>,
    pub insurance: Vec<String>,
    pub note: Option<LocalisedText>,
}

/// Whether a listing is there, from when to when, and in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    pub state: StatusState,
    pub from: Option<Date>,
    pub until: Option<Date>,
    pub note: Option<LocalisedText>,
    pub moved_to: Option<Slug>,
}

impl Status {
    /// The state on `today`: outside its dates a listing operates.
    #[must_use]
    pub fn on(&self, today: Date) -> StatusState {
        let begun = self.from.is_none_or(|from| from <= today);
        let over = self.until.is_some_and(|until| until < today);
        if begun && !over {
            self.state
        } else {
            StatusState::Operating
        }
    }
}

/// A link to a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub rel: LinkRelation,
    pub url: String,
    pub language: Option<super::language::Language>,
}
