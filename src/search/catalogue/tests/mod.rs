//! The catalogue against a plain reading of its rules.

mod brute;
mod properties;
mod rules;
