//! Areas, topics, emergency numbers and national lines, whole.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::published::PublishedListing;
use crate::{
    domain::{
        area::{Area, AreaCode, Name},
        country::Country,
        crisis::EmergencyNumber,
        language::Language,
        place::Point,
        slug::Slug,
        topic::Topic,
    },
    store::{
        Store,
        error::StoreError,
        schema::{area, area_name, emergency_number, helpline, topic, topic_name},
    },
};

/// Reference data with the last change that it contains.
#[derive(Clone, Debug)]
pub struct ReferenceView {
    pub areas: Vec<Area>,
    pub topics: Vec<Topic>,
    pub emergency: Vec<EmergencyNumber>,
    /// The published helplines that are their countries' national lines.
    pub national_lines: Vec<PublishedListing>,
    /// The head of the log before anything was read: what was changed since is read again.
    pub cursor: i64,
}

fn corrupt(error: impl ToString) -> StoreError {
    StoreError::corrupt("reference data", error)
}

impl Store {
    /// All reference data.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn reference(&self) -> Result<ReferenceView, StoreError> {
        let cursor = self.head().await?;
        let mut connection = self.connection().await?;
        let areas = areas(&mut connection).await?;
        let topics = topics(&mut connection).await?;
        let emergency = emergency(&mut connection).await?;
        let lines: Vec<uuid::Uuid> = helpline::table
            .filter(helpline::national)
            .select(helpline::id)
            .load(&mut connection)
            .await?;
        drop(connection);
        let national_lines = self.published(&lines).await?;
        Ok(ReferenceView {
            areas,
            topics,
            emergency,
            national_lines,
            cursor,
        })
    }
}

pub(in crate::store) async fn areas(
    connection: &mut AsyncPgConnection,
) -> Result<Vec<Area>, StoreError> {
    let rows: Vec<(String, String, String, bool)> = area_name::table
        .order((area_name::area, area_name::position))
        .select((
            area_name::area,
            area_name::language,
            area_name::name,
            area_name::old,
        ))
        .load(connection)
        .await?;
    let mut names: HashMap<String, Vec<Name>> = HashMap::new();
    for (of, language, text, old) in rows {
        let language = Language::parse(&language).map_err(corrupt)?;
        names.entry(of).or_default().push(Name {
            language,
            text: text.into(),
            old,
        });
    }
    type Row = (
        String,
        String,
        Option<String>,
        String,
        Option<f64>,
        Option<f64>,
        Option<String>,
    );
    let rows: Vec<Row> = area::table
        .order(area::code)
        .select((
            area::code,
            area::kind,
            area::parent,
            area::country,
            area::lat,
            area::lon,
            area::time_zone,
        ))
        .load(connection)
        .await?;
    rows.into_iter()
        .map(|(code, kind, parent, country, lat, lon, time_zone)| {
            Ok(Area {
                names: names.remove(&code).unwrap_or_default(),
                code: AreaCode::parse(&code).map_err(corrupt)?,
                kind: kind.into(),
                parent: parent
                    .map(|code| AreaCode::parse(&code))
                    .transpose()
                    .map_err(corrupt)?,
                country: Country::parse(&country).map_err(corrupt)?,
                centroid: lat
                    .zip(lon)
                    .and_then(|(lat, lon)| Point::new(lat, lon).ok()),
                time_zone: time_zone.map(Into::into),
            })
        })
        .collect()
}

pub(in crate::store) async fn topics(
    connection: &mut AsyncPgConnection,
) -> Result<Vec<Topic>, StoreError> {
    let rows: Vec<(String, String, String)> = topic_name::table
        .order((topic_name::topic, topic_name::position))
        .select((topic_name::topic, topic_name::language, topic_name::name))
        .load(connection)
        .await?;
    let mut names: HashMap<String, Vec<Name>> = HashMap::new();
    for (of, language, text) in rows {
        let language = Language::parse(&language).map_err(corrupt)?;
        names.entry(of).or_default().push(Name {
            language,
            text: text.into(),
            old: false,
        });
    }
    let rows: Vec<(String, Option<String>)> = topic::table
        .order(topic::slug)
        .select((topic::slug, topic::parent))
        .load(connection)
        .await?;
    rows.into_iter()
        .map(|(slug, parent)| {
            Ok(Topic {
                names: names.remove(&slug).unwrap_or_default(),
                slug: Slug::parse(&slug).map_err(corrupt)?,
                parent: parent
                    .map(|slug| Slug::parse(&slug))
                    .transpose()
                    .map_err(corrupt)?,
            })
        })
        .collect()
}

pub(in crate::store) async fn emergency(
    connection: &mut AsyncPgConnection,
) -> Result<Vec<EmergencyNumber>, StoreError> {
    type Row = (
        String,
        String,
        serde_json::Value,
        String,
        Option<String>,
        jiff_diesel::Date,
        Option<jiff_diesel::Date>,
    );
    let rows: Vec<Row> = emergency_number::table
        .order((emergency_number::country, emergency_number::position))
        .select((
            emergency_number::country,
            emergency_number::number,
            emergency_number::names,
            emergency_number::source,
            emergency_number::source_url,
            emergency_number::retrieved_on,
            emergency_number::confirmed_on,
        ))
        .load(connection)
        .await?;
    rows.into_iter()
        .map(
            |(country, number, names, source, source_url, retrieved_on, confirmed_on)| {
                Ok(EmergencyNumber {
                    country: Country::parse(&country).map_err(corrupt)?,
                    number: number.into(),
                    names: serde_json::from_value(names).map_err(corrupt)?,
                    source: source.into(),
                    source_url: source_url.map(Into::into),
                    retrieved_on: retrieved_on.to_jiff(),
                    confirmed_on: confirmed_on.map(|day| day.to_jiff()),
                })
            },
        )
        .collect()
}
