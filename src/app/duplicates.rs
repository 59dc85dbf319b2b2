//! Listings that may be the same, and merging those that are. Nothing is ever merged by itself.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    app::{
        App, AppError, Moved, drafts,
        moderation::{moderator, tell},
    },
    domain::{
        actor::Person, change::Removal, contact::Address, fault::Fault, offer::LinkRelation,
        place::Point,
    },
    exchange::{
        drafts::{AlikeAnswer, AlikeDraftAnswer, AlikeList},
        listing::{Listing, LocalisedText},
    },
    store::{
        WriteTx,
        drafts::{Touched, Traits},
    },
    wording,
};

/// What may be the same as the draft: by a number, by a website, or nearby with a similar name. Public listings; for
/// moderators, what others typed and handed in as well.
///
/// # Errors
/// `NotFound` where there is no such draft that the person may know of.
pub async fn of_draft(app: &App, person: &Person, id: Uuid) -> Result<AlikeList, AppError> {
    let draft = drafts::seen(app, person, id).await?;
    // What cannot be read has nothing in common with anything.
    let typed = Listing::from_value(draft.body).unwrap_or_default();
    Ok(AlikeList {
        items: public(app, draft.listing, &typed).await?,
        unpublished: unpublished(app, person, draft.listing, &typed).await?,
    })
}

/// What others typed that may be the same. Staff are told of none.
async fn unpublished(
    app: &App,
    person: &Person,
    own: Uuid,
    typed: &Listing,
) -> Result<Vec<AlikeDraftAnswer>, AppError> {
    let store = &app.parts.store;
    let traits = traits(typed);
    let found = store.list_alike_drafts(person.scope(), own, &traits);
    let name = typed.name.as_ref().map(terms_of);
    let items = found.await?.into_iter().filter_map(|alike| {
        let theirs: Option<LocalisedText> = serde_json::from_value(alike.name).ok();
        let similar = theirs.zip(name.as_ref());
        let similar = similar.is_some_and(|(theirs, own)| are_similar(own, &terms_of(&theirs)));
        let nearby = alike.shared.nearby && similar;
        let same = alike.shared.number || alike.shared.website || nearby;
        same.then_some(AlikeDraftAnswer {
            draft: alike.draft,
            listing: alike.listing,
            organisation: alike.organisation,
            kind: alike.kind,
            state: alike.state,
            batch: alike.batch,
            same_number: alike.shared.number,
            same_website: alike.shared.website,
            nearby_with_similar_name: nearby,
        })
    });
    Ok(items.collect())
}

/// What a draft may be found to be the same by; what cannot be read has nothing in common with anything.
pub(in crate::app) fn traits_of(body: &Value) -> Traits {
    traits(&Listing::from_value(body.clone()).unwrap_or_default())
}

fn terms_of(name: &LocalisedText) -> HashSet<String> {
    terms(name.text.values().map(String::as_str))
}

/// The public ones among what may be the same as what somebody typed of that listing.
pub(in crate::app) async fn public(
    app: &App,
    own: Uuid,
    typed: &Listing,
) -> Result<Vec<AlikeAnswer>, AppError> {
    let found = app.parts.store.list_alike(own, &traits(typed)).await?;
    let ids: Vec<Uuid> = found.iter().map(|alike| alike.id).collect();
    let rows = app.parts.store.published(&ids).await?;
    let own = typed.name.as_ref().map(terms_of);
    let items = found.into_iter().filter_map(|alike| {
        let row = rows.iter().find(|row| row.id == alike.id)?;
        let theirs = terms(row.listing.name.iter().map(|(_, text)| text));
        let nearby =
            alike.shared.nearby && own.as_ref().is_some_and(|own| are_similar(own, &theirs));
        let same = alike.shared.number || alike.shared.website || nearby;
        same.then(|| AlikeAnswer {
            listing: alike.id,
            kind: row.listing.kind(),
            slug: row.listing.slug.to_string(),
            same_number: alike.shared.number,
            same_website: alike.shared.website,
            nearby_with_similar_name: nearby,
        })
    });
    Ok(items.collect())
}

