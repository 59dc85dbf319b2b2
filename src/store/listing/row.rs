//! The rows of a listing and of its kind's details.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use serde_json::Value;
use uuid::Uuid;

use super::WriteTx;
use crate::{
    domain::{
        details,
        listing::{Details, Listing, Reference},
        place::Hours,
        text::LocalisedText,
    },
    exchange,
    store::{
        error::StoreError,
        schema::{group_referral, helpline, hub, listing, organisation, support_group},
    },
};

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = listing, treat_none_as_null = true)]
struct ListingRow<'a> {
    id: Uuid,
    kind: &'a str,
    slug: &'a str,
    name: Value,
    also_known_as: &'a [String],
    summary: Value,
    description: Option<Value>,
    organisation: Option<Uuid>,
    spoken: Vec<&'a str>,
    audience: Vec<&'a str>,
    age_min: Option<i16>,
    age_max: Option<i16>,
    delivery: Vec<&'a str>,
    covers_everywhere: Option<bool>,
    intake_state: Option<&'a str>,
    intake_as_of: Option<jiff_diesel::Date>,
    intake_wait_days: Option<i32>,
    access: Vec<&'a str>,
    cost_model: Option<&'a str>,
    cost_currency: Option<&'a str>,
    cost_from: Option<i64>,
    cost_to: Option<i64>,
    cost_insurance: &'a [String],
    cost_note: Option<Value>,
    status_state: Option<&'a str>,
    status_from: Option<jiff_diesel::Date>,
    status_until: Option<jiff_diesel::Date>,
    status_note: Option<Value>,
    moved_to: Option<&'a str>,
    version: i64,
}

impl<'a> ListingRow<'a> {
    fn new(id: Uuid, version: i64, listing: &'a Listing) -> Self {
        let age = listing.age;
        let cost = listing.cost.as_ref();
        let status = listing.status.as_ref();
        let cost_insurance = cost.map_or(&[][..], |cost| &cost.insurance);
        Self {
            id,
            kind: listing.kind().as_str(),
            slug: listing.slug.as_str(),
            name: text(&listing.name),
            also_known_as: &listing.also_known_as,
            summary: text(&listing.summary),
            description: listing.description.as_ref().map(text),
            organisation: listing.organisation.as_ref().and_then(Reference::id),
            spoken: listing
                .spoken
                .iter()
                .map(|language| language.as_str())
                .collect(),
            audience: listing
                .audience
                .iter()
                .map(|value| value.as_str())
                .collect(),
            age_min: age.and_then(|age| age.min).map(i16::from),
            age_max: age.and_then(|age| age.max).map(i16::from),
            delivery: listing
                .delivery
                .iter()
                .map(|value| value.as_str())
                .collect(),
            covers_everywhere: listing
                .coverage
                .as_ref()
                .map(|coverage| coverage.everywhere),
            intake_state: listing.intake.map(|intake| intake.state.as_str()),
            intake_as_of: listing.intake.map(|intake| intake.as_of.to_diesel()),
            intake_wait_days: listing
                .intake
                .and_then(|intake| intake.wait_days)
                .map(i32::from),
            access: listing.access.iter().map(|value| value.as_str()).collect(),
            cost_model: cost.map(|cost| cost.model.as_str()),
            cost_currency: cost.and_then(|cost| cost.currency.as_deref()),
            cost_from: cost.and_then(|cost| cost.from).map(i64::from),
            cost_to: cost.and_then(|cost| cost.to).map(i64::from),
            cost_insurance,
            cost_note: cost.and_then(|cost| cost.note.as_ref()).map(text),
            status_state: status.map(|status| status.state.as_str()),
            status_from: status
                .and_then(|status| status.from)
                .map(ToDiesel::to_diesel),
            status_until: status
                .and_then(|status| status.until)
                .map(ToDiesel::to_diesel),
            status_note: status.and_then(|status| status.note.as_ref()).map(text),
            moved_to: status
                .and_then(|status| status.moved_to.as_ref())
                .map(|slug| slug.as_str()),
            version,
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = support_group)]
struct SupportGroupRow<'a> {
    id: Uuid,
    group_kind: &'a str,
    timing: Option<&'a str>,
    led_by: Option<&'a str>,
    moderated_by: Option<&'a str>,
    anonymity: Vec<&'a str>,
    readable_by: Option<&'a str>,
    joining: Option<&'a str>,
    join_link: Option<&'a str>,
    approach: Vec<&'a str>,
    leader_training: Option<Value>,
}

