//! What changes anything is an action of the model, or it is said here why it is none.

use std::collections::BTreeSet;

use super::plan;

const OPERATIONS: &str = include_str!("../../../../openapi/operations.txt");

/// What changes something and is no action, with why.
const APART: [(&str, &str); 25] = [
    ("requestPasswordReset", "a letter to a person"),
    ("appoint", "a role in the directory: see the walk"),
    (
        "createKey",
        "what a key may do is the same, and less: see the keys",
    ),
    ("revokeKey", "as `createKey`"),
    ("endSession", "of a person alone"),
    ("endOtherSessions", "of a person alone"),
    ("renewRecoveryCodes", "of a person alone"),
    ("removeSecondFactor", "of a person alone"),
    ("proposeSecondFactor", "of a person alone"),
    ("changeMe", "of a person alone"),
    ("proposeEmail", "of a person alone"),
    ("confirmEmail", "of a person alone"),
    ("confirmSecondFactor", "of a person alone"),
    ("assignBatch", "says who looks at it"),
    ("assignDraft", "says who looks at it"),
    ("assignClaim", "says who looks at it"),
    ("assignReport", "says who looks at it"),
    ("addBatchNote", "as `addNote`"),
    ("addClaimNote", "as `addNote`"),
    ("addReportNote", "as `addNote`"),
    ("settleReport", "what was said is forgotten"),
    ("endMembership", "as `removeMember`, by a moderator"),
    ("registerOrganisation", "each case begins with it"),
    ("searchInPrivate", "asks, in a body"),
    ("suggestInPrivate", "asks, in a body"),
];

#[test]
fn whatever_changes_something_is_an_action_or_apart() {
    let actions = plan::possible(0, 0);
    let done: BTreeSet<&str> = actions
        .iter()
        .flat_map(|action| action.operations())
        .copied()
        .collect();
    let apart: BTreeSet<&str> = APART.iter().map(|(operation, _)| *operation).collect();
    let mut changing = BTreeSet::new();
    for line in OPERATIONS.lines() {
        let [method, _, operation, _] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        if method != "GET" {
            changing.insert(operation);
        }
    }
    let told: BTreeSet<&str> = done.union(&apart).copied().collect();
    assert_eq!(told, changing);
    assert_eq!(done.intersection(&apart).count(), 0);
}
