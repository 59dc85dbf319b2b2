//! The public form of listings.

use std::{collections::HashMap, sync::Arc};

use diesel::{dsl::sql, prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    domain::{
        fault::Faults,
        listing::{Kind, Listing},
        slug::Slug,
        text::LocalisedText,
    },
    exchange,
    store::{
        Store,
        document::Document,
        error::StoreError,
        schema::{area, former_slug, listing, published},
    },
};

diesel::alias!(published as providers: ProviderAlias);

/// The organisation that provides a listing, as its own public form names it.
#[derive(Clone, Debug, PartialEq)]
pub struct Provider {
    pub id: Uuid,
    pub slug: Slug,
    pub name: LocalisedText,
}

/// A published listing with all that belongs to it.
#[derive(Clone, Debug)]
pub struct PublishedListing {
    pub id: Uuid,
    /// Dense number of the listing in this database.
    pub number: u32,
    pub version: i64,
    /// The public document in the listing format.
    pub document: Arc<str>,
    pub listing: Listing,
    pub provider: Option<Provider>,
}

/// Of organisations the slugs that they had, with the slugs and ids of what was merged into them, in order.
pub type FormerNames = HashMap<Uuid, Vec<Box<str>>>;

/// Where a name for URLs leads.
#[derive(Debug)]
pub enum Located {
    Here(Box<PublishedListing>),
    /// The listing has this slug now.
    Moved(Slug),
}

/// Of the provider id, slug, and the name in its own document.
type ProviderColumns = (Uuid, String, Document);
type Columns = (Uuid, i32, i64, Document, Option<ProviderColumns>);

fn read(row: Columns) -> Result<PublishedListing, StoreError> {
    let (id, number, version, Document(document), provider) = row;
    let corrupt = |why: String| StoreError::corrupt(format!("listing {id}"), why);
    let provider = match provider {
        Some((id, slug, Document(name))) => {
            let name: exchange::listing::LocalisedText =
                serde_json::from_str(&name).map_err(|error| corrupt(error.to_string()))?;
            let name = name.read("", usize::MAX, &mut Faults::default());
            let name = name.ok_or_else(|| corrupt("the provider's name".to_owned()))?;
            Some(Provider {
                id,
                slug: Slug::parse(&slug).map_err(|error| corrupt(error.to_string()))?,
                name,
            })
        }
        None => None,
    };
    let listing = exchange::listing::decode(&document).map_err(corrupt)?;
    let number = u32::try_from(number).map_err(|error| corrupt(error.to_string()))?;
    Ok(PublishedListing {
        id,
        number,
        version,
        document: document.into(),
        listing,
        provider,
    })
}

/// One query for all ways to select published listings, so that they cannot differ in what they bring. Without SQL of its
/// own: what Diesel does not know it prepares anew each time, which costs two thirds of the reads a second.
macro_rules! select_published {
    () => {
        published::table
            .inner_join(listing::table.on(listing::id.eq(published::id)))
            .left_join(
                providers.on(listing::organisation.eq(providers.field(published::id).nullable())),
            )
            .select((
                published::id,
                published::number,
                published::version,
                published::document,
                (
                    providers.field(published::id),
                    providers.field(published::slug),
                    providers
                        .field(published::document)
                        .retrieve_as_object("name"),
                )
                    .nullable(),
            ))
    };
}

