//! `src/store/schema.rs` says what the migrated database is.

use std::collections::BTreeMap;

use crate::support::TestDb;

const SCHEMA: &str = include_str!("../../../src/store/schema.rs");

/// Tables that Diesel keeps for itself.
const DIESELS: &str = "__diesel_schema_migrations";

/// A table's primary key and its columns with their types, in order.
#[derive(Debug, Default, PartialEq)]
struct Table {
    key: Vec<String>,
    columns: Vec<(String, String)>,
}

fn declared() -> BTreeMap<String, Table> {
    let mut tables = BTreeMap::new();
    for block in SCHEMA.split("diesel::table! {").skip(1) {
        let block = block.split("\n}").next().unwrap();
        let (head, body) = block.split_once(") {").unwrap();
        let (name, key) = head.trim().split_once(" (").unwrap();
        let mut table = Table {
            key: key.split(", ").map(str::to_owned).collect(),
            columns: Vec::new(),
        };
        for line in body.lines().map(str::trim) {
            if let Some((column, kind)) = line.trim_end_matches(',').split_once(" -> ") {
                table.columns.push((column.to_owned(), kind.to_owned()));
            }
        }
        assert!(
            tables.insert(name.to_owned(), table).is_none(),
            "{name} stands there twice"
        );
    }
    tables
}

/// Diesel's name of a column's type.
fn diesel_type(udt: &str, nullable: bool) -> String {
    let plain = |udt: &str| match udt {
        "text" => "Text",
        "uuid" => "Uuid",
        "int2" => "Int2",
        "int4" => "Int4",
        "int8" => "Int8",
        "float8" => "Float8",
        "bool" => "Bool",
        "jsonb" => "Jsonb",
        "date" => "Date",
        "timestamptz" => "Timestamptz",
        other => panic!("no Diesel type is known for {other}"),
    };
    let kind = match udt.strip_prefix('_') {
        Some(element) => format!("Array<{}>", plain(element)),
        None => plain(udt).to_owned(),
    };
    if nullable {
        format!("Nullable<{kind}>")
    } else {
        kind
    }
}

async fn migrated() -> BTreeMap<String, Table> {
    let db = TestDb::new().await;
    let sql = db.sql().await;
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    // `udt_name` of a column of a domain is the type below it.
    let columns = "select table_name::text, column_name::text, udt_name::text, is_nullable = 'YES'
        from information_schema.columns where table_schema = 'public' order by table_name, ordinal_position";
    for row in sql.query(columns, &[]).await.unwrap() {
        let table = tables.entry(row.get(0)).or_default();
        if row.get::<_, &str>(0) != DIESELS {
            table
                .columns
                .push((row.get(1), diesel_type(row.get(2), row.get(3))));
        }
    }
    let keys = "select conrelid::regclass::text, attname::text
        from pg_constraint cross join unnest(conkey) with ordinality as part (number, position)
        join pg_attribute on attrelid = conrelid and attnum = number
        where contype = 'p' and connamespace = 'public'::regnamespace order by 1, position";
    for row in sql.query(keys, &[]).await.unwrap() {
        tables
            .get_mut(row.get::<_, &str>(0))
            .unwrap()
            .key
            .push(row.get(1));
    }
    assert!(tables.remove(DIESELS).is_some());
    tables
}

#[tokio::test]
async fn it_equals_the_migrated_database() {
    let (declared, migrated) = (declared(), migrated().await);
    assert!(declared.len() > 20);
    for (name, table) in &migrated {
        assert_eq!(declared.get(name), Some(table), "table {name}");
    }
    let too_many: Vec<_> = declared
        .keys()
        .filter(|name| !migrated.contains_key(*name))
        .collect();
    assert!(too_many.is_empty(), "not in the database: {too_many:?}");
}

#[test]
fn all_tables_may_meet_in_one_query() {
    let list = SCHEMA
        .split("allow_tables_to_appear_in_same_query!(")
        .nth(1)
        .unwrap();
    let list = list.split(')').next().unwrap();
    let named: Vec<&str> = list
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    let mut named: Vec<String> = named.into_iter().map(str::to_owned).collect();
    named.sort_unstable();
    assert_eq!(named, declared().into_keys().collect::<Vec<_>>());
}
