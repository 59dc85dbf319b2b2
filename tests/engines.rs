//! The contract of the words engines: both are held to the same answers, over one catalogue, and to the golden set; and
//! what becomes of a directory whose Meilisearch falls ill.
//!
//! Each case runs on the engine in the process, and on a real Meilisearch: the one at `MEILISEARCH_URL`, with the key
//! `MEILISEARCH_KEY`, else one that is started where one is on the `PATH`, as it always is for the cases that kill it.
//! Where there is none, its cases are ignored, with the reason in their names, and never green. What the engines are held to comes first from
//! the catalogue, which needs no words, then from each other. The last line says which engines were held.

#[path = "engines/alike.rs"]
mod alike;
#[path = "engines/contract.rs"]
mod contract;
#[path = "engines/degraded.rs"]
mod degraded;
#[path = "engines/faults.rs"]
mod faults;
#[path = "engines/following.rs"]
mod following;
#[path = "engines/golden.rs"]
#[allow(dead_code, reason = "the integration tests use the rest")]
mod golden;
#[path = "engines/leading.rs"]
mod leading;
#[path = "engines/ownership.rs"]
mod ownership;
#[path = "engines/process.rs"]
mod process;
#[path = "engines/serving.rs"]
mod serving;
#[path = "it/support/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    reason = "the integration tests use the rest"
)]
mod support;
#[path = "engines/undone.rs"]
mod undone;
#[path = "engines/words_server.rs"]
mod words_server;
#[path = "engines/world.rs"]
mod world;

use std::{process::ExitCode, sync::Arc};

use futures_util::future::{BoxFuture, FutureExt};
use libtest_mimic::{Arguments, Failed, Trial};
use tokio::runtime::Runtime;

use words_server::WordsServer;
use world::{Engine, World};

/// A case that one engine has to pass on the seed data.
type Reading = fn(&Runtime, &World) -> Result<(), Failed>;

const READING: &[(&str, Reading)] = &[
    ("finds_what_it_holds", contract::finds_what_it_holds),
    ("every_filter", contract::every_filter),
    ("every_place", contract::every_place),
    (
        "pages_bring_everything_once",
        contract::pages_bring_everything_once,
    ),
    ("hostile_words", contract::hostile_words),
];

/// A case that writes, and has a small world of its own.
type Writing = fn(&Runtime, &World) -> Result<(), Failed>;

const WRITING: &[(&str, Writing)] = &[
    (
        "a_deleted_listing_is_gone",
        contract::a_deleted_listing_is_gone,
    ),
    (
        "a_changed_listing_is_found_by_its_new_words",
        contract::a_changed_listing_is_found_by_its_new_words,
    ),
    (
        "an_index_is_swapped_whole",
        contract::an_index_is_swapped_whole,
    ),
    (
        "repeating_changes_nothing",
        contract::repeating_changes_nothing,
    ),
    ("unicode", contract::unicode),
    (
        "what_is_misspelt_in_any_script",
        contract::what_is_misspelt_in_any_script,
    ),
];

/// A case that compares the engines.
type Comparison = fn(&Runtime, &World, &World) -> Result<(), Failed>;

const COMPARISONS: &[(&str, Comparison)] = &[
    ("words_of_four_languages", alike::words_of_four_languages),
    ("misspelt_words", alike::misspelt_words),
    ("words_and_filters", alike::words_and_filters),
    ("words_and_places", alike::words_and_places),
    (
        "unicode_and_hostile_words",
        alike::unicode_and_hostile_words,
    ),
    ("names_and_topics", alike::names_and_topics),
];

/// A case with a server of its own, which it may kill.
type Serving = fn(WordsServer) -> BoxFuture<'static, ()>;

macro_rules! serving {
    ($($of:ident::$name:ident,)*) => {
        &[$((stringify!($name), |server| $of::$name(server).boxed())),*]
    };
}

/// A case that only asks, and writes indexes of its own.
const ASKING: &[(&str, Serving)] = serving![golden::the_golden_set,];

