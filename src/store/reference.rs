//! Writing areas, topics and emergency numbers. A record written again as it is changes nothing.

use std::collections::HashMap;

use diesel::{prelude::*, upsert::excluded};
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;

use super::{
    error::StoreError,
    schema::{area, area_name, emergency_number, topic, topic_name},
    views::reference,
    write::WriteTx,
};
use crate::domain::{
    area::{Area, Name},
    change::{Operation, Subject},
    crisis::EmergencyNumber,
    topic::Topic,
};

/// So many rows to a statement.
const ROWS: usize = 2_000;

fn positions(names: &[Name]) -> impl Iterator<Item = (i16, &Name)> {
    names
        .iter()
        .enumerate()
        .map(|(i, name)| (i16::try_from(i).unwrap_or(i16::MAX), name))
}

impl WriteTx<'_> {
    /// Writes areas, parents before children; names are replaced whole.
    ///
    /// # Errors
    /// `Constraint` where a parent is absent.
    pub async fn put_areas(&mut self, areas: &[Area]) -> Result<(), StoreError> {
        let there = reference::areas(self.connection).await?;
        let there: HashMap<_, _> = there.iter().map(|area| (&area.code, area)).collect();
        let new = areas
            .iter()
            .filter(|given| there.get(&given.code) != Some(given));
        let new: Vec<Area> = new.cloned().collect();
        for areas in new.chunks(ROWS) {
            let rows: Vec<_> = areas
                .iter()
                .map(|given| {
                    (
                        area::code.eq(given.code.as_str()),
                        area::kind.eq(given.kind.as_ref()),
                        area::parent.eq(given.parent.as_ref().map(|code| code.as_str())),
                        area::country.eq(given.country.as_str()),
                        area::lat.eq(given.centroid.map(|point| point.lat)),
                        area::lon.eq(given.centroid.map(|point| point.lon)),
                        area::time_zone.eq(given.time_zone.as_deref()),
                    )
                })
                .collect();
            diesel::insert_into(area::table)
                .values(&rows)
                .on_conflict(area::code)
                .do_update()
                .set((
                    area::kind.eq(excluded(area::kind)),
                    area::parent.eq(excluded(area::parent)),
                    area::country.eq(excluded(area::country)),
                    area::lat.eq(excluded(area::lat)),
                    area::lon.eq(excluded(area::lon)),
                    area::time_zone.eq(excluded(area::time_zone)),
                ))
                .execute(self.connection)
                .await?;
            let codes: Vec<&str> = areas.iter().map(|given| given.code.as_str()).collect();
            let old = area_name::table.filter(area_name::area.eq_any(&codes));
            diesel::delete(old).execute(self.connection).await?;
            let names: Vec<_> = areas
                .iter()
                .flat_map(|given| {
                    positions(&given.names).map(|(position, name)| {
                        (
                            area_name::area.eq(given.code.as_str()),
                            area_name::position.eq(position),
                            area_name::language.eq(name.language.as_str()),
                            area_name::name.eq(name.text.as_ref()),
                            area_name::old.eq(name.old),
                        )
                    })
                })
                .collect();
            for names in names.chunks(ROWS) {
                let names = names.to_vec();
                diesel::insert_into(area_name::table)
                    .values(names)
                    .execute(self.connection)
                    .await?;
            }
            for code in codes {
                self.changed(Subject::Area, code, Operation::Upsert);
            }
        }
        Ok(())
    }

    /// Writes topics, parents before children; names are replaced whole.
    ///
    /// # Errors
    /// `Constraint` where a parent is absent.
    pub async fn put_topics(&mut self, topics: &[Topic]) -> Result<(), StoreError> {
        let there = reference::topics(self.connection).await?;
        for given in topics.iter().filter(|given| !there.contains(given)) {
            let slug = given.slug.as_str();
            let parent = topic::parent.eq(given.parent.as_ref().map(|slug| slug.as_str()));
            diesel::insert_into(topic::table)
                .values((topic::slug.eq(slug), parent))
                .on_conflict(topic::slug)
                .do_update()
                .set(parent)
                .execute(self.connection)
                .await?;
            let old = topic_name::table.filter(topic_name::topic.eq(slug));
            diesel::delete(old).execute(self.connection).await?;
            let names: Vec<_> = positions(&given.names)
                .map(|(position, name)| {
                    (
                        topic_name::topic.eq(slug),
                        topic_name::position.eq(position),
                        topic_name::language.eq(name.language.as_str()),
                        topic_name::name.eq(name.text.as_ref()),
                    )
                })
                .collect();
            diesel::insert_into(topic_name::table)
                .values(names)
                .execute(self.connection)
                .await?;
            self.changed(Subject::Topic, slug, Operation::Upsert);
        }
        Ok(())
    }

    /// Writes emergency numbers in the order in which a country shows them.
    ///
    /// # Errors
    /// `Constraint` where a number could not be dialled.
    pub async fn put_emergency_numbers(
        &mut self,
        numbers: &[EmergencyNumber],
    ) -> Result<(), StoreError> {
        let there = reference::emergency(self.connection).await?;
        let given = numbers
            .iter()
            .enumerate()
            .filter(|(_, given)| !there.contains(given));
        for (i, given) in given {
            let names = serde_json::to_value(&given.names)
                .map_err(|error| StoreError::corrupt("names", error))?;
            let values = (
                emergency_number::position.eq(i16::try_from(i).unwrap_or(i16::MAX)),
                emergency_number::names.eq(names),
                emergency_number::source.eq(given.source.as_ref()),
                emergency_number::source_url.eq(given.source_url.as_deref()),
                emergency_number::retrieved_on.eq(given.retrieved_on.to_diesel()),
                emergency_number::confirmed_on.eq(given.confirmed_on.map(ToDiesel::to_diesel)),
            );
            let key = (
                emergency_number::country.eq(given.country.as_str()),
                emergency_number::number.eq(given.number.as_ref()),
            );
            diesel::insert_into(emergency_number::table)
                .values((key, values.clone()))
                .on_conflict((emergency_number::country, emergency_number::number))
                .do_update()
                .set(values)
                .execute(self.connection)
                .await?;
            self.changed(
                Subject::EmergencyNumber,
                given.country.as_str(),
                Operation::Upsert,
            );
        }
        Ok(())
    }
}
