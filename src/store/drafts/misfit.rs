//! What drafts name that is not in the directory, or is another's: told to those who type, before a moderator is.
//!
//! Deliberately left out: what waits for the approval of the organisation itself, or of what else is typed in it. Some
//! questions for a whole page of drafts, none of which locks anything.

use std::collections::{HashMap, HashSet};

use diesel::sql_types;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::{
    domain::{
        actor::Scope,
        fault::Fault,
        listing::{Kind, Reference},
        slug::Slug,
        source::OWN,
    },
    exchange::drafts::Mentioned,
    store::{Store, StoreError, WriteTx, drafts::read::kind_of, listing::lookup},
};

/// What else is typed in these organisations and may become public, as far as a scope covers it: `$5` is its account, `$6`
/// whether it is of the whole directory.
const TYPED: &str = "
    select d.organisation, d.listing, d.kind, coalesce(d.body ->> 'slug', '') as slug from draft d
    where d.organisation = any($1) and d.state in ('draft', 'submitted', 'changes_requested')
        and (d.listing = any($2) or exists (select from unnest($3, $4) as wanted (kind, slug)
            where wanted.kind = d.kind and wanted.slug = d.body ->> 'slug'))
        and (exists (select from membership m where m.account = $5 and m.organisation = d.organisation)
            or $6 and d.submitted_at is not null and d.state <> 'draft')";

#[derive(diesel::QueryableByName)]
struct TypedRow {
    #[diesel(sql_type = sql_types::Uuid)]
    organisation: Uuid,
    #[diesel(sql_type = sql_types::Uuid)]
    listing: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    kind: String,
    #[diesel(sql_type = sql_types::Text)]
    slug: String,
}

/// What there is of that which drafts name.
#[derive(Default)]
struct There {
    topics: HashSet<String>,
    areas: HashSet<String>,
    kinds: HashMap<Uuid, Kind>,
    slugs: HashMap<(Kind, String), Uuid>,
    /// By the slugs and ids by which they were known before.
    former: HashSet<(Kind, String)>,
    sources: HashMap<(String, String), Uuid>,
    /// By organisation.
    typed: HashSet<(Uuid, Kind, Reference)>,
}

fn texts(pairs: &[(String, String)]) -> impl Iterator<Item = &str> {
    pairs.iter().map(|(_, text)| text.as_str())
}

fn once<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<&'t str> {
    let once: HashSet<&str> = texts.collect();
    once.into_iter().collect()
}

impl There {
    async fn load(
        connection: &mut AsyncPgConnection,
        scope: Scope,
        drafts: &[Mentioned],
    ) -> Result<Self, StoreError> {
        let mut there = Self::default();
        let topics = once(drafts.iter().flat_map(|draft| texts(&draft.topics)));
        if !topics.is_empty() {
            there.topics = lookup::topics(connection, &topics)
                .await?
                .into_iter()
                .collect();
        }
        let areas = once(drafts.iter().flat_map(|draft| texts(&draft.areas)));
        if !areas.is_empty() {
            there.areas = lookup::areas(connection, &areas)
                .await?
                .into_iter()
                .collect();
        }
        there.load_names(connection, drafts).await?;
        there.load_sources(connection, drafts).await?;
        there.load_typed(connection, scope, drafts).await?;
        Ok(there)
    }

    async fn load_names(
        &mut self,
        connection: &mut AsyncPgConnection,
        drafts: &[Mentioned],
    ) -> Result<(), StoreError> {
        let targets = drafts.iter().filter_map(|draft| {
            let slug = draft.moved_to.as_ref()?;
            Some((draft.kind.as_str(), slug.as_str()))
        });
        let (mut kinds, mut slugs): (Vec<&str>, Vec<&str>) = targets.unzip();
        let mut ids = Vec::new();
        for draft in drafts {
            if let Some(slug) = &draft.slug {
                kinds.push(draft.kind.as_str());
                slugs.push(slug.as_str());
            }
            for (.., named) in &draft.listings {
                match named {
                    Reference::Id(id) => ids.push(*id),
                    Reference::Slug(kind, slug) => {
                        kinds.push(kind.as_str());
                        slugs.push(slug.as_str());
                    }
                }
            }
        }
        if !ids.is_empty() || !slugs.is_empty() {
            for found in lookup::named(connection, &ids, (&kinds, &slugs)).await? {
                self.kinds.insert(found.id, found.kind);
                self.slugs.insert((found.kind, found.slug), found.id);
            }
        }
        // What is there has its name for itself.
        if !ids.is_empty() || !slugs.is_empty() {
            let found = lookup::formerly_named(connection, &ids, (&kinds, &slugs)).await?;
            let keyed = found.into_iter().map(|found| (found.kind, found.slug));
            self.former = keyed.collect();
        }
        Ok(())
    }

