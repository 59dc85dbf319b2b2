//! Taking a listing back. What others say of it goes with it, so that no published document names what is not there.

use std::collections::HashSet;

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use uuid::Uuid;

use super::{Publication, PublishFault, WriteTx, known::Existing};
use crate::{
    domain::{
        change::Removal,
        fault::{Fault, FaultCode},
        listing::Kind,
        source::OWN,
    },
    exchange::listing::Listing,
    store::{
        document::Document,
        error::StoreError,
        schema::{claim, former_slug, group_referral, hub, listing, published, report},
    },
};

/// Whoever claims both claims one now.
const CLAIMS: &str = "
    update claim set organisation = $2 where organisation = $1 and not exists (
        select from claim other where other.organisation = $2 and other.account = claim.account
            and other.state = 'open' and claim.state = 'open')";

const REFERRED: &str = "
    update lapsed set referred_by = array_replace(referred_by, $1, $2) where $1 = any(referred_by)";

/// What was merged into it is merged into the other one, and so is it: feeds go on saying all of it.
const MERGED_BEFORE: &str = "
    update merged_source set into_listing = $2 where into_listing = $1";

const MERGED: &str = "
    insert into merged_source (name, external_id, into_listing)
    select name, external_id, $2 from source where listing = $1 and not (name = $3 and external_id = $1::text)
    on conflict (name, external_id) do update set into_listing = excluded.into_listing";

/// By the slug that it has, or had.
const MOVED: &str = "
    select l.id from listing gone join listing l on l.kind = gone.kind and l.id <> gone.id
    where gone.id = $1 and l.moved_to = any(array_append(array(select slug from former_slug where listing = $1), gone.slug))";

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
}

