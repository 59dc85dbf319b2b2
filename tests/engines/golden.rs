//! The golden set, asked of Haven whose words a Meilisearch server answers.

#[path = "../it/golden/haven.rs"]
mod haven;
#[path = "../it/golden/judge.rs"]
mod judge;
#[path = "../it/golden/set.rs"]
mod set;

use std::sync::Arc;

use crate::{support::TestApp, words_server::WordsServer};

/// Shares below which it must not fall, over all and in each language and class.
const LEAST: f64 = 0.95;
const LEAST_OF_EACH: f64 = 0.90;

pub async fn the_golden_set(server: WordsServer) {
    let rows = set::rows("queries.tsv");
    let engine = server.engine("golden");
    let store = &haven::store().await.store;
    let app = TestApp::asking(store, vec![Arc::new(engine.clone())]).await;
    let step = app.mirror(engine).await.step().await.unwrap();
    assert!(step.leading && step.rebuilt);
    let column = haven::ask("Haven on Meilisearch", &app, &rows).await;
    let foreign = rows.iter().zip(&column.found);
    let foreign: Vec<_> = foreign
        .filter(|(_, found)| !matches!(&*found.engine, "meilisearch" | "catalogue"))
        .map(|(row, found)| (&row.id, &found.engine))
        .collect();
    assert!(foreign.is_empty(), "answered by another: {foreign:?}");
    let ended = set::ended();
    if std::env::var("HAVEN_GOLDEN_ALL").is_ok() {
        judge::print(&rows, std::slice::from_ref(&column), &ended);
    }
    let below = judge::below(&rows, &column, LEAST, LEAST_OF_EACH);
    let grave = judge::grave(&rows, &column, &ended);
    assert!(
        below.is_empty() && grave.is_empty(),
        "{}\nmust never be there: {grave:?}",
        below.join("\n")
    );
}