    async fn load_sources(
        &mut self,
        connection: &mut AsyncPgConnection,
        drafts: &[Mentioned],
    ) -> Result<(), StoreError> {
        let sources = drafts.iter().flat_map(|draft| &draft.sources);
        let (names, ids): (Vec<&str>, Vec<&str>) = sources
            .map(|(_, name, id)| (name.as_str(), id.as_str()))
            .unzip();
        if !names.is_empty() {
            let found = lookup::sourced(connection, (&names, &ids)).await?;
            let keyed = found
                .into_iter()
                .map(|row| ((row.name, row.external_id), row.listing));
            self.sources = keyed.collect();
        }
        Ok(())
    }

    /// Looks up what of the rest is typed beside.
    async fn load_typed(
        &mut self,
        connection: &mut AsyncPgConnection,
        scope: Scope,
        drafts: &[Mentioned],
    ) -> Result<(), StoreError> {
        let (mut organisations, mut ids) = (Vec::new(), Vec::new());
        let (mut kinds, mut slugs) = (Vec::new(), Vec::new());
        for draft in drafts {
            let moved_to = draft.moved_to.iter();
            let moved_to = moved_to.map(|slug| Reference::Slug(draft.kind, slug.clone()));
            let named = draft.listings.iter().map(|(.., named)| named.clone());
            for missing in named
                .chain(moved_to)
                .filter(|named| self.kind(named).is_none())
            {
                organisations.push(draft.organisation);
                match missing {
                    Reference::Id(id) => ids.push(id),
                    Reference::Slug(kind, slug) => {
                        kinds.push(kind.as_str());
                        slugs.push(slug.to_string());
                    }
                }
            }
        }
        if organisations.is_empty() {
            return Ok(());
        }
        let rows: Vec<TypedRow> = diesel::sql_query(TYPED)
            .bind::<sql_types::Array<sql_types::Uuid>, _>(organisations)
            .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
            .bind::<sql_types::Array<sql_types::Text>, _>(kinds)
            .bind::<sql_types::Array<sql_types::Text>, _>(slugs)
            .bind::<sql_types::Uuid, _>(scope.account())
            .bind::<sql_types::Bool, _>(matches!(scope, Scope::Directory(_)))
            .load(connection)
            .await?;
        for row in rows {
            let kind = kind_of(&row.kind)?;
            let by_slug = Slug::parse(&row.slug).ok();
            let by_slug = by_slug.map(|slug| Reference::Slug(kind, slug));
            for name in by_slug.into_iter().chain([Reference::Id(row.listing)]) {
                self.typed.insert((row.organisation, kind, name));
            }
        }
        Ok(())
    }

    /// The kind of the listing of that name.
    fn kind(&self, named: &Reference) -> Option<Kind> {
        match named {
            Reference::Id(id) => {
                let merged = |kind: &&Kind| self.former.contains(&(**kind, id.to_string()));
                let present = self.kinds.get(id);
                present.or_else(|| Kind::ALL.iter().find(merged)).copied()
            }
            Reference::Slug(kind, slug) => {
                let key = (*kind, slug.as_str().to_owned());
                let known = self.slugs.contains_key(&key) || self.former.contains(&key);
                known.then_some(*kind)
            }
        }
    }

