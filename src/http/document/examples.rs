//! Real answers of the directory with its seed data, shortened, one for each operation that answers with JSON. The
//! tests hold them against their schemas.

use utoipa::openapi::{RefOr, path::Operation};

macro_rules! examples {
    ($($operation:literal),+ $(,)?) => {
        /// The example of an operation, by its id.
        fn of(operation: &str) -> Option<&'static str> {
            match operation {
                $($operation => Some(include_str!(concat!("examples/", $operation, ".json"))),)+
                _ => None,
            }
        }
    };
}

examples! {
    "getArea", "getCrisis", "getHelpline", "getHub", "getOrganisation", "getProblem", "getReadyz", "getStatus",
    "getSupportGroup", "getTopic", "listAreas", "listChanges", "listHelplines", "listHubs", "listOrganisations",
    "confirmSecondFactor", "followLink", "getLink", "listSessions",
    "listSources", "listSupportGroups", "listTopics", "locateArea", "search", "searchInPrivate", "suggest", "suggestInPrivate",
}

/// Puts the example of the operation beside the schema of its answer.
pub(super) fn show(operation: &mut Operation) {
    let example = operation.operation_id.as_deref().and_then(of);
    let Some(example) = example.and_then(|text| serde_json::from_str(text).ok()) else {
        return;
    };
    let answer = operation.responses.responses.get_mut("200");
    if let Some(RefOr::T(answer)) = answer
        && let Some(RefOr::T(content)) = answer.content.get_mut("application/json")
    {
        content.example = Some(example);
    }
}
