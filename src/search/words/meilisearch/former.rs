//! Indexes on the server that may go.
//!
//! Of this directory: those that other versions of this program made, once no process follows for them, and what a
//! rebuild left that was interrupted. Of others, such as this directory before it was brought back from a backup: those
//! that nobody has written to for a month. A directory that lives writes to its own every day, even where nothing
//! changes, so the server's own times tell, whatever the clock here says.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::form::Names;

/// For so long nobody writes to the index of a directory that is no more.
const ABANDONED: SignedDuration = SignedDuration::from_hours(30 * 24);

/// An index as the server lists it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Listed {
    pub(super) uid: String,
    updated_at: Timestamp,
}

/// An index that may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Former {
    pub name: String,
    /// The name of the index that a process would follow for which still needs it.
    pub follower: String,
}

/// Those of the indexes that may go.
pub(super) fn former(prefix: &str, own: &Names, all: &[Listed]) -> Vec<Former> {
    let live = all.iter().find(|index| index.uid == own.live);
    let now = live.map(|index| index.updated_at);
    let others = all.iter().filter(|index| index.uid != own.live);
    others
        .filter_map(|index| {
            let rest = index.uid.strip_prefix(prefix)?.strip_prefix('_')?;
            let rest = rest.strip_suffix("_next").unwrap_or(rest);
            let (origin, form) = rest.split_once('_')?;
            if !is_number(origin) || !is_number(form) {
                return None;
            }
            let is_ours = own.live.starts_with(&format!("{prefix}_{origin}_"));
            let is_abandoned =
                now.is_some_and(|now| now.duration_since(index.updated_at) >= ABANDONED);
            (is_ours || is_abandoned).then(|| Former {
                name: index.uid.clone(),
                follower: format!("{prefix}_{rest}"),
            })
        })
        .collect()
}

/// Whether it is one of the numbers in the names of our indexes.
fn is_number(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONTH: &str = "2026-04-01T00:00:00Z";
    const LATER: &str = "2026-05-01T00:00:00Z";

    fn listed(uid: String, updated_at: &str) -> Listed {
        Listed {
            uid,
            updated_at: updated_at.parse().unwrap(),
        }
    }

    #[test]
    fn ours_go_when_they_are_former_and_others_when_they_are_abandoned() {
        let (own, other) = (Names::of("haven", 7), Names::of("haven", 8));
        let old = format!("haven_{:016x}_{:016x}", 7, 1);
        let long = [
            old.clone(),
            format!("{old}_next"),
            own.next.clone(),
            other.live.clone(),
        ];
        let mut all: Vec<Listed> = long.iter().map(|uid| listed(uid.clone(), MONTH)).collect();
        // Neither of these is one of ours.
        for foreign in [
            "haven",
            "haven_movies",
            "heaven_0000000000000008_0000000000000001",
        ] {
            all.push(listed(foreign.to_owned(), MONTH));
        }
        let names = |all: &[Listed]| -> Vec<String> {
            let former = former("haven", &own, all).into_iter();
            former.map(|former| former.name).collect()
        };
        assert_eq!(
            names(&all),
            long[..3],
            "without ours, nothing tells the time"
        );
        all.push(listed(own.live.clone(), "2026-04-30T23:59:59Z"));
        assert_eq!(names(&all), long[..3], "it may live");
        all.pop();
        all.push(listed(own.live.clone(), LATER));
        assert_eq!(names(&all), long);
        let former = former("haven", &own, &all);
        assert_eq!(former[1].follower, old);
        assert_eq!(former[2].follower, own.live);
    }
}
