//! What only one kind of listing has: details of organisations, hubs, support groups and helplines.
//!
//! `SupportGroup::check` refuses contradictions, so that none can be stored.

use super::{
    fault::{FaultCode, Faults},
    listing::Reference,
    offer::Delivery,
    text::LocalisedText,
};

enumeration! {
    /// What sort of body provides.
    OrganisationKind {
        Ngo = "ngo",
        PublicBody = "public_body",
        Foundation = "foundation",
        Company = "company",
        University = "university",
        ProfessionalAssociation = "professional_association",
        CommunityGroup = "community_group",
        Network = "network",
    }
}

enumeration! {
    /// Where people come for care.
    HubKind {
        DropIn = "drop_in",
        Clinic = "clinic",
        Hospital = "hospital",
        CounsellingCentre = "counselling_centre",
        CommunityCentre = "community_centre",
        OnlineHub = "online_hub",
    }
}

enumeration! {
    /// The nine kinds of support groups.
    GroupKind {
        General = "general",
        PeerLed = "peer_led",
        Forum = "forum",
        SocialMedia = "social_media",
        TherapistLed = "therapist_led",
        Specialised = "specialised",
        PeerChat = "peer_chat",
        VirtualMeeting = "virtual_meeting",
        SelfHelp = "self_help",
    }
}

enumeration! {
    /// Whether people meet at one time or write when they like.
    Timing {
        Live = "live",
        Anytime = "anytime",
    }
}

enumeration! {
    /// Who leads, or who answers.
    Leader {
        Peer = "peer",
        Professional = "professional",
        TrainedVolunteer = "trained_volunteer",
        Nobody = "nobody",
    }
}

enumeration! {
    /// Who keeps a group safe.
    Moderator {
        Professional = "professional",
        Peer = "peer",
        Nobody = "nobody",
    }
}

enumeration! {
    /// Under which names people take part.
    Anonymity {
        Anonymous = "anonymous",
        Pseudonym = "pseudonym",
        RealName = "real_name",
    }
}

enumeration! {
    /// Who can read what is said.
    Readers {
        Anyone = "anyone",
        Members = "members",
    }
}

enumeration! {
    /// How one gets in.
    Joining {
        Open = "open",
        OnRequest = "on_request",
        ByReferral = "by_referral",
    }
}

enumeration! {
    /// How a group works.
    Approach {
        Cbt = "cbt",
        Mindfulness = "mindfulness",
        Psychoeducation = "psychoeducation",
        SharingCircle = "sharing_circle",
        PeerSupport = "peer_support",
        Art = "art",
        Movement = "movement",
        TwelveStep = "twelve_step",
        SkillsTraining = "skills_training",
        GuestSpeakers = "guest_speakers",
    }
}

/// Of an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    pub kind: OrganisationKind,
    pub legal_form: Option<bool>,
    pub founded: Option<i16>,
}

/// Of a hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hub {
    pub kind: HubKind,
    /// The hub in which this one is.
    pub part_of: Option<Reference>,
}

/// Of a support group. What is absent is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupportGroup {
    pub kind: GroupKind,
    pub timing: Option<Timing>,
    pub led_by: Option<Leader>,
    pub moderated_by: Option<Moderator>,
    pub anonymity: Vec<Anonymity>,
    pub readable_by: Option<Readers>,
    pub joining: Option<Joining>,
    /// Public only where joining is open.
    pub join_link: Option<String>,
    pub approach: Vec<Approach>,
    pub leader_training: Option<LocalisedText>,
    pub refers_to: Vec<Reference>,
}

impl SupportGroup {
    /// Notes what contradicts the group's kind. The same rules stand as checks in the database.
    pub fn check(&self, delivery: &[Delivery], at: &str, faults: &mut Faults) {
        let mut refuse = |field: &str, expected: &str| {
            faults.add(format!("{at}/{field}"), FaultCode::Contradiction, expected);
        };
        if self.kind == GroupKind::TherapistLed
            && self.led_by.is_some_and(|by| by != Leader::Professional)
        {
            refuse("led_by", "professional, because the group is therapist_led");
        }
        if self.kind == GroupKind::PeerLed && self.led_by == Some(Leader::Professional) {
            refuse(
                "led_by",
                "peer, trained_volunteer or nobody, because the group is peer_led",
            );
        }
        let live = matches!(self.kind, GroupKind::PeerChat | GroupKind::VirtualMeeting);
        if live && self.timing == Some(Timing::Anytime) {
            refuse("timing", "live, because of the group's kind");
        }
        let reachable = delivery
            .iter()
            .any(|d| matches!(d, Delivery::Online | Delivery::Hybrid));
        if live && !delivery.is_empty() && !reachable {
            refuse("kind", "a kind that meets in person, or delivery online");
        }
    }

    /// The group as strangers may see it.
    #[must_use]
    pub fn redacted(mut self) -> Self {
        if self.joining != Some(Joining::Open) {
            self.join_link = None;
        }
        self
    }
}

/// Of a helpline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Helpline {
    /// Takes calls of people in danger of their lives.
    pub crisis: bool,
    /// Its country's national line.
    pub national: bool,
    pub answered_by: Option<Leader>,
}
