//! The application as its users meet it.

mod answers;
mod batches;
mod caps;
mod changes;
mod claimed;
mod codes;
mod confirm;
mod crisis;
mod document;
mod drafts;
mod duplicates;
mod first_start;
mod keys;
mod lapse;
mod model;
mod outage;
mod people;
mod problems;
mod reads;
mod reports;
mod returns;
mod search;
mod statuses;
mod story;
mod understand;
mod walk;
