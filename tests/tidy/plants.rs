//! Planted faults, each with a near miss: what a rule must catch, and what it must let pass.

use crate::{FENCES, LAYERS, check};

/// Where it is planted, the rule that must catch it (none: nothing may), and the source below the header.
type Plant = (&'static str, Option<&'static str>, &'static str);

#[rustfmt::skip] // A table is read by its rows.
const PLANTS: &[Plant] = &[
    // The table of modules.
    ("src/helpers.rs", Some("module"), "pub fn help() {}"),
    ("src/helpers/text.rs", Some("module"), "pub fn help() {}"),
    ("src/domain/helpers.rs", None, "pub fn help() {}"),
    ("src/lib.rs", None, "#![forbid(unsafe_code)]\npub mod domain;\nmod store;"),
    ("src/lib.rs", Some("root"), "pub mod domain;\npub use domain::HubId;"),
    ("src/lib.rs", Some("root"), "pub mod domain;\npub const ANSWER: u8 = 42;"),
    // Who may name whom.
    ("src/domain/hub.rs", Some("edge"), "use crate::store::Pool;"),
    ("src/domain/hub.rs", None, "use crate::domain::place::Place;"),
    ("src/store/hub.rs", None, "use crate::{domain::HubId, exchange::listing};"),
    ("src/http/v1/hub.rs", Some("edge"), "use crate::{app, store::Pool};"),
    ("src/http/v1/hub.rs", Some("edge"), "use crate::{\n    app::{self, find},\n    domain,\n    search::{self, ask},\n};"),
    ("src/http/v1/hub.rs", None, "use crate::{app::{self, find}, domain, web::{self, problem}};"),
    ("src/http/v1/hub.rs", Some("edge"), "fn get() -> Vec<crate::store::Row> { Vec::new() }"),
    ("src/http/v1/hub.rs", Some("edge"), "fn get() { run(..crate::store::count()) }"),
    ("src/http/v1/hub.rs", Some("edge"), "fn get() { format!(\"{}\", crate::store::count()); }"),
    ("src/http/v1/hub.rs", None, "fn get() { format!(\"crate::store::count()\"); } // crate::store"),
    ("src/http/v1/hub.rs", None, "/// Unlike [`crate::store::Pool`].\nfn get() {}"),
    ("src/http/v1/hub.rs", Some("edge"), "use super::super::super::store::Pool;"),
    ("src/http/v1/hub.rs", None, "use super::super::health::Health;"),
    ("src/domain/mod.rs", Some("edge"), "use super::store;"),
    ("src/domain/mod.rs", Some("edge"), "mod inner { use super::super::store::Pool; }"),
    ("src/domain/mod.rs", None, "mod inner { use super::store::Pool; }\nmod store { pub struct Pool; }"),
    ("src/domain/mod.rs", Some("edge"), "mod inner {}\nuse super::store::Pool;"),
    ("src/web/page.rs", Some("edge"), "#[serde(with = \"crate::store::point\")]\nstruct Page;"),
    ("src/web/page.rs", None, "#[serde(with = \"crate::domain::point\")]\nstruct Page;"),
    ("src/web/page.rs", Some("edge"), "macro_rules! row { () => { $crate::store::Row } }"),
    ("src/web/page.rs", Some("edge"), "#[cfg(test)]\nmod tests { use crate::store::Row; }"),
    ("src/telemetry.rs", None, "use crate::config::Settings;"),
    ("src/telemetry.rs", Some("edge"), "use crate::domain::Clock;"),
    ("src/wording/fold.rs", Some("edge"), "fn a() { haven::config::read(); }"),
    ("src/wording/fold.rs", None, "fn a(haven: u8) -> u8 { haven }"),
    ("src/main.rs", None, "fn main() { haven::cli::run(); haven::store::open(); }"),
    ("src/main.rs", Some("edge"), "fn main() { haven::helpers::run(); }"),
    ("src/cli/serve.rs", None, "use crate::{http, indexing, store, upkeep};"),
    ("src/app/find.rs", Some("edge"), "use crate::cli::serve;"),
    ("src/app/find.rs", Some("edge"), "use crate::*;"),
    ("src/app/find.rs", Some("edge"), "use crate as root;"),
    ("src/app/find.rs", Some("edge"), "use crate::{self as root};"),
    ("src/app/find.rs", Some("edge"), "use super::super::*;"),
    ("src/app/find.rs", None, "use super::*;"),
    ("src/app/find.rs", Some("edge"), "fn a() { crate::macro_at_the_root!(); }"),
    // What a `pub use` shows.
    ("src/app/find.rs", None, "pub use crate::search::ask::Question;"),
    ("src/app/find.rs", Some("re-export"), "pub use crate::search::words::Words;"),
    ("src/app/mod.rs", Some("re-export"), "pub use crate::store::Pool;"),
    ("src/app/mod.rs", Some("re-export"), "pub(crate) use crate::store::{Pool, Row};"),
    ("src/app/mod.rs", Some("re-export"), "pub(super) use crate::store::Pool;"),
    ("src/app/mod.rs", None, "use crate::store::Pool;"),
    ("src/app/mod.rs", None, "pub use crate::domain::HubId;\npub use self::find::find;"),
    ("src/app/find.rs", None, "pub(super) use crate::store::Pool;"),
    ("src/app/find.rs", None, "pub(in crate::app) use crate::store::Pool;"),
    ("src/store/mod.rs", Some("re-export"), "pub use diesel_async::AsyncPgConnection;"),
    ("src/store/mod.rs", None, "use diesel_async::AsyncPgConnection;"),
    ("src/web/mod.rs", None, "pub use actix_web::HttpResponse;"),
    ("src/search/words/embedded.rs", Some("re-export"), "pub use tantivy::Index;"),
    // Vendors.
    ("src/app/find.rs", Some("fence"), "use diesel::prelude::*;"),
    ("src/app/find.rs", Some("fence"), "#[derive(diesel::Queryable)]\nstruct A;"),
    ("src/app/find.rs", Some("fence"), "#[diesel(table_name = hub)]\nstruct A;"),
    ("src/app/find.rs", Some("fence"), "fn a() -> ::diesel_async::Conn {}"),
    ("src/app/find.rs", None, "fn a() { Vec::<u8>::diesel::a(); <T as B>::diesel::a(); }"),
    ("src/app/find.rs", Some("fence"), "struct A {\n    #[cfg(test)]\n    b: u8,\n    c: diesel::Row,\n}"),
    ("src/app/find.rs", None, "struct A {\n    #[cfg(test)]\n    b: diesel::Row,\n    c: u8,\n}"),
    ("src/app/find.rs", Some("fence"), "extern crate diesel;"),
    ("src/app/find.rs", Some("fence"), "use {std::fmt, jiff_diesel::ToDiesel};"),
    ("src/app/find.rs", None, "fn a(diesel: u8) -> u8 { self.diesel::<u8>(); diesel }"),
    ("src/store/hub/list.rs", None, "use diesel::prelude::*;\nuse deadpool::managed::Pool;"),
    ("src/indexing/follower.rs", Some("fence"), "use tokio_postgres::Client;"),
    ("src/indexing/follower.rs", None, "#[cfg(test)]\nmod tests { use tokio_postgres::Client; }"),
    ("src/search/catalogue/place.rs", Some("fence"), "use tantivy::Index;"),
    ("src/search/wordsmith.rs", Some("fence"), "use tantivy::Index;"),
    ("src/search/words/embedded.rs", None, "use tantivy::Index;"),
    ("src/search/words/mod.rs", None, "use meilisearch_sdk::client::Client;"),
    ("src/app/mod.rs", Some("fence"), "use lettre::Message;"),
    ("src/mail/mod.rs", None, "use lettre::Message;"),
    ("src/domain/hub.rs", Some("fence"), "#[derive(utoipa::ToSchema)]\nstruct Hub;"),
    ("src/exchange/listing.rs", None, "use utoipa::ToSchema;\nuse validator::Validate;"),
    ("src/domain/hub.rs", Some("fence"), "use validator::Validate;"),
    ("src/app/find.rs", Some("fence"), "use actix_web::web::Json;"),
    ("src/cli/serve.rs", None, "use actix_web::HttpServer;\nuse clap::Parser;"),
    ("src/config/mod.rs", Some("fence"), "use clap::Parser;"),
    ("src/domain/place.rs", Some("fence"), "use chrono::TimeZone;"),
    ("src/domain/schedule.rs", None, "use chrono::TimeZone;\nuse rrule::RRuleSet;"),
    ("src/domain/schedule/rule.rs", None, "use rrule::RRuleSet;"),
    ("src/store/hub.rs", Some("fence"), "fn a() { rrule::parse(); }"),
    // Purity.
    ("src/domain/text.rs", Some("pure"), "use serde_json::Value;"),
    ("src/domain/text.rs", Some("pure"), "fn a() { std::fs::read(\"a\"); }"),
    ("src/domain/text.rs", None, "use std::fmt;\nuse serde::Serialize;"),
    ("src/domain/text.rs", None, "#[cfg(test)]\nmod tests { use serde_json::json; }"),
    ("src/exchange/text.rs", None, "use serde_json::Value;"),
    ("src/wording/text.rs", Some("pure"), "use tokio::sync::Mutex;"),
    // The clock.
    ("src/app/find.rs", Some("clock"), "fn a() { jiff::Timestamp::now(); }"),
    ("src/app/find.rs", Some("clock"), "fn a() { b.unwrap_or_else(SystemTime::now); }"),
    ("src/app/find.rs", Some("clock"), "fn a() { Zoned::now(); }"),
    ("src/app/find.rs", Some("clock"), "#[cfg(test)]\nmod tests { fn a() { Timestamp::now(); } }"),
    ("src/domain/schedule.rs", Some("clock"), "fn a() { chrono::Utc::now(); }"),
    ("src/app/find.rs", None, "fn a(clock: &dyn Clock) { clock.now(); std::time::Instant::now(); }"),
    ("src/cli/clock.rs", None, "fn a() { jiff::Timestamp::now(); }"),
    // Work that is not finished.
    ("src/app/find.rs", Some("unfinished"), "// TODO: more"),
    ("src/app/find.rs", Some("unfinished"), "/// FIXME\nfn a() {}"),
    ("src/app/find.rs", Some("unfinished"), "fn a() {} // XXX"),
    ("src/app/find.rs", Some("unfinished"), "fn a() { todo!() }"),
    ("src/app/find.rs", Some("unfinished"), "#[cfg(test)]\nmod tests { fn a() { dbg!(1); } }"),
    ("src/app/find.rs", None, "// A todo list, TODOS, XXXL.\nfn todo() {}\nfn a() { todo(); }"),
    // The terminal.
    ("src/app/find.rs", Some("output"), "fn a() { println!(\"a\"); }"),
    ("src/app/find.rs", Some("output"), "fn a() { std::eprintln!(\"a\"); }"),
    ("src/app/find.rs", None, "fn a() { writeln!(f, \"println!\"); }"),
    ("src/app/find.rs", None, "#[cfg(test)]\nmod tests { fn a() { println!(\"a\"); } }"),
    ("src/cli/doctor.rs", None, "fn a() { println!(\"a\"); }"),
    // Errors.
    ("src/app/find.rs", Some("unwrap"), "fn a() { b().unwrap(); }"),
    ("src/app/find.rs", Some("unwrap"), "fn a() { b.map(Result::unwrap); }"),
    ("src/app/find.rs", Some("unwrap"), "fn a() { b()\n    .expect(\"b\"); }"),
    ("src/app/find.rs", Some("unwrap"), "fn a() {\n    // constant:\n    b().expect(\"b\");\n}"),
    ("src/app/find.rs", Some("unwrap"), "fn a() {\n    // constant: b is\n    b().unwrap();\n}"),
    ("src/app/find.rs", Some("unwrap"), "#[cfg(test)]\nuse b::c;\nfn a() { b().unwrap(); }"),
    ("src/app/find.rs", Some("unwrap"), "#[cfg(test)]\nfn c() {}\nfn a() { b().unwrap(); }"),
    ("src/app/find.rs", Some("unwrap"), "#[cfg(not(test))]\nfn a() { b().unwrap(); }"),
    ("src/app/find.rs", Some("unwrap"), "struct C {\n    #[cfg(test)]\n    d: u8,\n}\nfn a() { b().unwrap(); }"),
    ("src/app/find.rs", None, "fn a() {\n    // constant: the pattern is written here\n    b().expect(\"b\");\n}"),
    ("src/app/find.rs", None, "fn a() { b().expect(\"b\"); } // constant: b is b"),
    ("src/app/find.rs", None, "#[expect(dead_code, reason = \"b\")]\nfn a() { b().unwrap_or(1); }"),
    ("src/app/find.rs", None, "#[cfg(test)]\nmod tests { fn a() { b().unwrap(); c().expect(\"c\"); } }"),
    ("src/app/find.rs", None, "#[cfg(test)]\n#[allow(dead_code)]\npub(crate) fn a() { b().unwrap(); }"),
    ("src/app/find.rs", None, "#[cfg(all(test, unix))]\nconst A: u8 = { b().unwrap() };"),
    ("src/app/find.rs", None, "struct A<'unwrap>(&'unwrap str); // .unwrap()"),
    // Who acts.
    ("src/app/find.rs", Some("actor"), "fn a() { b(Actor::Upkeep); }"),
    ("src/app/find.rs", Some("actor"), "use crate::domain::actor;\nfn a() { b(actor::Actor::Anyone); }"),
    ("src/app/find.rs", None, "use crate::domain::actor::Actor;\nfn a(actor: Actor) { b(actor); }"),
    ("src/http/v1/hub.rs", None, "fn a() { b(Actor::Anyone); }"),
    // Routes.
    ("src/http/v1/hub.rs", Some("route"), "fn a() { scope.route(\"/a\", get()); }"),
    ("src/http/v1/hub.rs", None, "fn a() { scope.service(route); self.route; route(\"a\"); }"),
    ("src/site/page.rs", None, "fn a() { scope.route(\"/a\", get()); }"),
    // Paths of one machine.
    ("src/config/mod.rs", Some("machine"), "const A: &str = \"/home/ann/haven\";"),
    ("src/config/mod.rs", Some("machine"), "// See /root/notes."),
    ("src/config/mod.rs", None, "const A: &str = \"https://example.org/home/a\"; // {base}/work/"),
    ("src/config/mod.rs", None, "const A: &str = \"/var/lib/haven\";"),
    // What cannot be read is not passed over.
    ("src/app/find.rs", Some("rust"), "fn a( {"),
];

fn rules_for(path: &str, text: String) -> Vec<&'static str> {
    let mut rules: Vec<_> = check(&[(path.to_owned(), text)])
        .iter()
        .map(|one| one.rule)
        .collect();
    rules.dedup();
    rules
}

