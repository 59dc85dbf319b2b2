//! Whether everything that was written is everywhere as it is in the database: every id and version of every index, and
//! every name in what each process answers.

use std::collections::BTreeMap;

use haven::{
    search::words::{Words, embedded::Embedded},
    store::Store,
};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    bed::Bed,
    support::{Haven, app},
    writers::Model,
};

/// What the database publishes.
#[derive(Default)]
struct Published {
    versions: BTreeMap<Uuid, i64>,
    /// Of those that the writers write.
    names: BTreeMap<Uuid, String>,
    revisions: BTreeMap<usize, u32>,
}

/// Everything that is lost, stale or doubled somewhere. The processes are stopped; each is told by the name of its data.
pub async fn everything(
    bed: &Bed,
    store: &Store,
    model: &Model,
    processes: Vec<(&str, Haven)>,
) -> Result<Vec<String>, Box<dyn std::error::Error + Send + Sync>> {
    let mut faults = Vec::new();
    let published = published(store, &mut faults).await?;
    for (number, may) in model {
        let is = published.revisions.get(number).copied();
        if !may.contains(&is) {
            faults.push(format!(
                "soak-{number} is {is:?} in the database, not {may:?}"
            ));
        }
    }
    let (versions, names) = (&published.versions, &published.names);
    println!(
        "{} listings are published, {} of those that were written",
        versions.len(),
        names.len()
    );
    let engine = bed.server.engine("haven");
    engine.set_origin(Some(store.place().await?.0));
    let held = engine.held().await?.versions();
    differ(&mut faults, "Meilisearch", versions, held);
    for (name, haven) in &processes {
        let found = all_found(haven).await;
        for (id, found) in &found {
            if found.len() != 1 || names.get(id) != found.first() {
                faults.push(format!(
                    "{name}: {id} is answered as {found:?}, not {:?}",
                    names.get(id)
                ));
            }
        }
        for id in names.keys().filter(|id| !found.contains_key(id)) {
            faults.push(format!("{name}: {id} is not found"));
        }
        println!(
            "{name}: {} of those that were written are found by a word",
            found.len()
        );
    }
    for (name, haven) in processes {
        haven.stop().await;
        let index = Embedded::open(&bed.data_dir(name).join("words"))?;
        let mut held = BTreeMap::new();
        for entry in index.entries(&app::decoder()) {
            let entry = entry?;
            if held.insert(entry.id, Some(entry.version)).is_some() {
                faults.push(format!("{} is twice in the index of {name}", entry.id));
            }
        }
        differ(&mut faults, &format!("the index of {name}"), versions, held);
    }
    Ok(faults)
}

async fn published(
    store: &Store,
    faults: &mut Vec<String>,
) -> Result<Published, Box<dyn std::error::Error + Send + Sync>> {
    let mut published = Published::default();
    let mut after = None;
    loop {
        let page = store.published_page(after, 500).await?;
        let Some(last) = page.last() else {
            return Ok(published);
        };
        after = Some(last.id);
        for row in &page {
            published.versions.insert(row.id, row.version);
            let document: Value = serde_json::from_str(&row.document)?;
            let name = document["name"]["text"]["en"].as_str().unwrap_or_default();
            let mut words = name.split(' ');
            if let (Some("Soak"), Some(slug), Some(revision)) =
                (words.next(), words.next(), words.next())
            {
                let number = slug.trim_start_matches("soak-").parse()?;
                let revisions = &mut published.revisions;
                if revisions.insert(number, revision.parse()?).is_some() {
                    faults.push(format!("{slug} is published twice"));
                }
                published.names.insert(row.id, name.to_owned());
            }
        }
    }
}

fn differ(
    faults: &mut Vec<String>,
    name: &str,
    versions: &BTreeMap<Uuid, i64>,
    held: BTreeMap<Uuid, Option<i64>>,
) {
    for (id, version) in versions {
        if held.get(id) != Some(&Some(*version)) {
            faults.push(format!("{name}: {id} is {:?}, not {version}", held.get(id)));
        }
    }
    for id in held.keys().filter(|id| !versions.contains_key(id)) {
        faults.push(format!("{name}: {id} is left over"));
    }
    println!(
        "{name}: {} ids and versions compared with {}",
        held.len(),
        versions.len()
    );
}

/// Every listing that the word of all that were written finds, page by page, with its names.
async fn all_found(haven: &Haven) -> BTreeMap<Uuid, Vec<String>> {
    let mut found: BTreeMap<Uuid, Vec<String>> = BTreeMap::new();
    let mut cursor = String::new();
    loop {
        let reply = haven
            .get(&format!("/v1/search?q=soak&limit=100&lang=en{cursor}"))
            .await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let answer = reply.json();
        assert_eq!(answer["degraded"], false);
        for hit in answer["hits"].as_array().unwrap() {
            let id = hit["id"].as_str().unwrap().parse().unwrap();
            let name = hit["name"]["text"].as_str().unwrap_or_default().to_owned();
            // The word sounds like others too.
            if name.starts_with("Soak ") {
                found.entry(id).or_default().push(name);
            }
        }
        match answer["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}
