//! What listings can be filtered and counted by.

enumeration! {
    /// A property with a closed or known set of values, named as in queries.
    Facet {
        Kind = "kind",
        Country = "country",
        Area = "area",
        Topic = "topic",
        Spoken = "spoken",
        Organisation = "organisation",
        Delivery = "delivery",
        Audience = "audience",
        GroupKind = "group_kind",
        Timing = "timing",
        LedBy = "led_by",
        ModeratedBy = "moderated_by",
        Anonymity = "anonymity",
        ReadableBy = "readable_by",
        Joining = "joining",
        Approach = "approach",
        HubKind = "hub_kind",
        OrganisationKind = "organisation_kind",
        Crisis = "crisis",
        National = "national",
        Access = "access",
        Cost = "cost",
        Intake = "intake",
        Accessibility = "accessibility",
    }
}

impl Facet {
    /// What an answer counts where nothing else is asked for.
    pub const USUAL: &'static [Facet] = &[
        Facet::Kind,
        Facet::Topic,
        Facet::Country,
        Facet::Delivery,
        Facet::Spoken,
    ];

    /// Whether it is among those.
    #[must_use]
    pub(super) fn is_usual(self) -> bool {
        Self::USUAL.contains(&self)
    }

    /// Whether it belongs to a place, so that it must hold of the same place as every other condition on places.
    #[must_use]
    pub fn is_of_place(self) -> bool {
        matches!(self, Self::Country | Self::Area | Self::Accessibility)
    }
}
