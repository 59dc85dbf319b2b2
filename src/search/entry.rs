//! One published listing on its way into the indexes, and the form in which the embedded index keeps it on disk.
//!
//! The payload holds the published document as it is, so that a start without Postgres rebuilds the catalogue from it;
//! reading it back needs the decoder of the wire format, which lives in a module that search may not name.

use std::{borrow::Cow, sync::Arc};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::{listing::Listing, slug::Slug, text::LocalisedText};

/// Reads a published document in the listing wire format.
pub type Decoder = Arc<dyn Fn(&str) -> Result<Listing, String> + Send + Sync>;

/// Who provides a listing, as its hits name it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrganisationName {
    pub id: Uuid,
    pub slug: Slug,
    pub name: LocalisedText,
}

/// A published, redacted listing with its identity and the name of its organisation.
#[derive(Clone, Debug)]
pub struct Entry {
    pub id: Uuid,
    /// The listing's dense number in this database.
    pub number: u32,
    pub version: i64,
    pub listing: Listing,
    /// The published document from which `listing` was read.
    pub document: Arc<str>,
    pub organisation: Option<OrganisationName>,
    /// Of an organisation: the slugs that it had, with the slugs and ids of what was merged into it.
    pub former_names: Vec<Box<str>>,
}

/// A payload that this program cannot read.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    #[error("the payload is of another format")]
    Format,
    #[error("the payload is damaged")]
    Damaged,
    #[error("the document is not a listing: {0}")]
    Document(String),
}

/// First byte of every payload; raised when the form changes, so that an old index is rebuilt. After it come the length
/// of the head in four bytes, the head, and the document as it is.
const FORMAT: u8 = 3;

/// Everything but the document.
#[derive(Serialize, Deserialize)]
struct Head<'a> {
    id: Uuid,
    number: u32,
    version: i64,
    organisation: Option<Cow<'a, OrganisationName>>,
    former_names: Cow<'a, [Box<str>]>,
}

impl Entry {
    /// The entry as the embedded index stores it.
    #[must_use]
    pub fn payload(&self) -> Vec<u8> {
        let head = Head {
            id: self.id,
            number: self.number,
            version: self.version,
            organisation: self.organisation.as_ref().map(Cow::Borrowed),
            former_names: Cow::Borrowed(&self.former_names),
        };
        // Writing plain data into memory cannot fail; an empty head would be refused by `from_payload`.
        let head = serde_json::to_vec(&head).unwrap_or_default();
        let length = u32::try_from(head.len()).unwrap_or(0);
        let mut bytes = Vec::with_capacity(5 + head.len() + self.document.len());
        bytes.push(FORMAT);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&head);
        bytes.extend_from_slice(self.document.as_bytes());
        bytes
    }

    /// Reads what `payload` wrote.
    pub fn from_payload(bytes: &[u8], decode: &Decoder) -> Result<Self, EntryError> {
        let Some((&FORMAT, rest)) = bytes.split_first() else {
            return Err(EntryError::Format);
        };
        let (length, rest) = rest.split_first_chunk().ok_or(EntryError::Damaged)?;
        let length = u32::from_le_bytes(*length) as usize;
        let (head, document) = rest.split_at_checked(length).ok_or(EntryError::Damaged)?;
        let head: Head<'_> = serde_json::from_slice(head).map_err(|_| EntryError::Damaged)?;
        let document = str::from_utf8(document).map_err(|_| EntryError::Damaged)?;
        let listing = decode(document).map_err(EntryError::Document)?;
        Ok(Self {
            id: head.id,
            number: head.number,
            version: head.version,
            listing,
            document: document.into(),
            organisation: head.organisation.map(Cow::into_owned),
            former_names: head.former_names.into_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::sample;

    #[test]
    fn a_payload_reads_back() {
        let mut entry = sample::entry(3, Vec::new());
        entry.document = "{\"name\":\"ক \\\" 心\"}".into();
        entry.organisation = Some(sample::organisation(1));
        entry.former_names = vec!["old-name".into()];
        let listing = entry.listing.clone();
        let decode: Decoder = Arc::new(move |_| Ok(listing.clone()));
        let read = Entry::from_payload(&entry.payload(), &decode).unwrap();
        assert_eq!(format!("{read:?}"), format!("{entry:?}"));
    }

    #[test]
    fn another_format_is_refused() {
        let entry = sample::entry(3, Vec::new());
        let mut payload = entry.payload();
        let decode = sample::no_decoder();
        assert!(matches!(
            Entry::from_payload(&payload, &decode),
            Err(EntryError::Document(_))
        ));
        payload.truncate(9);
        assert!(matches!(
            Entry::from_payload(&payload, &decode),
            Err(EntryError::Damaged)
        ));
        payload[0] = 0;
        assert!(matches!(
            Entry::from_payload(&payload, &decode),
            Err(EntryError::Format)
        ));
    }
}
