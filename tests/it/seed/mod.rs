//! The seed data, held to what the code and the directory demand of it. Files and parsers only; one test publishes it all.

mod files;
mod listings;
mod never_serve;
mod reference;
