//! Turns slugs of other listings into ids, and says what a listing names that is not there.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::WriteTx;
use crate::{
    domain::{
        details::SupportGroup,
        fault::{Fault, FaultCode, Faults},
        listing::{Details, Kind, Listing, Reference},
    },
    store::{
        error::StoreError,
        schema::{area, listing, topic},
    },
};

impl WriteTx<'_> {
    pub(super) async fn resolve(&mut self, new: &mut Listing) -> Result<Vec<Fault>, StoreError> {
        let mut faults = Faults::default();
        if let Some(reference) = &mut new.organisation {
            let kind = Some(Kind::Organisation);
            self.resolve_one(reference, kind, "/organisation", &mut faults)
                .await?;
        }
        match &mut new.details {
            Details::Hub(hub) => {
                if let Some(reference) = &mut hub.part_of {
                    let at = "/hub_details/part_of";
                    self.resolve_one(reference, Some(Kind::Hub), at, &mut faults)
                        .await?;
                }
            }
            Details::SupportGroup(SupportGroup { refers_to, .. }) => {
                for (i, reference) in refers_to.iter_mut().enumerate() {
                    let at = format!("/group_details/refers_to/{i}");
                    self.resolve_one(reference, None, &at, &mut faults).await?;
                }
            }
            Details::Organisation(_) | Details::Helpline(_) => {}
        }
        self.check_topics(new, &mut faults).await?;
        self.check_areas(new, &mut faults).await?;
        Ok(faults.0)
    }

    async fn resolve_one(
        &mut self,
        reference: &mut Reference,
        wanted: Option<Kind>,
        at: &str,
        faults: &mut Faults,
    ) -> Result<(), StoreError> {
        let found = match &*reference {
            Reference::Id(id) => {
                let found: Option<(Uuid, String)> = listing::table
                    .find(id)
                    .select((listing::id, listing::kind))
                    .first(self.connection)
                    .await
                    .optional()?;
                let fits = |kind: &str| wanted.is_none_or(|wanted| wanted.as_str() == kind);
                found.filter(|(_, kind)| fits(kind)).map(|(id, _)| id)
            }
            Reference::Slug(kind, slug) => listing::table
                .filter(
                    listing::kind
                        .eq(kind.as_str())
                        .and(listing::slug.eq(slug.as_str())),
                )
                .select(listing::id)
                .first(self.connection)
                .await
                .optional()?,
        };
        match found {
            Some(id) => *reference = Reference::Id(id),
            None => faults.add(
                at,
                FaultCode::NotFound,
                "a listing that is in the directory",
            ),
        }
        Ok(())
    }

    async fn check_topics(&mut self, new: &Listing, faults: &mut Faults) -> Result<(), StoreError> {
        let named: Vec<&str> = new.topics.iter().map(|slug| slug.as_str()).collect();
        let known: Vec<String> = topic::table
            .filter(topic::slug.eq_any(&named))
            .select(topic::slug)
            .load(self.connection)
            .await?;
        for (i, slug) in named.iter().enumerate() {
            if !known.iter().any(|known| known == slug) {
                faults.add(
                    format!("/topics/{i}"),
                    FaultCode::NotFound,
                    "a topic of /v1/topics",
                );
            }
        }
        Ok(())
    }

    async fn check_areas(&mut self, new: &Listing, faults: &mut Faults) -> Result<(), StoreError> {
        let places = new
            .places
            .iter()
            .enumerate()
            .map(|(i, place)| (format!("/places/{i}/area"), &place.area));
        let covered = new
            .coverage
            .iter()
            .flat_map(|coverage| &coverage.areas)
            .enumerate();
        let covered = covered.map(|(i, area)| (format!("/coverage/areas/{i}"), area));
        let named: Vec<_> = places.chain(covered).collect();
        let codes: Vec<&str> = named.iter().map(|(_, code)| code.as_str()).collect();
        let known: Vec<String> = area::table
            .filter(area::code.eq_any(&codes))
            .select(area::code)
            .load(self.connection)
            .await?;
        for (pointer, code) in &named {
            if !known.iter().any(|known| known == code.as_str()) {
                faults.add(pointer, FaultCode::NotFound, "an area of /v1/areas");
            }
        }
        Ok(())
    }
}
