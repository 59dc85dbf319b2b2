//! Version 1 of the API, one file a resource.

mod accounts;
mod areas;
mod audit;
mod batches;
mod changes;
mod claims;
mod confirmation;
mod crisis;
mod decisions;
mod drafts;
mod duplicates;
mod farewell;
mod found;
mod helplines;
mod hubs;
mod invitations;
mod keys;
mod links;
mod listings;
mod me;
mod members;
mod moderation;
mod notes;
mod organisations;
mod reports;
mod search;
mod sessions;
mod sheets;
mod sources;
mod statuses;
mod suggest;
mod suggestions;
mod support_groups;
mod terms;
mod topics;
mod withdrawals;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn operations(config: &mut ServiceConfig<'_>) {
    config
        .configure(crisis::operations)
        .configure(search::operations)
        .configure(suggest::operations)
        .configure(organisations::operations)
        .configure(hubs::operations)
        .configure(support_groups::operations)
        .configure(helplines::operations)
        .configure(topics::operations)
        .configure(areas::operations)
        .configure(sources::operations)
        .configure(changes::operations)
        .configure(accounts::operations)
        .configure(links::operations)
        .configure(sessions::operations)
        .configure(me::operations)
        .configure(drafts::operations)
        .configure(moderation::operations)
        .configure(notes::operations)
        .configure(sheets::operations)
        .configure(batches::operations)
        .configure(decisions::operations)
        .configure(members::operations)
        .configure(invitations::operations)
        .configure(claims::operations)
        .configure(keys::operations)
        .configure(reports::operations)
        .configure(farewell::operations)
        .configure(confirmation::operations)
        .configure(audit::operations)
        .configure(suggestions::operations)
        .configure(terms::operations)
        .configure(duplicates::operations)
        .configure(statuses::operations)
        .configure(withdrawals::operations);
}
