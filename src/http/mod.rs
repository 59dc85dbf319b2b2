//! Routes and the OpenAPI document that is made of them.
//!
//! Invariants: an operation is a documented handler given to `.service(`, so none can exist that the document does not
//! know; a handler reads, calls one use case and answers. Deliberately absent: rules, rows, indexes.

mod caller;
mod classes;
mod docs;
mod document;
mod filters;
mod health;
mod labels;
mod metrics;
mod parameters;
mod quota;
mod refusal;
mod serve;
mod terms;
mod v1;

pub use crate::web::quota::Quota;
pub use document::{document, operations};
pub use metrics::{Reading as MetricsReading, server as metrics_server};
pub use serve::{server, server_that_minds_no_lateness};