    fn has(&self, draft: &Mentioned, wanted: Option<Kind>, named: &Reference) -> bool {
        let fits = |kind: Kind| wanted.is_none_or(|wanted| wanted == kind);
        let typed = |kind: Kind| {
            let beside = (draft.organisation, kind, named.clone());
            fits(kind) && self.typed.contains(&beside)
        };
        self.kind(named).is_some_and(fits) || Kind::ALL.iter().copied().any(typed)
    }

    fn has_target(&self, draft: &Mentioned) -> bool {
        let Some(slug) = &draft.moved_to else {
            return true;
        };
        let named = Reference::Slug(draft.kind, slug.clone());
        draft.slug.as_ref() != Some(slug) && self.has(draft, None, &named)
    }

    /// A hub, and the one that it is a part of; an organisation, and the one that it belongs to.
    fn part(&self, draft: &Mentioned) -> Option<(Uuid, Uuid)> {
        let mut named = draft.listings.iter();
        let (.., of) = named.find(|(_, kind, _)| *kind == Some(draft.kind))?;
        let of = match of {
            Reference::Id(id) => Some(*id),
            Reference::Slug(_, slug) if Some(slug) == draft.slug.as_ref() => Some(draft.listing),
            Reference::Slug(kind, slug) => {
                let named = (*kind, slug.as_str().to_owned());
                self.slugs.get(&named).copied()
            }
        };
        Some((draft.listing, of?))
    }

    fn misfits(&self, draft: &Mentioned) -> Vec<Fault> {
        let is_other = |holder: Option<&Uuid>| holder.is_some_and(|id| *id != draft.listing);
        let mut faults = Vec::new();
        let slug = draft
            .slug
            .as_ref()
            .map(|slug| (draft.kind, slug.to_string()));
        if slug.is_some_and(|key| is_other(self.slugs.get(&key))) {
            faults.push(lookup::slug_taken());
        }
        let missing = |known: &HashSet<String>, names: &[(String, String)]| -> Vec<String> {
            let missing = names.iter().filter(|(_, name)| !known.contains(name));
            missing.map(|(at, _)| at.clone()).collect()
        };
        let topics = missing(&self.topics, &draft.topics);
        faults.extend(topics.into_iter().map(lookup::no_topic));
        let areas = missing(&self.areas, &draft.areas);
        faults.extend(areas.into_iter().map(lookup::no_area));
        for (at, wanted, named) in &draft.listings {
            if !self.has(draft, *wanted, named) {
                faults.push(lookup::no_listing(at.clone()));
            }
        }
        if !self.has_target(draft) {
            faults.push(lookup::no_target());
        }
        for (position, name, id) in &draft.sources {
            let own = name == OWN && *id == draft.listing.to_string();
            if !own && is_other(self.sources.get(&(name.clone(), id.clone()))) {
                faults.push(lookup::source_taken(*position));
            }
        }
        faults
    }
}

async fn misfits(
    connection: &mut AsyncPgConnection,
    scope: Scope,
    of: &[Mentioned],
) -> Result<Vec<Vec<Fault>>, StoreError> {
    if of.is_empty() {
        return Ok(Vec::new());
    }
    let there = There::load(connection, scope, of).await?;
    let parts = of.iter().filter_map(|draft| there.part(draft));
    let circular = lookup::circular(connection, &parts.collect::<Vec<_>>()).await?;
    let misfits = |draft: &Mentioned| {
        let mut faults = there.misfits(draft);
        if circular.contains(&draft.listing) {
            faults.push(lookup::in_a_circle(draft.kind));
        }
        faults
    };
    Ok(of.iter().map(misfits).collect())
}

impl Store {
    /// What does not fit of each of these drafts, in their order. They were found with the scope.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_misfits(
        &self,
        scope: Scope,
        of: &[Mentioned],
    ) -> Result<Vec<Vec<Fault>>, StoreError> {
        misfits(&mut *self.connection().await?, scope, of).await
    }
}

impl WriteTx<'_> {
    /// As the store's.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn list_misfits(
        &mut self,
        scope: Scope,
        of: &[Mentioned],
    ) -> Result<Vec<Vec<Fault>>, StoreError> {
        misfits(self.connection, scope, of).await
    }
}