impl Store {
    /// These listings as they are public now, in order of their ids; absent ones are left out.
    ///
    /// # Errors
    /// Any error of the database; `Corrupt` where a document cannot be read.
    pub async fn published(&self, ids: &[Uuid]) -> Result<Vec<PublishedListing>, StoreError> {
        let mut connection = self.connection().await?;
        let rows: Vec<Columns> = select_published!()
            .filter(published::id.eq_any(ids))
            .order(published::id)
            .load(&mut connection)
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// The next published listings in order of their ids.
    ///
    /// # Errors
    /// As `published`.
    pub async fn published_page(
        &self,
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<Vec<PublishedListing>, StoreError> {
        let mut connection = self.connection().await?;
        let after = after.unwrap_or_default();
        let rows: Vec<Columns> = select_published!()
            .filter(published::id.gt(after))
            // Said of both, or the planner walks all listings from the first to those of the page.
            .filter(listing::id.gt(after))
            .order(published::id)
            .limit(limit)
            .load(&mut connection)
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// By what else these are found, where they are organisations.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn former_names(&self, of: &[PublishedListing]) -> Result<FormerNames, StoreError> {
        let kind = Kind::Organisation;
        let organisations = of.iter().filter(|row| row.listing.kind() == kind);
        let ids: Vec<Uuid> = organisations.map(|row| row.id).collect();
        let mut names = FormerNames::new();
        if ids.is_empty() {
            return Ok(names);
        }
        let of_these = former_slug::listing.eq_any(ids);
        let rows: Vec<(Uuid, String)> = former_slug::table
            .filter(of_these.and(former_slug::kind.eq(kind.as_str())))
            .order((former_slug::listing, former_slug::slug))
            .select((former_slug::listing, former_slug::slug))
            .load(&mut self.connection().await?)
            .await?;
        for (id, name) in rows {
            names.entry(id).or_default().push(name.into());
        }
        Ok(names)
    }

    /// How many listings are published.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn published_count(&self) -> Result<u64, StoreError> {
        let mut connection = self.connection().await?;
        let count: i64 = published::table.count().get_result(&mut connection).await?;
        Ok(count.unsigned_abs())
    }

    /// Whether the directory holds nothing at all, so that it may be seeded; so it is where there is none yet.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn is_blank(&self) -> Result<bool, StoreError> {
        use diesel::dsl::exists;
        let mut connection = self.connection().await?;
        let made: bool = diesel::select(sql::<sql_types::Bool>(
            "to_regclass('public.listing') is not null and to_regclass('public.area') is not null",
        ))
        .get_result(&mut connection)
        .await?;
        if !made {
            return Ok(true);
        }
        let listings: bool = diesel::select(exists(listing::table.select(listing::id)))
            .get_result(&mut connection)
            .await?;
        let areas: bool = diesel::select(exists(area::table.select(area::code)))
            .get_result(&mut connection)
            .await?;
        Ok(!listings && !areas)
    }

    /// The listing that stands for one that was merged away; none where it was not.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn find_successor(&self, merged: Uuid) -> Result<Option<Uuid>, StoreError> {
        let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
        Ok(former_slug::table
            .filter(
                former_slug::kind
                    .eq_any(kinds)
                    .and(former_slug::slug.eq(merged.to_string())),
            )
            .select(former_slug::listing)
            .first(&mut self.connection().await?)
            .await
            .optional()?)
    }

    /// The listing of this kind with this id or slug; a former slug leads to the present one.
    ///
    /// # Errors
    /// As `published`.
    pub async fn locate(&self, kind: Kind, name: &str) -> Result<Option<Located>, StoreError> {
        let mut connection = self.connection().await?;
        let of_kind = published::kind.eq(kind.as_str());
        let id = Uuid::parse_str(name).ok();
        let row: Option<Columns> = match id {
            Some(id) => {
                let query = select_published!().filter(of_kind.and(published::id.eq(id)));
                query.first(&mut connection).await.optional()?
            }
            None => {
                let query = select_published!().filter(of_kind.and(published::slug.eq(name)));
                query.first(&mut connection).await.optional()?
            }
        };
        if let Some(row) = row {
            return Ok(Some(Located::Here(Box::new(read(row)?))));
        }
        // However an id is written, it is kept in one form.
        let name = id.map_or_else(|| name.to_owned(), |id| id.to_string());
        let present: Option<String> = former_slug::table
            .inner_join(published::table.on(published::id.eq(former_slug::listing)))
            .filter(
                former_slug::kind
                    .eq(kind.as_str())
                    .and(former_slug::slug.eq(name)),
            )
            .select(published::slug)
            .first(&mut connection)
            .await
            .optional()?;
        let present = present.map(|slug| Slug::parse(&slug)).transpose();
        let present = present.map_err(|error| StoreError::corrupt("a slug", error))?;
        Ok(present.map(Located::Moved))
    }
}

#[cfg(test)]
mod tests {
    use diesel::{pg::Pg, query_builder::QueryFragment};

    use super::*;

    fn is_prepared_once(query: &impl QueryFragment<Pg>) -> bool {
        query.is_safe_to_cache_prepared(&Pg).unwrap()
    }

    #[test]
    fn what_is_read_all_the_time_is_prepared_once() {
        let query = select_published!().filter(published::id.eq(Uuid::nil()));
        assert!(is_prepared_once(&query));
    }
}
