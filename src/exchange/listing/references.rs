//! The other listings that a listing names.

use uuid::Uuid;

use super::Listing;

impl Listing {
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