impl WriteTx<'_> {
    /// Takes a listing back: it and all its revisions are gone, the log says so and why. Support groups that refer
    /// people to it no longer do; where it is merged, whatever names it names the other one instead. Says whether it
    /// was there.
    ///
    /// # Errors
    /// `Faults` where it provides or contains other listings and is not merged, or where what it shall be merged into
    /// is no other listing of its kind.
    pub async fn withdraw(
        &mut self,
        id: Uuid,
        removal: Removal,
        now: Timestamp,
    ) -> Result<bool, PublishFault> {
        // Who names it is held before it is, which is the order in which a publication takes the two.
        for naming in self.naming(id, removal).await? {
            self.hold(naming).await?;
        }
        let Some(gone) = self.hold(id).await? else {
            return Ok(false);
        };
        let kind =
            Kind::parse(&gone.kind).ok_or_else(|| StoreError::corrupt("a listing", "its kind"))?;
        self.check_successor(&gone, removal).await?;
        let moved = self.moved_to(id, removal).await?;
        for naming in self.naming(id, removal).await? {
            let successor = removal.merged_into().filter(|into| *into != naming);
            self.rewrite(naming, now, |body, public| {
                body.take_references(public, id, successor);
                if moved.contains(&naming) {
                    body.lead_nowhere();
                }
            })
            .await?;
            if let Some(into) = successor {
                self.follow_merger(naming, (id, into), now).await?;
            }
        }
        if let Some(into) = removal.merged_into() {
            let former = former_slug::table.filter(former_slug::listing.eq(id));
            diesel::update(former)
                .set(former_slug::listing.eq(into))
                .execute(self.connection)
                .await
                .map_err(StoreError::from)?;
        }
        self.take_along(id, removal, now).await?;
        self.keep_stood_on(id).await?;
        diesel::delete(listing::table.find(id))
            .execute(self.connection)
            .await
            .map_err(|error| match StoreError::from(error) {
                StoreError::Constraint { .. } => {
                    fault("", "a listing that neither provides nor contains another")
                }
                error => error.into(),
            })?;
        if let Some(into) = removal.merged_into() {
            self.lead_on(kind, &gone, into).await?;
        }
        self.removed(kind.subject(), id, removal);
        if kind == Kind::Helpline {
            self.lines_changed(now);
        }
        Ok(true)
    }

    /// What people said of a listing, and who claims it: it waits where the listing may come back, goes with it into the
    /// one that stands for it, and is gone with one that is gone for good.
    async fn take_along(
        &mut self,
        id: Uuid,
        removal: Removal,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let reports = report::table.filter(report::listing.eq(id));
        let claims = claim::table.filter(claim::organisation.eq(id));
        match removal {
            Removal::Unconfirmed | Removal::TakenOff => {}
            Removal::Merged(into) => {
                // Those who kept this one speak for no other.
                diesel::update(reports)
                    .set((report::listing.eq(into), report::by_owner.eq(false)))
                    .execute(self.connection)
                    .await?;
                for of_merged in [CLAIMS, REFERRED] {
                    diesel::sql_query(of_merged)
                        .bind::<sql_types::Uuid, _>(id)
                        .bind::<sql_types::Uuid, _>(into)
                        .execute(self.connection)
                        .await?;
                }
                diesel::delete(claims).execute(self.connection).await?;
                self.merge_sources(id, into).await?;
                self.inherit(id, into, now).await?;
            }
            Removal::Withdrawn | Removal::Expired => {
                diesel::delete(reports).execute(self.connection).await?;
                diesel::delete(claims).execute(self.connection).await?;
            }
        }
        Ok(())
    }

    async fn merge_sources(&mut self, id: Uuid, into: Uuid) -> Result<(), StoreError> {
        diesel::sql_query(MERGED_BEFORE)
            .bind::<sql_types::Uuid, _>(id)
            .bind::<sql_types::Uuid, _>(into)
            .execute(self.connection)
            .await?;
        diesel::sql_query(MERGED)
            .bind::<sql_types::Uuid, _>(id)
            .bind::<sql_types::Uuid, _>(into)
            .bind::<sql_types::Text, _>(OWN)
            .execute(self.connection)
            .await?;
        Ok(())
    }

    /// What was found by the id or the slug of a merged listing is found where it went.
    async fn lead_on(&mut self, kind: Kind, gone: &Existing, into: Uuid) -> Result<(), StoreError> {
        let row = |name: String| {
            (
                former_slug::kind.eq(kind.as_str()),
                former_slug::slug.eq(name),
                former_slug::listing.eq(into),
            )
        };
        diesel::insert_into(former_slug::table)
            .values([row(gone.slug.clone()), row(gone.id.to_string())])
            .on_conflict_do_nothing()
            .execute(self.connection)
            .await?;
        self.called_otherwise(kind, into);
        Ok(())
    }

    /// Which of these ids lead to listings that stand for them.
    pub(super) async fn merged_away(&mut self, ids: &[Uuid]) -> Result<HashSet<Uuid>, StoreError> {
        let kinds = Kind::ALL.iter().map(|kind| kind.as_str());
        let names = ids.iter().map(Uuid::to_string);
        let of_any = former_slug::kind.eq_any(kinds.collect::<Vec<_>>());
        let found: Vec<String> = former_slug::table
            .filter(of_any.and(former_slug::slug.eq_any(names.collect::<Vec<_>>())))
            .select(former_slug::slug)
            .load(self.connection)
            .await?;
        Ok(found.iter().flat_map(|id| Uuid::parse_str(id)).collect())
    }

    /// Holds a listing that is to be withdrawn, with what that takes.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn hold_to_withdraw(&mut self, id: Uuid, removal: Removal) -> Result<(), StoreError> {
        self.one_at_a_time_with_lines().await?;
        for naming in self.naming(id, removal).await? {
            self.hold(naming).await?;
        }
        self.hold(id).await?;
        Ok(())
    }

    /// The listings that have to be written anew when this one goes, in order of their ids.
    async fn naming(&mut self, id: Uuid, removal: Removal) -> Result<Vec<Uuid>, StoreError> {
        let mut naming: Vec<Uuid> = group_referral::table
            .filter(group_referral::refers_to.eq(id))
            .select(group_referral::support_group)
            .load(self.connection)
            .await?;
        naming.extend(self.moved_to(id, removal).await?);
        if removal.merged_into().is_some() {
            let provided = listing::table.filter(listing::organisation.eq(id));
            let contained = hub::table.filter(hub::part_of.eq(id));
            let provided: Vec<Uuid> = provided.select(listing::id).load(self.connection).await?;
            let contained: Vec<Uuid> = contained.select(hub::id).load(self.connection).await?;
            naming.extend(provided.into_iter().chain(contained));
        }
        // A listing may name itself; it goes as a whole.
        naming.retain(|naming| *naming != id);
        naming.sort_unstable();
        naming.dedup();
        Ok(naming)
    }

    async fn check_successor(
        &mut self,
        gone: &Existing,
        removal: Removal,
    ) -> Result<(), PublishFault> {
        let Some(into) = removal.merged_into() else {
            return Ok(());
        };
        let kind: Option<String> = published::table
            .find(into)
            .select(published::kind)
            .first(self.connection)
            .await
            .optional()
            .map_err(StoreError::from)?;
        match kind {
            Some(kind) if kind == gone.kind && into != gone.id => Ok(()),
            _ => Err(fault(
                "/merged_into",
                "another published listing of its kind",
            )),
        }
    }

    /// The listings that moved to this one, and from now on to none. Where it is merged they are led on, but for that which
    /// stands for it.
    async fn moved_to(&mut self, id: Uuid, removal: Removal) -> Result<Vec<Uuid>, StoreError> {
        let into = removal.merged_into();
        let moved: Vec<Id> = diesel::sql_query(MOVED)
            .bind::<sql_types::Uuid, _>(id)
            .load(self.connection)
            .await?;
        let moved = moved.into_iter().map(|row| row.id);
        Ok(moved
            .filter(|id| into.is_none_or(|into| into == *id))
            .collect())
    }

    /// Writes the listing, where it is there, as a new revision that `change` makes of the latest one and of its public
    /// form.
    pub(super) async fn rewrite(
        &mut self,
        naming: Uuid,
        now: Timestamp,
        change: impl FnOnce(&mut Listing, &Listing),
    ) -> Result<(), PublishFault> {
        let corrupt =
            |why: &dyn ToString| StoreError::corrupt(format!("listing {naming}"), why.to_string());
        let Some(existing) = self.hold(naming).await? else {
            return Ok(());
        };
        let Some(body) = self.latest_body(&existing).await? else {
            return Err(corrupt(&"it has no revision").into());
        };
        let mut body: Listing = serde_json::from_value(body).map_err(|error| corrupt(&error))?;
        let Document(public) = published::table
            .find(naming)
            .select(published::document)
            .first(self.connection)
            .await
            .map_err(StoreError::from)?;
        let public: Listing = serde_json::from_str(&public).map_err(|error| corrupt(&error))?;
        change(&mut body, &public);
        let listing = body.parse().map_err(PublishFault::Faults)?;
        let publication = Publication { body, listing, now };
        self.revise(existing, publication).await
    }
}

/// What stands in the way of a listing that was merged: its id leads to another one.
pub(super) fn merged() -> Fault {
    let expected = "a listing that was not merged into another one";
    Fault::new("", FaultCode::Contradiction, expected)
}

fn fault(pointer: &str, expected: &str) -> PublishFault {
    PublishFault::Faults(vec![Fault::new(
        pointer,
        FaultCode::Contradiction,
        expected,
    )])
}
