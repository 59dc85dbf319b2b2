//! The application as its users meet it.

mod caps;
mod changes;
mod crisis;
mod document;
mod outage;
mod problems;
mod reads;
mod search;
mod understand;