/// Two listings that a moderator found to be the same, as they saw them: ids with versions.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    pub gone: (Uuid, i64),
    pub into: (Uuid, i64),
}

/// Merges a listing into another of its kind. What named the one names the other; its id and slugs lead there.
///
/// # Errors
/// `Forbidden` for all but moderators, and for those who keep one of the two; `NotFound` where it is not public, `Moved`
/// where one is of another version, `Invalid` where it cannot be merged so.
pub async fn merge(app: &App, person: &Person, pair: Pair) -> Result<(), AppError> {
    moderator(person)?;
    let now = app.now();
    let (gone, into) = (pair.gone.0, pair.into.0);
    let written = app.write(person, async |tx| {
        tx.hold_work_of(gone).await?;
        tx.hold_to_withdraw(gone, Removal::Merged(into)).await?;
        let current = tx.hold_public_version(gone).await?;
        let version = current.ok_or(AppError::NotFound)?;
        // What it cannot be merged into is a fault of the request.
        let other = tx.hold_public_version(into).await?.unwrap_or(pair.into.1);
        let mut listings = vec![(gone, version, pair.gone.1), (into, other, pair.into.1)];
        listings.retain(|(_, current, seen)| current != seen);
        if !listings.is_empty() {
            let listings = listings.into_iter();
            let listings = listings
                .map(|(id, current, _)| (id, Some(current)))
                .collect();
            return Err(AppError::Moved(Moved { version, listings }));
        }
        merged(tx, person, (gone, into), now)
            .await
            .map_err(in_request)
    });
    written
        .await
        .inspect(|()| app.parts.staff.bell.notify_one())
}

/// Faults of the listing, as the request has it.
fn in_request(error: AppError) -> AppError {
    let AppError::Invalid(mut faults) = error else {
        return error;
    };
    let named = |fault: &&mut Fault| fault.pointer == "/merged_into";
    for fault in faults.iter_mut().filter(named) {
        fault.pointer = "/into".to_owned();
    }
    AppError::Invalid(faults)
}

/// Merges it, writes to those who kept it and to those who type of it, and notes it in the audit.
pub(in crate::app) async fn merged(
    tx: &mut WriteTx<'_>,
    person: &Person,
    (gone, into): (Uuid, Uuid),
    now: Timestamp,
) -> Result<(), AppError> {
    let former = tx
        .find_base(person.scope(), gone)
        .await?
        .ok_or(AppError::NotFound)?;
    let other = tx.find_base(person.scope(), into).await?;
    for kept in [Some(&former), other.as_ref()].into_iter().flatten() {
        // Nobody takes what is another's into what is their own, nor gives their own away so.
        let role = tx.find_role(kept.organisation, person.account).await?;
        if role.is_some() {
            return Err(AppError::Forbidden);
        }
    }
    let touched = tx.hold_work_of(gone).await?;
    if !tx.withdraw(gone, Removal::Merged(into), now).await? {
        return Err(AppError::NotFound);
    }
    let slug = former.body["slug"].as_str().unwrap_or("a listing");
    let path = format!("/v1/{}/{into}", former.kind.plural());
    let words = format!(
        "Haven published {slug} for you. A moderator found it to be the same as another listing, and merged the two: what was \
found there is found here now. If you keep this one as well, nothing is to be done; else you may claim it."
    );
    for (owner, _) in tx.list_owners(former.organisation).await? {
        let at = (Some(owner), path.clone());
        tell(tx, at, "It was merged", &words, now).await?;
    }
    let kept = match &other {
        Some(other) => tx.is_kept(other.organisation).await?,
        None => false,
    };
    for (account, words) in told_of(&touched, slug, kept) {
        let at = (Some(account), path.clone());
        tell(tx, at, "What you typed, and a merger", &words, now).await?;
    }
    let subject = format!("listing/{gone} listing/{into}");
    Ok(tx.audit("merge", subject, now).await?)
}