#[test]
fn planted_faults_are_caught_and_near_misses_pass() {
    let mut wrong = Vec::new();
    for (path, expected, text) in PLANTS {
        let found = rules_for(path, format!("//! A plant.\n{text}\n"));
        if found != expected.iter().copied().collect::<Vec<_>>() {
            wrong.push(format!(
                "{path}: expected {expected:?}, found {found:?} in\n{text}\n"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The tables, pair by pair: what is not listed is caught, what is listed passes.
#[test]
fn the_tables_hold_for_every_pair() {
    for (module, may_name) in LAYERS {
        let path = format!("src/{module}/plant.rs");
        for (other, _) in LAYERS {
            let listed = other == module || may_name.contains(other);
            let expected: &[&str] = if listed { &[] } else { &["edge"] };
            let text = format!("//! A plant.\nuse crate::{other}::Thing;\n");
            assert_eq!(rules_for(&path, text), expected, "{module} → {other}");
        }
        for (vendor, places) in FENCES {
            let expected: &[&str] = if places.contains(module) {
                &[]
            } else {
                &["fence"]
            };
            let text = format!(
                "//! A plant.\nuse {}::Thing;\n",
                vendor.trim_end_matches('*')
            );
            assert_eq!(rules_for(&path, text), expected, "{module} → {vendor}");
        }
    }
    for (vendor, places) in FENCES {
        for place in *places {
            let path = format!("src/{}/plant.rs", place.replace("::", "/"));
            let text = format!(
                "//! A plant.\nuse {}::Thing;\n",
                vendor.trim_end_matches('*')
            );
            assert_eq!(rules_for(&path, text), [""; 0], "{place} → {vendor}");
        }
    }
}

#[test]
fn a_header_says_what_the_file_is() {
    let path = "src/app/find.rs";
    assert_eq!(rules_for(path, "//! Finding.\n".into()), [""; 0]);
    for text in [
        "",
        "//!\n",
        "// Finding.\n",
        "/// Finding.\n",
        "\n//! Finding.\n",
    ] {
        let text = format!("{text}fn find() {{}}\n");
        let rules = rules_for(path, text.clone());
        assert_eq!(rules, ["header"], "{text:?}");
    }
}

#[test]
fn a_file_is_measured_without_its_tests() {
    let code = |lines: usize| format!("//! Long.\n{}", "fn a() {}\n".repeat(lines - 1));
    let tests = format!(
        "#[cfg(test)]\nmod tests {{\n{}}}\n",
        "    // a\n".repeat(500)
    );
    let path = "src/app/find.rs";
    assert_eq!(rules_for(path, code(400)), [""; 0]);
    assert_eq!(rules_for(path, code(400) + &tests), [""; 0]);
    assert_eq!(rules_for(path, code(401)), ["length"]);
    assert_eq!(
        rules_for(path, tests.replace("#[cfg(test)]", "//! Long.\n")),
        ["length"]
    );
    assert_eq!(rules_for("src/store/schema.rs", code(401)), [""; 0]);
}

#[test]
fn a_test_module_in_its_own_file_is_test_code() {
    let parent = |attribute: &str| {
        let text = format!("//! Finding.\n{attribute}mod tests;\n");
        ("src/app/find.rs".to_owned(), text)
    };
    let child = || {
        let text = "//! Tests.\nfn a() { b().unwrap(); }\n";
        ("src/app/find/tests.rs".to_owned(), text.to_owned())
    };
    assert!(check(&[parent("#[cfg(test)]\n"), child()]).is_empty());
    assert_eq!(check(&[parent(""), child()])[0].rule, "unwrap");
}

#[test]
fn all_violations_are_reported_at_once_with_file_and_line() {
    let text = "use crate::{\n    app,\n    store::Pool,\n};\nfn a() {\n    b().unwrap();\n}\n";
    let found = check(&[("src/http/v1/hub.rs".to_owned(), text.to_owned())]);
    let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(lines.len(), 3, "{lines:#?}");
    assert!(lines[0].starts_with("src/http/v1/hub.rs:1: header: "));
    assert!(lines[1].starts_with("src/http/v1/hub.rs:6: unwrap: "));
    assert_eq!(
        lines[2],
        "src/http/v1/hub.rs:3: edge: `http` may not name `store` (`crate::store::Pool`)"
    );
}
