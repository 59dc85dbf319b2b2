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
}
