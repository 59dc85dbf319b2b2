//! What the four kinds of listings have in common: a page of them, and one of them.

use actix_web::{HttpRequest, HttpResponse, http::header::LOCATION};
use uuid::Uuid;

use crate::{
    app::{
        self, App,
        browse::{Detail, Found},
        find::Filters,
    },
    domain::{listing::Kind, slug::Slug},
    exchange::answer::{
        Brief, Feature, FeatureCollection, ListAnswer, ListingDetail, ListingSummary, Reader, Total,
    },
    http::{
        labels,
        parameters::{Paging, Reading},
        refusal::{
            self,
            problem::{Code, Problem},
        },
    },
    web::{
        conditional::Answer,
        cursor,
        negotiate::{self, Format},
        page,
    },
};

const FORMATS: [Format; 2] = [Format::Json, Format::GeoJson];

/// What a list is asked.
pub(super) struct Asked {
    pub kind: Kind,
    pub filters: Filters,
    pub paging: Paging,
    pub reading: Reading,
    pub fingerprint: u64,
}

/// A page of the listings of a kind.
pub(super) async fn list(
    request: &HttpRequest,
    app: &App,
    asked: Asked,
) -> Result<HttpResponse, Problem> {
    let format = negotiate::choose(request, &FORMATS)?;
    let after: Option<Uuid> = match &asked.paging.cursor {
        Some(cursor) => {
            let (kind, after) = cursor::open::<(Kind, Uuid)>(asked.fingerprint, cursor)?;
            Some(after)
                .filter(|_| kind == asked.kind)
                .ok_or_else(Problem::cursor)
                .map(Some)?
        }
        None => None,
    };
    let page = app::browse::list(app, asked.kind, &asked.filters, after, asked.paging.size()).await;
    let page = page.map_err(refusal::of_query)?;
    let next = page
        .next
        .map(|id| cursor::seal(asked.fingerprint, &(asked.kind, id)));
    let (languages, reference) = (
        labels::languages(request, asked.reading.lang.as_ref()),
        app.reference(),
    );
    let reader = Reader::new(&languages, app.now(), &*reference);
    let briefs: Vec<Brief<'_>> = page
        .items
        .iter()
        .map(|found| brief(found, &reader))
        .collect();
    let items: Vec<ListingSummary> = briefs
        .iter()
        .map(|brief| ListingSummary::of(brief, &reader))
        .collect();
    let link = next
        .as_deref()
        .map(|next| page::next_link(&negotiate::address(request), request.query_string(), next));
    let answer = Answer::new(format)
        .until(
            reader.now,
            briefs
                .iter()
                .filter_map(|brief| brief.times.change(reader.now))
                .min(),
        )
        .languages(&reader.shown())
        .link(link);
    match format {
        Format::Json | Format::NdJson | Format::Csv => {
            let total = Total {
                value: page.total,
                exact: true,
            };
            answer.send(request, &ListAnswer { items, total, next })
        }
        Format::GeoJson => answer.send(
            request,
            &FeatureCollection::of(items.into_iter().map(Feature::from).collect()),
        ),
    }
}

fn brief<'a>(found: &'a Found, reader: &Reader<'_>) -> Brief<'a> {
    let organisation = found.organisation.as_ref().map(labels::provider);
    Brief::of(
        found.id,
        found.version,
        &found.listing,
        organisation,
        (reader.now, reader.today()),
    )
}

/// One listing, or the way to its present slug.
pub(super) async fn detail(
    request: &HttpRequest,
    app: &App,
    kind: Kind,
    name: &str,
    reading: &Reading,
) -> Result<HttpResponse, Problem> {
    let format = negotiate::choose(request, &FORMATS)?;
    // What is neither an id nor a slug cannot exist, and need not be looked for.
    if Uuid::parse_str(name).is_err() && Slug::parse(name).is_err() {
        return Err(Problem::new(Code::NotFound));
    }
    let found = match app::browse::detail(app, kind, name)
        .await
        .map_err(refusal::of_query)?
    {
        Detail::Found(found) => found,
        Detail::MovedTo(slug) => return Ok(moved(request, kind, &slug)),
    };
    let (languages, reference) = (
        labels::languages(request, reading.lang.as_ref()),
        app.reference(),
    );
    let reader = Reader::new(&languages, app.now(), &*reference);
    let provider = found.organisation.as_ref().map(labels::provider);
    let detail = ListingDetail::of(found.id, found.version, &found.listing, provider, &reader);
    let answer = Answer::new(format)
        .version(found.version)
        .until(
            reader.now,
            ListingDetail::change(&found.listing, reader.now),
        )
        .languages(&reader.shown());
    match format {
        Format::Json | Format::NdJson | Format::Csv => answer.send(request, &detail),
        Format::GeoJson => answer.send(request, &Feature::from(detail)),
    }
}

fn moved(request: &HttpRequest, kind: Kind, slug: &Slug) -> HttpResponse {
    let query = request
        .uri()
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    let location = format!(
        "/v1/{}/{slug}{}{query}",
        kind.plural(),
        negotiate::extension(request)
    );
    HttpResponse::PermanentRedirect()
        .insert_header((LOCATION, location))
        .finish()
}
