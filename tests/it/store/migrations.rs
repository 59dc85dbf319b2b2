//! Migrations go up, down and up again on databases that hold something.
//!
//! Each migration brings a row for every table that it makes (`tests/fixtures/migrations/<its name>.sql`), written when
//! the next migration has not run: so every later one meets a database that is not empty, at the shape it then had.

use std::fs;
use std::path::{Path, PathBuf};

use tokio_postgres::Client;

use crate::support::{TestDb, sample};

const TOP: &str = env!("CARGO_MANIFEST_DIR");

struct Migration {
    up: String,
    down: String,
    sample: String,
}

fn migrations() -> Vec<Migration> {
    let mut dirs: Vec<PathBuf> = fs::read_dir(Path::new(TOP).join("migrations"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    dirs.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path);
        text.unwrap_or_else(|_| panic!("{} is missing", path.display()))
    };
    let migration = |dir: &PathBuf| {
        let name = dir.file_name().unwrap().to_str().unwrap();
        let sample = format!("tests/fixtures/migrations/{name}.sql");
        Migration {
            up: read(dir.join("up.sql")),
            down: read(dir.join("down.sql")),
            sample: read(Path::new(TOP).join(sample)),
        }
    };
    dirs.iter().map(migration).collect()
}

/// Everything in the public schema, in words: two databases with the same text have the same shape.
const SHAPE: &str = "
    select 'column ' || attrelid::regclass::text || '.' || attname || ' ' || format_type(atttypid, atttypmod)
        || ' ' || attnum || ' ' || attnotnull || ' ' || attidentity::text || ' '
        || coalesce(pg_get_expr(adbin, adrelid), '') as line
    from pg_attribute join pg_class on pg_class.oid = attrelid left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where relnamespace = 'public'::regnamespace and attnum > 0 and not attisdropped
    union all select 'relation ' || relname || ' ' || relkind::text || ' ' || coalesce(relacl::text, '')
    from pg_class where relnamespace = 'public'::regnamespace
    union all select 'index ' || pg_get_indexdef(indexrelid)
    from pg_index join pg_class on oid = indexrelid where relnamespace = 'public'::regnamespace
    union all select 'constraint ' || coalesce(nullif(conrelid, 0)::regclass::text, contypid::regtype::text)
        || ' ' || conname || ' ' || pg_get_constraintdef(oid)
    from pg_constraint where connamespace = 'public'::regnamespace
    union all select 'trigger ' || pg_get_triggerdef(pg_trigger.oid)
    from pg_trigger join pg_class on pg_class.oid = tgrelid
    where relnamespace = 'public'::regnamespace and not tgisinternal
    union all select 'function ' || pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace
    union all select 'type ' || typname || ' ' || typtype::text || ' ' || coalesce(format_type(typbasetype, typtypmod), '')
    from pg_type where typnamespace = 'public'::regnamespace
    union all select 'sequence ' || sequencename || ' ' || data_type || ' ' || increment_by || ' ' || start_value
    from pg_sequences where schemaname = 'public'
    union all select 'extension ' || extname from pg_extension
    union all select 'schema ' || nspname from pg_namespace where nspname !~ '^pg_'
    order by line";

async fn shape(sql: &Client) -> Vec<String> {
    let rows = sql.query(SHAPE, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// The shape without what Diesel keeps for itself.
fn ours(shape: &[String]) -> Vec<&String> {
    shape
        .iter()
        .filter(|line| !line.contains("__diesel_schema_migrations"))
        .collect()
}

async fn empty_tables(sql: &Client) -> Vec<String> {
    let tables =
        "select table_name::text from information_schema.tables where table_schema = 'public'";
    let mut empty = Vec::new();
    for row in sql.query(tables, &[]).await.unwrap() {
        let table: String = row.get(0);
        let one = sql
            .query(&format!("select from {table} limit 1"), &[])
            .await
            .unwrap();
        if one.is_empty() {
            empty.push(table);
        }
    }
    empty
}

#[tokio::test]
async fn each_meets_a_database_that_holds_something() {
    let untouched = TestDb::empty().await;
    let nothing = shape(&untouched.sql().await).await;
    let migrated = TestDb::new().await;
    let whole = shape(&migrated.sql().await).await;
    let db = TestDb::empty().await;
    let sql = db.sql().await;
    for _ in 0..2 {
        for migration in migrations() {
            sql.batch_execute(&migration.up).await.unwrap();
            sql.batch_execute(&migration.sample).await.unwrap();
            assert_eq!(
                empty_tables(&sql).await,
                [""; 0],
                "tables without a sample row"
            );
        }
        db.store.confine().await.unwrap();
        assert_eq!(shape(&sql).await.iter().collect::<Vec<_>>(), ours(&whole));
        for migration in migrations().into_iter().rev() {
            sql.batch_execute(&migration.down).await.unwrap();
        }
        assert_eq!(
            shape(&sql).await,
            nothing,
            "something is left after the way down"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn up_down_and_up_again_with_listings() {
    let db = TestDb::seeded().await;
    let sql = db.sql().await;
    for sample in sample::one_of_each() {
        db.create(&sample).await;
    }
    let before = shape(&sql).await;
    assert_eq!(db.store.revert().await.unwrap(), migrations().len());
    let left = shape(&sql).await;
    let untouched = TestDb::empty().await;
    assert_eq!(ours(&left), ours(&shape(&untouched.sql().await).await));
    assert_eq!(db.store.migrate().await.unwrap(), migrations().len());
    assert_eq!(shape(&sql).await, before);
    assert_eq!(
        db.store.migrate().await.unwrap(),
        0,
        "nothing is left to do"
    );
    // And it is of use.
    crate::support::seed_reference(&db.store).await;
    db.create(&sample::hub("room")).await;
}
