//! OpenAPI schemas of the domain's words, written once from `ALL` so that document and code cannot disagree.

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{ObjectBuilder, Schema, SchemaType, Type},
    },
};

use crate::domain::{
    Enumeration, account, area, change, confirmation, confirmed, contact, country, details, draft,
    fault, language, listing, offer, place, slug,
};

fn enumeration<E: Enumeration>() -> RefOr<Schema> {
    let values = E::all().iter().map(|value| value.text());
    RefOr::T(Schema::Object(
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .enum_values(Some(values))
            .build(),
    ))
}

fn text(description: &str, pattern: &str, bounds: (usize, usize), example: &str) -> RefOr<Schema> {
    RefOr::T(Schema::Object(
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .description(Some(description))
            .pattern(Some(pattern))
            .min_length(Some(bounds.0))
            .max_length(Some(bounds.1))
            .examples([example])
            .build(),
    ))
}

macro_rules! enumeration_schemas {
    ($($path:path as $name:literal),+ $(,)?) => {$(
        impl PartialSchema for $path {
            fn schema() -> RefOr<Schema> {
                enumeration::<$path>()
            }
        }

        impl ToSchema for $path {
            fn name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
        }
    )+};
}

macro_rules! text_schemas {
    ($($path:path as $name:literal: $description:literal, $pattern:literal, $bounds:expr, $example:literal;)+) => {$(
        impl PartialSchema for $path {
            fn schema() -> RefOr<Schema> {
                text($description, $pattern, $bounds, $example)
            }
        }

        impl ToSchema for $path {
            fn name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
        }
    )+};
}

enumeration_schemas! {
    draft::DraftState as "DraftState",
    draft::MemberRole as "MemberRole",
    draft::ReportTopic as "ReportTopic",
    account::KeyScope as "KeyScope",
    listing::Kind as "Kind",
    offer::Delivery as "Delivery",
    offer::Audience as "Audience",
    offer::Access as "Access",
    offer::IntakeState as "IntakeState",
    offer::CostModel as "CostModel",
    offer::ContactCost as "ContactCost",
    offer::StatusState as "StatusState",
    offer::LinkRelation as "LinkRelation",
    contact::Channel as "Channel",
    contact::NumberKind as "NumberKind",
    place::Precision as "Precision",
    place::Accessibility as "Accessibility",
    details::OrganisationKind as "OrganisationKind",
    details::HubKind as "HubKind",
    details::GroupKind as "GroupKind",
    details::Timing as "Timing",
    details::Leader as "Leader",
    details::Moderator as "Moderator",
    details::Anonymity as "Anonymity",
    details::Readers as "Readers",
    details::Joining as "Joining",
    details::Approach as "Approach",
    fault::FaultCode as "FaultCode",
    change::RemovalReason as "RemovalReason",
    confirmation::ConfirmationState as "ConfirmationState",
}

text_schemas! {
    slug::Slug as "Slug": "A name for URLs.", "^[a-z0-9]+(-[a-z0-9]+)*$", (2, 100), "kaan-pete-roi";
    language::Language as "Language": "A BCP 47 language tag.", "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", (2, 35), "bn";
    country::Country as "Country": "An ISO 3166-1 alpha-2 country code.", "^[A-Za-z]{2}$", (2, 2), "BD";
    area::AreaCode as "AreaCode": "The code of an area, as /v1/areas gives it.", "^[a-z0-9.-]+$", (2, 60), "bd-dhaka";
}

impl PartialSchema for confirmed::Field {
    fn schema() -> RefOr<Schema> {
        let values: Vec<&str> = confirmed::SingleValue::ALL
            .iter()
            .map(|value| value.as_str())
            .collect();
        let id = "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}";
        let pattern = format!("^({}|(contacts|places)/{id}(/hours)?)$", values.join("|"));
        let description = "A value of a listing that can be confirmed by itself.";
        text(description, &pattern, (3, 60), "cost")
    }
}

impl ToSchema for confirmed::Field {
    fn name() -> std::borrow::Cow<'static, str> {
        "ConfirmableField".into()
    }
}