/// Whose drafts a merger touched, and what to tell each of them; `kept` says whether anybody keeps the one that stands for
/// it.
fn told_of(touched: &[Touched], slug: &str, kept: bool) -> BTreeMap<Uuid, String> {
    let mut told: BTreeMap<Uuid, [bool; 3]> = BTreeMap::new();
    for draft in touched {
        for account in [draft.author, draft.submitted_by].into_iter().flatten() {
            let told = told.entry(account).or_default();
            told[usize::from(draft.ends)] = true;
            told[2] |= draft.ends && draft.in_batch;
        }
    }
    let words = |(account, [moves, ends, file]): (Uuid, [bool; 3])| {
        let mut words = format!("A moderator merged {slug} into another listing.");
        if ends {
            words.push_str(
                " What was being typed of it is taken back. It is kept, and nobody decides on it.",
            );
        }
        if file {
            words.push_str(
                " The file in which it was handed in is taken back whole: hand in the rest of it again.",
            );
        }
        if moves {
            words.push_str(match kept {
                true => " What was being typed of its other listings is now with whoever keeps the one that stands for it.",
                false => " What was being typed of its other listings is taken back, because nobody keeps the one that stands \
for it: claim that one, and go on with a draft of each.",
            });
        }
        (account, words)
    };
    told.into_iter().map(words).collect()
}

fn traits(typed: &Listing) -> Traits {
    let (mut numbers, mut codes) = (Vec::new(), Vec::new());
    for contact in &typed.contacts {
        let parsed = contact.channel.zip(contact.value.as_deref());
        let parsed = parsed.map(|(channel, value)| Address::parse(channel, value, contact.country));
        match parsed {
            Some(Ok(Address::E164(number))) => numbers.push(number),
            Some(Ok(Address::ShortCode(code, country))) => {
                codes.push(format!("{} {code}", country.as_str()));
            }
            _ => {}
        }
    }
    let sites = typed
        .links
        .iter()
        .filter(|link| link.rel == LinkRelation::Website);
    let sites: Vec<String> = sites.filter_map(|link| site(&link.url)).collect();
    let host = |site: &String| site.split(['/', ':']).next().map(str::to_owned);
    let points = typed.places.iter().filter_map(|place| {
        let point = place.point.as_ref().filter(|_| !place.confidential)?;
        Point::new(point.lat, point.lon).ok()
    });
    Traits {
        numbers,
        codes,
        hosts: sites.iter().filter_map(host).collect(),
        points: points.collect(),
        addresses: sites,
    }
}

/// Where a website is, as far as it tells one from another: without scheme, `www.`, query and the slash at its end.
fn site(url: &str) -> Option<String> {
    let rest = url.split_once("://")?.1;
    let rest = rest.split(['?', '#']).next()?.to_lowercase();
    let rest = rest.strip_prefix("www.").unwrap_or(&rest);
    Some(rest.trim_end_matches('/').to_owned())
}

/// The words of a name in all its languages, and how they sound in Latin letters.
fn terms<'t>(texts: impl Iterator<Item = &'t str>) -> HashSet<String> {
    let mut terms = HashSet::new();
    for text in texts {
        let words = wording::words(text);
        let words = words
            .iter()
            .filter(|word| !wording::is_stop_word(&word.text));
        terms.extend(words.map(|word| word.text.to_string()));
        terms.extend(wording::latin_terms(text));
    }
    terms
}

/// Whether half the words of the shorter name are in the other.
fn are_similar(one: &HashSet<String>, other: &HashSet<String>) -> bool {
    let common = one.intersection(other).count();
    common > 0 && 2 * common >= one.len().min(other.len())
}
