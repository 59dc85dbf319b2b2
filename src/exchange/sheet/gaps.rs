//! Where the lists of a listing have lost what no cell says: who typed is told of the cells that they see.
//!
//! Of contacts in columns 1 and 3 the second is the third of the sheet. Faults of the listing are told of its columns.

/// Of a list, by its pointer: for each item that is left, which it was in the sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gaps(Vec<(&'static str, Vec<usize>)>);

impl Gaps {
    /// Notes what is left of a list. A list within another one is noted before that.
    pub(super) fn note(&mut self, list: &'static str, left: Vec<usize>) {
        if left.iter().enumerate().any(|(at, was)| at != *was) {
            self.0.push((list, left));
        }
    }

    /// A pointer into the listing, as one into the columns.
    #[must_use]
    pub fn as_typed(&self, pointer: &str) -> String {
        let mut pointer = pointer.to_owned();
        for (list, left) in self.0.iter().rev() {
            let Some(rest) = pointer
                .strip_prefix(list)
                .and_then(|rest| rest.strip_prefix('/'))
            else {
                continue;
            };
            let (index, below) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let was = index
                .parse::<usize>()
                .ok()
                .and_then(|index| left.get(index));
            if let Some(was) = was {
                pointer = format!("{list}/{was}{below}");
            }
        }
        pointer
    }
}

/// Whether a pointer leads to the other's value or into it.
#[must_use]
pub fn is_within(pointer: &str, other: &str) -> bool {
    let rest = pointer.strip_prefix(other);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moved_up_is_told_of_where_it_was_typed() {
        let mut gaps = Gaps::default();
        gaps.note("/links", vec![0, 1]);
        gaps.note("/contacts", vec![1, 2, 4]);
        gaps.note("/places", vec![1]);
        for (pointer, typed) in [
            ("/contacts/0/value", "/contacts/1/value"),
            ("/contacts/2", "/contacts/4"),
            ("/contacts/3/value", "/contacts/3/value"),
            ("/places/0/area", "/places/1/area"),
            ("/links/1/url", "/links/1/url"),
            ("/contacts", "/contacts"),
            ("", ""),
        ] {
            assert_eq!(gaps.as_typed(pointer), typed);
        }
        assert!(is_within("/contacts/1/value", "/contacts/1") && is_within("/a", "/a"));
        assert!(!is_within("/contacts/10/value", "/contacts/1"));
    }
}
