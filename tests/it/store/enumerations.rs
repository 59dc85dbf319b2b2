//! The database allows exactly the values that the code knows, column by column, lists included.

use std::collections::{BTreeMap, BTreeSet};

use haven::domain::Enumeration;
use haven::domain::account::{KeyScope, LetterPurpose};
use haven::domain::actor::Role;
use haven::domain::change::{Operation, RemovalReason, Subject};
use haven::domain::contact::{Channel, NumberKind};
use haven::domain::details::{
    Anonymity, Approach, GroupKind, HubKind, Joining, Leader, Moderator, OrganisationKind, Readers,
    Timing,
};
use haven::domain::draft::{ClaimState, DraftState, MemberRole, ReportTopic, TakenOffBy};
use haven::domain::listing::Kind;
use haven::domain::offer::{
    Access, Audience, ContactCost, CostModel, Delivery, IntakeState, LinkRelation, StatusState,
};
use haven::domain::place::{Accessibility, Precision};

use crate::support::TestDb;

type Values = BTreeSet<String>;

fn all<E: Enumeration>() -> (&'static str, Values) {
    (
        E::NAME,
        E::all()
            .iter()
            .map(|value| value.text().to_owned())
            .collect(),
    )
}

/// Every column that holds values of an enumeration. One that is missing here fails the test, and so does one too many.
fn columns() -> Vec<(&'static str, (&'static str, Values))> {
    vec![
        ("listing.kind", all::<Kind>()),
        ("listing.audience[]", all::<Audience>()),
        ("listing.delivery[]", all::<Delivery>()),
        ("listing.access[]", all::<Access>()),
        ("listing.intake_state", all::<IntakeState>()),
        ("listing.cost_model", all::<CostModel>()),
        ("listing.status_state", all::<StatusState>()),
        ("organisation.organisation_kind", all::<OrganisationKind>()),
        ("hub.hub_kind", all::<HubKind>()),
        ("support_group.group_kind", all::<GroupKind>()),
        ("support_group.timing", all::<Timing>()),
        ("support_group.led_by", all::<Leader>()),
        ("support_group.moderated_by", all::<Moderator>()),
        ("support_group.anonymity[]", all::<Anonymity>()),
        ("support_group.readable_by", all::<Readers>()),
        ("support_group.joining", all::<Joining>()),
        ("support_group.approach[]", all::<Approach>()),
        ("helpline.answered_by", all::<Leader>()),
        ("place.precision", all::<Precision>()),
        ("place.accessibility[]", all::<Accessibility>()),
        ("contact.channel", all::<Channel>()),
        ("contact.number_kind", all::<NumberKind>()),
        ("contact.cost", all::<ContactCost>()),
        ("link.rel", all::<LinkRelation>()),
        ("change.subject", all::<Subject>()),
        ("change.operation", all::<Operation>()),
        ("change.reason", all::<RemovalReason>()),
        ("account.role", all::<Role>()),
        ("letter.purpose", all::<LetterPurpose>()),
        ("api_key.scopes[]", all::<KeyScope>()),
        ("membership.role", all::<MemberRole>()),
        ("draft.kind", all::<Kind>()),
        ("lapsed.kind", all::<Kind>()),
        ("draft.state", all::<DraftState>()),
        ("batch.state", all::<DraftState>()),
        ("report.topic", all::<ReportTopic>()),
        ("claim.state", all::<ClaimState>()),
        ("lapsed.taken_off_by", all::<TakenOffBy>()),
        // The kind to which the table belongs; and the only state that a revision has so far.
        ("organisation.kind", one(Kind::Organisation.as_str())),
        ("hub.kind", one(Kind::Hub.as_str())),
        ("support_group.kind", one(Kind::SupportGroup.as_str())),
        ("helpline.kind", one(Kind::Helpline.as_str())),
        ("revision.state", one("approved")),
    ]
}

fn one(value: &str) -> (&'static str, Values) {
    ("", Values::from([value.to_owned()]))
}

/// Enumerations of the domain that no column is limited to: faults are not stored, how far something can be trusted is
/// seen from its days, and what was confirmed by itself lies in documents.
const NOT_STORED: [&str; 3] = ["FaultCode", "ConfirmationState", "SingleValue"];

/// The values that a check on one column allows, where that is what it says.
fn allowed(column: &str, check: &str) -> Option<(bool, Values)> {
    let check = check.strip_prefix("CHECK ((")?.strip_suffix("))")?;
    let check = check
        .strip_prefix(&format!("\"{column}\""))
        .or_else(|| check.strip_prefix(column))?;
    let (many, list) = if let Some(list) = check.strip_prefix(" = ANY (ARRAY[") {
        (false, list.strip_suffix("])")?)
    } else if let Some(list) = check.strip_prefix(" <@ ARRAY[") {
        (true, list.strip_suffix(']')?)
    } else {
        (false, check.strip_prefix(" = ")?)
    };
    let value = |text: &str| Some(text.strip_prefix('\'')?.strip_suffix("'::text")?.to_owned());
    Some((many, list.split(", ").map(value).collect::<Option<_>>()?))
}

#[tokio::test]
async fn every_column_allows_exactly_what_the_code_knows() {
    let db = TestDb::new().await;
    let sql = db.sql().await;
    let checks = "
        select conrelid::regclass::text, attname::text, pg_get_constraintdef(pg_constraint.oid)
        from pg_constraint join pg_attribute on attrelid = conrelid and attnum = conkey[1]
        where contype = 'c' and connamespace = 'public'::regnamespace and conrelid <> 0 and array_length(conkey, 1) = 1";
    let mut found = BTreeMap::new();
    for row in sql.query(checks, &[]).await.unwrap() {
        let (table, column, check): (&str, &str, &str) = (row.get(0), row.get(1), row.get(2));
        if let Some((many, values)) = allowed(column, check) {
            let list = if many { "[]" } else { "" };
            found.insert(format!("{table}.{column}{list}"), values);
        }
    }
    let expected = columns()
        .into_iter()
        .map(|(column, (_, values))| (column.to_owned(), values));
    assert_eq!(found, expected.collect());
}

#[test]
fn every_enumeration_of_the_domain_is_held_by_the_database() {
    let named: BTreeSet<&str> = columns().iter().map(|(_, (name, _))| *name).collect();
    let mut declared = BTreeSet::new();
    let domain = concat!(env!("CARGO_MANIFEST_DIR"), "/src/domain");
    for file in std::fs::read_dir(domain).unwrap() {
        let Ok(text) = std::fs::read_to_string(file.unwrap().path()) else {
            continue;
        };
        for body in text.split("\nenumeration! {").skip(1) {
            let name = body.lines().find_map(|line| line.trim().strip_suffix(" {"));
            declared.insert(name.unwrap().to_owned());
        }
    }
    assert!(declared.len() > 20, "{declared:?}");
    let absent: Vec<_> = declared
        .iter()
        .filter(|name| !named.contains(name.as_str()) && !NOT_STORED.contains(&name.as_str()))
        .collect();
    assert!(absent.is_empty(), "no column is limited to {absent:?}");
}
