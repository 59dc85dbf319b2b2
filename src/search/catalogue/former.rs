//! What listings were called before: the slugs that they had, and what was merged into them.

use std::collections::BTreeMap;

use uuid::Uuid;

/// Former names, and whose they are. One that somebody else took since then is the other's.
#[derive(Default)]
pub(super) struct FormerNames {
    listings: BTreeMap<Box<str>, Uuid>,
    of: BTreeMap<Uuid, Box<[Box<str>]>>,
}

impl FormerNames {
    /// Notes what a listing was called before, of which nothing is known yet.
    pub(super) fn add(&mut self, id: Uuid, names: &[Box<str>]) {
        if names.is_empty() {
            return;
        }
        self.listings
            .extend(names.iter().map(|name| (name.clone(), id)));
        self.of.insert(id, names.into());
    }

    /// Forgets what a listing was called before.
    pub(super) fn remove(&mut self, id: &Uuid) {
        for name in self.of.remove(id).into_iter().flatten() {
            if self.listings.get(&name) == Some(id) {
                self.listings.remove(&name);
            }
        }
    }

    /// The listing that was called so.
    pub(super) fn find(&self, name: &str) -> Option<&Uuid> {
        self.listings.get(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_went_to_another_stays_with_the_other() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut former = FormerNames::default();
        former.add(one, &["old".into(), "older".into()]);
        former.add(other, &["old".into()]);
        former.remove(&one);
        assert_eq!(former.find("old"), Some(&other));
        assert_eq!(former.find("older"), None);
        former.remove(&other);
        assert_eq!(former.find("old"), None);
    }
}