const SERVING: &[(&str, Serving)] = serving![
    following::what_is_published_is_found_and_what_is_withdrawn_is_gone,
    following::one_process_follows_at_a_time_and_another_takes_over,
    following::a_server_that_is_killed_wiped_late_or_without_its_key_is_followed_again,
    following::what_was_done_behind_our_back_is_found_and_mended,
    following::what_is_only_behind_is_not_taken_for_wrong,
    following::everything_is_compared_once_a_day,
    following::one_refused_listing_is_isolated_and_shown,
    following::an_answer_is_given_again_until_the_index_changes_or_its_server_fails,
    following::what_others_write_shows_when_the_index_is_looked_at,
    following::a_rebuild_among_writes_loses_nothing_and_is_never_seen,
    ownership::two_directories_on_one_server_never_meet,
    ownership::a_directory_from_a_backup_is_not_answered_by_the_former_ones_index,
    ownership::an_emptied_index_answers_nothing_until_it_is_built_again,
    ownership::an_index_of_another_version_answers_nothing_and_is_removed,
    ownership::a_directory_in_which_nothing_changes_shows_once_a_day_that_it_lives,
    leading::whoever_lost_the_lead_while_building_writes_nothing_more,
    leading::whoever_takes_over_an_index_that_is_ahead_of_it_does_not_build_it_again,
    leading::a_database_that_hangs_is_told_of,
    undone::a_server_that_is_full_or_fails_within_is_told_of_and_loses_nothing,
    undone::an_index_that_cannot_be_built_yet_is_built_when_there_is_room,
    undone::more_than_a_server_takes_in_one_go_is_sent_in_parts,
    degraded::every_fault_is_answered_by_the_other_engine_and_passes,
    degraded::one_heavy_question_does_not_rest_the_server,
    degraded::a_server_that_hands_out_documents_and_answers_no_search_is_left_alone,
    degraded::a_server_that_is_killed_or_stopped_fails_no_search,
    serving::a_served_directory_tells_of_its_server,
    serving::every_right_to_read_is_missed_where_the_key_lacks_it,
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let runtime = Arc::new(Runtime::new().unwrap());
    let server = if arguments.list {
        Err("only listed".to_owned())
    } else {
        let server = runtime.block_on(WordsServer::given_or_started());
        server.map(Arc::new)
    };
    let mut trials = Vec::new();
    for (name, case) in READING {
        let within = Arc::clone(&runtime);
        trials.push(Trial::test(format!("embedded::{name}"), move || {
            case(&within, world::embedded(&within))
        }));
        trials.push(on_server(
            &runtime,
            &server,
            format!("meilisearch::{name}"),
            move |within, server| case(within, world::meilisearch(within, server)),
        ));
    }
    for (name, case) in WRITING {
        let within = Arc::clone(&runtime);
        trials.push(Trial::test(format!("embedded::{name}"), move || {
            case(&within, &World::of_a_few(&within, Engine::embedded()))
        }));
        trials.push(on_server(
            &runtime,
            &server,
            format!("meilisearch::{name}"),
            move |within, server| {
                case(
                    within,
                    &World::of_a_few(within, Engine::meilisearch(server)),
                )
            },
        ));
    }
    for (name, compare) in COMPARISONS {
        trials.push(on_server(
            &runtime,
            &server,
            format!("alike::{name}"),
            move |within, server| {
                compare(
                    within,
                    world::embedded(within),
                    world::meilisearch(within, server),
                )
            },
        ));
    }
    for (name, case) in ASKING {
        let name = format!("meilisearch::{name}");
        trials.push(on_server(&runtime, &server, name, move |within, _| {
            within.block_on(async {
                case(WordsServer::given_or_started().await?).await;
                Ok(())
            })
        }));
    }
    // One that was there already is not killed.
    let own = words_server::binary().and_then(|_| server.clone());
    for (name, case) in SERVING {
        let name = format!("meilisearch::{name}");
        trials.push(on_server(&runtime, &own, name, move |within, _| {
            within.block_on(async {
                case(WordsServer::start().await?).await;
                Ok(())
            })
        }));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    match &server {
        Ok(server) => {
            let version = runtime.block_on(server.call(reqwest::Method::GET, "/version", None));
            println!(
                "engines held: embedded, meilisearch {}",
                version["pkgVersion"]
            );
            runtime.block_on(server.tidy());
        }
        Err(reason) => println!("engines held: embedded; not meilisearch: {reason}"),
    }
    if conclusion.has_failed() {
        ExitCode::from(101)
    } else {
        ExitCode::SUCCESS
    }
}

/// A case that needs the server, or why it cannot be tried.
fn on_server(
    runtime: &Arc<Runtime>,
    server: &Result<Arc<WordsServer>, String>,
    name: String,
    case: impl FnOnce(&Runtime, &WordsServer) -> Result<(), Failed> + Send + 'static,
) -> Trial {
    let within = Arc::clone(runtime);
    match server {
        Ok(server) => {
            let server = Arc::clone(server);
            Trial::test(name, move || case(&within, &server))
        }
        Err(reason) => Trial::test(format!("{name} ({reason})"), || Ok(())).with_ignored_flag(true),
    }
}
