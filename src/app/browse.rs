//! Lists and details of what is published, areas, topics and sources.

use std::borrow::Cow;

use uuid::Uuid;

pub use crate::search::reference::{Located as LocatedPoint, LocatedBy};
use crate::{
    app::{
        App, AppError,
        find::{Facet, Filters},
    },
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
    let filters = with_present_names(app, filters).await;
    let page = app.parts.directory.list(kind, &filters, after, limit);
    let ids: Vec<Uuid> = page.cards.iter().map(|card| card.id).collect();
    let rows = app.parts.store.published(&ids).await?;
    Ok(ListPage {
        items: rows.into_iter().map(Found::from).collect(),
        total: page.total,
        next: ids.last().copied().filter(|_| page.more),
    })
}

/// The filters with organisations under their present names, where former ones were given, or those of merged ones. What is
/// known in memory is not looked up; while the database is away, names stay as they were given.
pub(in crate::app) async fn with_present_names<'f>(
    app: &App,
    filters: &'f Filters,
) -> Cow<'f, Filters> {
    let mut filters = Cow::Borrowed(filters);
    for (term, at) in unknown_organisations(app, &filters) {
        let name = &filters.terms[term].values[at];
        if let Ok(Some(Located::Moved(slug))) =
            app.parts.store.locate(Kind::Organisation, name).await
        {
            filters.to_mut().terms[term].values[at] = Box::from(slug.as_str());
        }
    }
    filters
}

/// Where an organisation is named that is not known in memory: the condition, and the value in it.
fn unknown_organisations(app: &App, filters: &Filters) -> Vec<(usize, usize)> {
    let mut unknown = Vec::new();
    for (term, filter) in filters.terms.iter().enumerate() {
        if filter.facet != Facet::Organisation {
            continue;
        }
        let values = filter.values.iter().enumerate();
        let values = values.filter(|(_, name)| !app.parts.directory.knows_organisation(name));
        unknown.extend(values.map(|(at, _)| (term, at)));
    }
    unknown
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
