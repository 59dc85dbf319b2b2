//! The rows of listings and of their kinds' details.

use std::collections::HashMap;

use diesel::{prelude::*, upsert::excluded};
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use serde_json::Value;
use uuid::Uuid;

use super::{
    WriteTx,
    write::{ROWS, Writing},
};
use crate::{
    domain::{
        details,
        listing::{Details, Reference},
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
    fn new(writing: &'a Writing) -> Self {
        let Writing {
            id,
            version,
            listing,
            ..
        } = writing;
        let (id, version) = (*id, *version);
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
    /// Writes the listings' own rows, and notes their dense numbers.
    pub(super) async fn put_listings(
        &mut self,
        writings: &mut [Writing],
    ) -> Result<(), StoreError> {
        let new = writings.iter().filter(|writing| writing.existing.is_none());
        let rows: Vec<_> = new.map(ListingRow::new).collect();
        let mut numbers: HashMap<Uuid, i32> = HashMap::with_capacity(rows.len());
        for rows in rows.chunks(ROWS) {
            let written: Vec<(Uuid, i32)> = diesel::insert_into(listing::table)
                .values(rows)
                .returning((listing::id, listing::number))
                .get_results(self.connection)
                .await?;
            numbers.extend(written);
        }
        drop(rows);
        // Kind and delivery of a group are checked against each other, row by row: its own row comes anew after this.
        let there = Self::existing_of(writings);
        if !there.is_empty() {
            diesel::delete(support_group::table.filter(support_group::id.eq_any(&there)))
                .execute(self.connection)
                .await?;
        }
        for writing in writings {
            writing.number = match numbers.get(&writing.id) {
                Some(number) => *number,
                None => {
                    diesel::update(listing::table.find(writing.id))
                        .set(&ListingRow::new(writing))
                        .returning(listing::number)
                        .get_result(self.connection)
                        .await?
                }
            };
        }
        Ok(())
    }

    /// Writes the rows of the listings' kinds.
    pub(super) async fn put_details(&mut self, writings: &[Writing]) -> Result<(), StoreError> {
        let (mut organisations, mut hubs, mut groups, mut lines) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for Writing { id, listing, .. } in writings {
            match &listing.details {
                Details::Organisation(given) => organisations.push((
                    organisation::id.eq(id),
                    organisation::organisation_kind.eq(given.kind.as_str()),
                    organisation::legal_form.eq(given.legal_form),
                    organisation::founded.eq(given.founded),
                )),
                Details::Hub(given) => hubs.push((
                    hub::id.eq(id),
                    hub::hub_kind.eq(given.kind.as_str()),
                    hub::part_of.eq(given.part_of.as_ref().and_then(Reference::id)),
                )),
                Details::SupportGroup(given) => groups.push((*id, given)),
                Details::Helpline(given) => lines.push((
                    helpline::id.eq(id),
                    helpline::crisis.eq(given.crisis),
                    helpline::national.eq(given.national),
                    helpline::answered_by.eq(given.answered_by.map(|by| by.as_str())),
                )),
            }
        }
        for rows in organisations.chunks(ROWS) {
            diesel::insert_into(organisation::table)
                .values(rows)
                .on_conflict(organisation::id)
                .do_update()
                .set((
                    organisation::organisation_kind.eq(excluded(organisation::organisation_kind)),
                    organisation::legal_form.eq(excluded(organisation::legal_form)),
                    organisation::founded.eq(excluded(organisation::founded)),
                ))
                .execute(self.connection)
                .await?;
        }
        for rows in hubs.chunks(ROWS) {
            diesel::insert_into(hub::table)
                .values(rows)
                .on_conflict(hub::id)
                .do_update()
                .set((
                    hub::hub_kind.eq(excluded(hub::hub_kind)),
                    hub::part_of.eq(excluded(hub::part_of)),
                ))
                .execute(self.connection)
                .await?;
        }
        for rows in lines.chunks(ROWS) {
            diesel::insert_into(helpline::table)
                .values(rows)
                .on_conflict(helpline::id)
                .do_update()
                .set((
                    helpline::crisis.eq(excluded(helpline::crisis)),
                    helpline::national.eq(excluded(helpline::national)),
                    helpline::answered_by.eq(excluded(helpline::answered_by)),
                ))
                .execute(self.connection)
                .await?;
        }
        self.put_groups(&groups).await
    }

    async fn put_groups(
        &mut self,
        groups: &[(Uuid, &details::SupportGroup)],
    ) -> Result<(), StoreError> {
        let rows = groups.iter().map(|(id, given)| SupportGroupRow {
            id: *id,
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
        });
        let rows: Vec<_> = rows.collect();
        for rows in rows.chunks(ROWS) {
            diesel::insert_into(support_group::table)
                .values(rows)
                .execute(self.connection)
                .await?;
        }
        let referrals = groups.iter().flat_map(|(id, given)| {
            let to = given.refers_to.iter().filter_map(Reference::id);
            to.map(|to| {
                (
                    group_referral::support_group.eq(*id),
                    group_referral::refers_to.eq(to),
                )
            })
        });
        let referrals: Vec<_> = referrals.collect();
        for rows in referrals.chunks(ROWS) {
            diesel::insert_into(group_referral::table)
                .values(rows)
                .on_conflict_do_nothing()
                .execute(self.connection)
                .await?;
        }
        Ok(())
    }
}
