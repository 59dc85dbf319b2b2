//! The page at the root: what this is, and where to go. Plain HTML; nothing is asked of third parties, nothing runs.

mod welcome;

use actix_web::web;

/// Registers the pages; they are no operations of the API.
pub fn pages(config: &mut web::ServiceConfig) {
    config.service(welcome::page);
}
