//! What a dry run would have published so far, so that later lines may name it and none may take its slug.
//!
//! It keeps 32 bytes a listing, whatever the listings hold. Deliberately absent: the slugs that renamed listings would
//! set free, so a line that takes such a slug is told to be at fault though it would not be.

use std::collections::HashMap;

use xxhash_rust::xxh3::Xxh3;

use crate::domain::{
    listing::{Kind, Listing},
    slug::Slug,
};

/// The listings of a dry run.
#[derive(Default)]
pub struct Rehearsal {
    /// By kind and slug, who it is: its first source.
    names: HashMap<u128, u128>,
}

fn hash(a: &str, b: &str) -> u128 {
    let mut hasher = Xxh3::new();
    hasher.update(a.as_bytes());
    hasher.update(&[0]);
    hasher.update(b.as_bytes());
    hasher.digest128()
}

fn identity(listing: &Listing) -> u128 {
    let first = listing.sources.first();
    first.map_or(0, |source| hash(&source.name, &source.external_id))
}

impl Rehearsal {
    pub(super) fn note(&mut self, listing: &Listing) {
        let name = hash(listing.kind().as_str(), listing.slug.as_str());
        self.names.insert(name, identity(listing));
    }

    pub(super) fn holds(&self, kind: Kind, slug: &Slug) -> bool {
        self.names.contains_key(&hash(kind.as_str(), slug.as_str()))
    }

    /// Whether the listing's slug would be another's by now.
    pub(super) fn is_of_another(&self, listing: &Listing) -> bool {
        let name = hash(listing.kind().as_str(), listing.slug.as_str());
        let holder = self.names.get(&name);
        holder.is_some_and(|holder| *holder != identity(listing))
    }
}
