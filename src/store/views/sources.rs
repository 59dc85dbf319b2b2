//! Where the published facts come from, for attribution.

use diesel::{
    dsl::{count_star, max},
    prelude::*,
};
use diesel_async::RunQueryDsl;
use jiff::civil::Date;

use crate::store::{
    Store,
    error::StoreError,
    schema::{published, source},
};

/// A source with what the directory has from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceSummary {
    pub name: String,
    pub licence: String,
    pub listings: u64,
    pub retrieved_on: Option<Date>,
    pub confirmed_on: Option<Date>,
}

impl Store {
    /// Every source of published listings, by name and licence.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn sources(&self) -> Result<Vec<SourceSummary>, StoreError> {
        let mut connection = self.connection().await?;
        type Row = (
            String,
            String,
            i64,
            Option<jiff_diesel::Date>,
            Option<jiff_diesel::Date>,
        );
        let rows: Vec<Row> = source::table
            .inner_join(published::table.on(published::id.eq(source::listing)))
            .group_by((source::name, source::licence))
            .order((source::name, source::licence))
            .select((
                source::name,
                source::licence,
                count_star(),
                max(source::retrieved_on),
                max(source::confirmed_on),
            ))
            .load(&mut connection)
            .await?;
        Ok(rows
            .into_iter()
            .map(
                |(name, licence, listings, retrieved_on, confirmed_on)| SourceSummary {
                    name,
                    licence,
                    listings: listings.unsigned_abs(),
                    retrieved_on: retrieved_on.map(|day| day.to_jiff()),
                    confirmed_on: confirmed_on.map(|day| day.to_jiff()),
                },
            )
            .collect())
    }
}
