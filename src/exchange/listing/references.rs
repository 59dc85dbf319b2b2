//! The other listings that a listing names.

use uuid::Uuid;

use super::Listing;

impl Listing {
    /// For each of `named`, the id of that which `public` names there, where it is named in the same words as in `before`, of
    /// which `public` is the published form: a slug may lead to another listing since then, and what was approved is the one
    /// of then.
    #[must_use]
    pub fn named_as(&self, before: &Self, public: &Self) -> Vec<Option<Uuid>> {
        let single = |listing: &Self| {
            let hub = listing.hub_details.as_ref();
            [
                listing.organisation.clone(),
                hub.and_then(|hub| hub.part_of.clone()),
            ]
        };
        let many = |listing: &Self| -> Vec<String> {
            let group = listing.group_details.as_ref();
            group
                .map(|group| group.refers_to.clone())
                .unwrap_or_default()
        };
        let id = |named: String| Uuid::parse_str(&named).ok();
        let singles = single(self)
            .into_iter()
            .zip(single(before))
            .zip(single(public));
        let singles = singles.filter_map(|((own, before), public)| {
            own.as_ref()?;
            Some(public.filter(|_| own == before).and_then(id))
        });
        let (typed, shown) = (many(before), many(public));
        let of_many = |named: &String| {
            let at = typed.iter().position(|before| before == named)?;
            // One that was named twice is there once, and then they are not of one length.
            id(shown
                .get(at)
                .filter(|_| typed.len() == shown.len())?
                .clone())
        };
        singles.chain(many(self).iter().map(of_many)).collect()
    }

    /// Names other listings as `public`, its published form, does: by their ids, which hold even where a slug has
    /// changed since it was typed. `successor` takes the place of `gone`; where there is none, nothing does.
    pub fn take_references(&mut self, public: &Self, gone: Uuid, successor: Option<Uuid>) {
        let gone = gone.to_string();
        let successor = successor.map(|id| id.to_string());
        let instead = |named: &String| match *named == gone {
            true => successor.clone(),
            false => Some(named.clone()),
        };
        self.organisation = public.organisation.as_ref().and_then(instead);
        if let (Some(own), Some(public)) = (&mut self.hub_details, &public.hub_details) {
            own.part_of = public.part_of.as_ref().and_then(instead);
        }
        if let (Some(own), Some(public)) = (&mut self.group_details, &public.group_details) {
            let named = public.refers_to.iter().filter_map(instead);
            own.refers_to = Vec::new();
            for id in named {
                if !own.refers_to.contains(&id) {
                    own.refers_to.push(id);
                }
            }
        }
    }

    /// Says no more where it moved to: that is not there any more.
    pub fn lead_nowhere(&mut self) {
        if let Some(status) = &mut self.status {
            status.moved_to = None;
        }
    }

    /// All of them, as they stand.
    pub fn named(&self) -> impl Iterator<Item = &str> {
        let part_of = self
            .hub_details
            .iter()
            .filter_map(|hub| hub.part_of.as_ref());
        let refers_to = self.group_details.iter().flat_map(|group| &group.refers_to);
        let all = self.organisation.iter().chain(part_of).chain(refers_to);
        all.map(String::as_str)
    }

    /// Puts slugs in the place of ids; `slug_of` gives a listing's kind and slug. What it does not know is no longer
    /// named.
    pub fn name_by_slug<'a>(&mut self, slug_of: impl Fn(Uuid) -> Option<(&'a str, &'a str)>) {
        let known = |named: &str| match Uuid::parse_str(named) {
            Ok(id) => slug_of(id).map(|(kind, slug)| (Some(kind), slug.to_owned())),
            Err(_) => Some((None, named.to_owned())),
        };
        let slug = |named: Option<String>| Some(known(&named?)?.1);
        self.organisation = slug(self.organisation.take());
        if let Some(hub) = &mut self.hub_details {
            hub.part_of = slug(hub.part_of.take());
        }
        if let Some(group) = &mut self.group_details {
            let named = group.refers_to.iter().filter_map(|named| known(named));
            let qualified = named.map(|(kind, slug)| match kind {
                Some(kind) => format!("{kind}/{slug}"),
                None => slug,
            });
            group.refers_to = qualified.collect();
        }
    }
}
