//! The store on a real Postgres.

mod connections;
mod contradictions;
mod enumerations;
mod lines;
mod log;
mod migrations;
mod outage;
mod public;
mod publish;
mod schema;
mod scopes;
mod withdraw;
