//! What the database itself refuses of a listing: the last wall behind the parser.

use super::lookup;
use crate::{
    domain::{
        fault::{Fault, FaultCode},
        listing::Kind,
    },
    store::error::StoreError,
};

/// As constraints would be called by which no hub and no organisation is within itself.
const HUB_IN_A_CIRCLE: &str = "hub_in_a_circle";
const ORGANISATION_IN_A_CIRCLE: &str = "organisation_in_a_circle";

/// That it would be.
pub(super) fn in_a_circle(kind: Kind) -> StoreError {
    let name = match kind {
        Kind::Hub => HUB_IN_A_CIRCLE,
        _ => ORGANISATION_IN_A_CIRCLE,
    };
    StoreError::Constraint {
        name: name.to_owned(),
    }
}

/// Whether it is the listing that is at fault, and not the database or the connection.
pub(super) fn is_of_the_listing(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Constraint { .. } | StoreError::Database(_)
    )
}

/// The refusal as a fault of the listing.
pub(super) fn fault(error: &StoreError) -> Fault {
    let StoreError::Constraint { name } = error else {
        tracing::warn!(error = %error.root(), "the database refused a listing that the parser let through");
        return Fault::new("", FaultCode::Malformed, "what the database can hold");
    };
    let (pointer, code, expected) = match name.as_str() {
        "hub_check" | HUB_IN_A_CIRCLE => return lookup::in_a_circle(Kind::Hub),
        ORGANISATION_IN_A_CIRCLE => return lookup::in_a_circle(Kind::Organisation),
        "listing_kind_slug_key" => (
            "/slug",
            FaultCode::Taken,
            "a slug that no other listing has",
        ),
        "source_pkey" => (
            "/sources",
            FaultCode::Taken,
            "sources that no other listing has",
        ),
        "place_pkey" => ("/places", FaultCode::Taken, "ids that no other place has"),
        "contact_pkey" => (
            "/contacts",
            FaultCode::Taken,
            "ids that no other contact has",
        ),
        other => {
            let expected = format!("what the rule {other} allows");
            return Fault::new("", FaultCode::Contradiction, expected);
        }
    };
    Fault::new(pointer, code, expected)
}
