//! `haven generate`: made-up listings for load and tests, as NDJSON.
//!
//! The same numbers give the same bytes on every machine. Each listing is a function of the seed and of its place in the
//! file alone, so any length streams in the same memory. What is made up says so: its source is `haven-generated`, its
//! description tells that there is no such service, its numbers and addresses are of the ranges that are reserved for
//! fiction and documentation (Ofcom's drama numbers, RFC 2606), and no line is a crisis or national line.

mod listing;
mod offer;
mod place;
mod random;
mod words;

use std::io::{self, BufWriter, Write};

use clap::Args;

use self::{listing::Maker, place::Ground};
use crate::{
    cli::{Failure, embedded},
    exchange::reference,
};

/// The most that one call makes.
const MOST: u32 = 500_000;

#[derive(Args)]
pub(in crate::cli) struct Arguments {
    /// How many.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST)))]
    listings: u32,
    /// Another seed, other listings.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Writes the listings to standard output.
pub(in crate::cli) fn generate(arguments: &Arguments) -> Result<(), Failure> {
    let of = |file: &'static str| {
        move |error: reference::LineError| Failure::new(format!("{file} {error}"))
    };
    let areas = reference::areas(embedded::AREAS).map_err(of("areas.ndjson"))?;
    let topics = reference::topics(embedded::TOPICS).map_err(of("topics.ndjson"))?;
    let ground = Ground::new(&areas)?;
    let maker = Maker::new(arguments.listings, arguments.seed, &ground, &topics);
    let mut out = BufWriter::new(io::stdout().lock());
    for number in 0..arguments.listings {
        let line = maker.listing(number).to_json();
        match writeln!(out, "{line}") {
            // A reader that went away, as `head` does, is no reason to fail.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            written => written?,
        }
    }
    match out.flush() {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        flushed => Ok(flushed?),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::domain::{
        contact::{Address, Channel},
        listing::{Details, Kind, Reference},
    };

    fn with_maker(listings: u32, seed: u64, test: impl FnOnce(&Maker<'_>)) {
        let areas = reference::areas(embedded::AREAS).unwrap();
        let topics = reference::topics(embedded::TOPICS).unwrap();
        let ground = Ground::new(&areas).unwrap();
        test(&Maker::new(listings, seed, &ground, &topics));
    }

    #[test]
    fn every_listing_is_whole_and_names_others_that_are_there() {
        with_maker(2_000, 7, |maker| {
            let parse = |number| maker.listing(number).parse().map_err(|f| (number, f));
            let listings: Vec<_> = (0..2_000).map(|number| parse(number).unwrap()).collect();
            let slugs: HashSet<_> = listings
                .iter()
                .map(|listing| (listing.kind(), listing.slug.clone()))
                .collect();
            assert_eq!(slugs.len(), listings.len());
            for listing in &listings {
                for reference in listing.references() {
                    let Reference::Slug(kind, slug) = reference else {
                        panic!("{reference:?}")
                    };
                    assert!(slugs.contains(&(*kind, slug.clone())), "{reference:?}");
                }
            }
            for kind in Kind::ALL {
                assert!(listings.iter().any(|listing| listing.kind() == *kind));
            }
            let has = |tag: &str| {
                let named = |language: &crate::domain::language::Language| language.as_str() == tag;
                listings
                    .iter()
                    .any(|listing| listing.name.iter().any(|(language, _)| named(language)))
            };
            assert!(
                ["bn", "en", "id", "zh-Hans", "zh-Hant"]
                    .into_iter()
                    .all(has)
            );
        });
    }

    #[test]
    fn nobody_real_is_reached() {
        with_maker(2_000, 7, |maker| {
            for number in 0..2_000 {
                let listing = maker.listing(number).parse().unwrap();
                assert!(
                    listing
                        .sources
                        .iter()
                        .all(|of| of.name == "haven-generated")
                );
                if let Details::Helpline(line) = listing.details {
                    assert!(!line.crisis && !line.national);
                }
                for contact in &listing.contacts {
                    let value = contact.address.value();
                    let reserved = match contact.address {
                        Address::E164(_) => ["+441632960", "+447700900"]
                            .iter()
                            .any(|range| value.starts_with(range) && value.len() == 13),
                        Address::Email(_) => value.ends_with("@example.org"),
                        Address::Url(_) => value.starts_with("https://www.example.org/"),
                        Address::ShortCode(..) | Address::Handle(_) => false,
                    };
                    assert!(reserved, "{value}");
                    assert_eq!(contact.channel == Channel::Email, value.contains('@'));
                }
                let links = listing.links.iter().map(|link| link.url.as_str());
                assert!(
                    links
                        .into_iter()
                        .all(|url| url.starts_with("https://www.example.org/"))
                );
            }
        });
    }

    #[test]
    fn the_seed_alone_decides() {
        let lines = |seed| {
            let mut lines = Vec::new();
            with_maker(300, seed, |maker| {
                lines = (0..300)
                    .map(|number| maker.listing(number).to_json())
                    .collect();
            });
            lines
        };
        let first = lines(1);
        assert_eq!(first, lines(1));
        assert!(first.iter().zip(lines(2)).all(|(a, b)| *a != b));
    }
}