/// A localised text as stored.
pub(super) fn text(text: &LocalisedText) -> Value {
    document(&exchange::listing::LocalisedText::from(text))
}

/// A schedule as stored.
pub(super) fn hours(hours: &Hours) -> Value {
    document(&exchange::listing::Schedule::from(hours))
}

fn document(wire: &impl serde::Serialize) -> Value {
    let value = serde_json::to_value(wire);
    // constant: a struct of strings, numbers and lists always has a JSON form
    value.expect("the wire format has a JSON form")
}

impl WriteTx<'_> {
    /// Writes the listing's own row; returns its dense number.
    pub(super) async fn put_listing(
        &mut self,
        id: Uuid,
        version: i64,
        new: &Listing,
    ) -> Result<i32, StoreError> {
        let row = ListingRow::new(id, version, new);
        if version == 1 {
            let insert = diesel::insert_into(listing::table)
                .values(&row)
                .returning(listing::number);
            return Ok(insert.get_result(self.connection).await?);
        }
        // Kind and delivery of a group are checked against each other, row by row: its own row comes anew after this.
        diesel::delete(support_group::table.find(id))
            .execute(self.connection)
            .await?;
        let update = diesel::update(listing::table.find(id))
            .set(&row)
            .returning(listing::number);
        Ok(update.get_result(self.connection).await?)
    }

    /// Writes the row of the listing's kind.
    pub(super) async fn put_details(&mut self, id: Uuid, new: &Listing) -> Result<(), StoreError> {
        match &new.details {
            Details::Organisation(given) => {
                let values = (
                    organisation::organisation_kind.eq(given.kind.as_str()),
                    organisation::legal_form.eq(given.legal_form),
                    organisation::founded.eq(given.founded),
                );
                diesel::insert_into(organisation::table)
                    .values((organisation::id.eq(id), values))
                    .on_conflict(organisation::id)
                    .do_update()
                    .set(values)
                    .execute(self.connection)
                    .await?;
            }
            Details::Hub(given) => {
                let part_of = given.part_of.as_ref().and_then(Reference::id);
                let values = (
                    hub::hub_kind.eq(given.kind.as_str()),
                    hub::part_of.eq(part_of),
                );
                diesel::insert_into(hub::table)
                    .values((hub::id.eq(id), values))
                    .on_conflict(hub::id)
                    .do_update()
                    .set(values)
                    .execute(self.connection)
                    .await?;
            }
            Details::SupportGroup(given) => self.put_group(id, given).await?,
            Details::Helpline(given) => {
                let values = (
                    helpline::crisis.eq(given.crisis),
                    helpline::national.eq(given.national),
                    helpline::answered_by.eq(given.answered_by.map(|by| by.as_str())),
                );
                diesel::insert_into(helpline::table)
                    .values((helpline::id.eq(id), values))
                    .on_conflict(helpline::id)
                    .do_update()
                    .set(values)
                    .execute(self.connection)
                    .await?;
            }
        }
        Ok(())
    }

    async fn put_group(
        &mut self,
        id: Uuid,
        given: &details::SupportGroup,
    ) -> Result<(), StoreError> {
        let row = SupportGroupRow {
            id,
            group_kind: given.kind.as_str(),
            timing: given.timing.map(|value| value.as_str()),
            led_by: given.led_by.map(|value| value.as_str()),
            moderated_by: given.moderated_by.map(|value| value.as_str()),
            anonymity: given.anonymity.iter().map(|value| value.as_str()).collect(),
            readable_by: given.readable_by.map(|value| value.as_str()),
            joining: given.joining.map(|value| value.as_str()),
            join_link: given.join_link.as_deref(),
            approach: given.approach.iter().map(|value| value.as_str()).collect(),
            leader_training: given.leader_training.as_ref().map(text),
        };
        diesel::insert_into(support_group::table)
            .values(&row)
            .execute(self.connection)
            .await?;
        let referrals: Vec<_> = given
            .refers_to
            .iter()
            .filter_map(Reference::id)
            .map(|to| {
                (
                    group_referral::support_group.eq(id),
                    group_referral::refers_to.eq(to),
                )
            })
            .collect();
        diesel::insert_into(group_referral::table)
            .values(&referrals)
            .on_conflict_do_nothing()
            .execute(self.connection)
            .await?;
        Ok(())
    }
}
