//! Lists and details of what is published, areas, topics and sources.

use uuid::Uuid;

pub use crate::search::reference::{Located as LocatedPoint, LocatedBy};
use crate::{
    app::{App, AppError, find::Filters},
    domain::{
        listing::{Kind, Listing},
        slug::Slug,
    },
    search::entry::OrganisationName,
    store::views::{Located, PublishedListing, SourceSummary},
};

/// A published listing.
#[derive(Clone, Debug)]
pub struct Found {
    pub id: Uuid,
    pub version: i64,
    pub listing: Listing,
    pub organisation: Option<OrganisationName>,
}

impl From<PublishedListing> for Found {
    fn from(row: PublishedListing) -> Self {
        let organisation = row.provider.map(|provider| OrganisationName {
            id: provider.id,
            slug: provider.slug,
            name: provider.name,
        });
        Self {
            id: row.id,
            version: row.version,
            listing: row.listing,
            organisation,
        }
    }
}

/// A page of a list in the order of ids.
#[derive(Debug)]
pub struct ListPage {
    pub items: Vec<Found>,
    pub total: u64,
    /// The id after which the next page begins; none on the last page.
    pub next: Option<Uuid>,
}

/// Where a name leads.
#[derive(Debug)]
pub enum Detail {
    Found(Box<Found>),
    /// The listing has this slug now.
    MovedTo(Slug),
}

/// The next published listings of a kind that meet the filters: chosen in memory, as search does, and read from the
/// database.
///
/// # Errors
/// `Unavailable` while the database is away.
pub async fn list(
    app: &App,
    kind: Kind,
    filters: &Filters,
    after: Option<Uuid>,
    limit: u16,
) -> Result<ListPage, AppError> {
    app.must_be_loaded()?;
    let page = app.parts.directory.list(kind, filters, after, limit);
    let ids: Vec<Uuid> = page.cards.iter().map(|card| card.id).collect();
    let rows = app.parts.store.published(&ids).await?;
    Ok(ListPage {
        items: rows.into_iter().map(Found::from).collect(),
        total: page.total,
        next: ids.last().copied().filter(|_| page.more),
    })
}

/// The listing of this kind with this id or slug.
///
/// # Errors
/// `NotFound`; `Unavailable` while the database is away.
pub async fn detail(app: &App, kind: Kind, name: &str) -> Result<Detail, AppError> {
    match app.parts.store.locate(kind, name).await? {
        Some(Located::Here(row)) => Ok(Detail::Found(Box::new((*row).into()))),
        Some(Located::Moved(slug)) => Ok(Detail::MovedTo(slug)),
        None => Err(AppError::NotFound),
    }
}

/// Where the facts come from.
///
/// # Errors
/// `Unavailable` while the database is away.
pub async fn sources(app: &App) -> Result<Vec<SourceSummary>, AppError> {
    Ok(app.parts.store.sources().await?)
}
