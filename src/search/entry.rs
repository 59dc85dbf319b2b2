//! One published listing on its way into the indexes, and the form in which the embedded index keeps it on disk.
//!
//! The payload holds the published document as it is, so that a start without Postgres rebuilds the catalogue from it;
//! reading it back needs the decoder of the wire format, which lives in a module that search may not name.

use std::sync::Arc;

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
}

/// A payload that this program cannot read.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    #[error("the payload is of another format")]
    Format,
    #[error("the payload is damaged")]
    Damaged(#[from] serde_json::Error),
    #[error("the document is not a listing: {0}")]
    Document(String),
}

/// First byte of every payload; raised when the form changes, so that an old index is rebuilt.
const FORMAT: u8 = 1;

#[derive(Serialize, Deserialize)]
struct Payload<'a> {
    id: Uuid,
    number: u32,
    version: i64,
    #[serde(borrow)]
    document: std::borrow::Cow<'a, str>,
    organisation: Option<OrganisationName>,
}

impl Entry {
    /// The entry as the embedded index stores it.
    #[must_use]
    pub fn payload(&self) -> Vec<u8> {
        let payload = Payload {
            id: self.id,
            number: self.number,
            version: self.version,
            document: self.document.as_ref().into(),
            organisation: self.organisation.clone(),
        };
        let mut bytes = vec![FORMAT];
        // Writing plain data into memory cannot fail; an empty body would be refused by `from_payload`.
        let _ = serde_json::to_writer(&mut bytes, &payload);
        bytes
    }

    /// Reads what `payload` wrote.
    pub fn from_payload(bytes: &[u8], decode: &Decoder) -> Result<Self, EntryError> {
        let Some((&FORMAT, body)) = bytes.split_first() else {
            return Err(EntryError::Format);
        };
        let payload: Payload<'_> = serde_json::from_slice(body)?;
        let listing = decode(&payload.document).map_err(EntryError::Document)?;
        Ok(Self {
            id: payload.id,
            number: payload.number,
            version: payload.version,
            listing,
            document: payload.document.as_ref().into(),
            organisation: payload.organisation,
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
            Err(EntryError::Damaged(_))
        ));
        payload[0] = 0;
        assert!(matches!(
            Entry::from_payload(&payload, &decode),
            Err(EntryError::Format)
        ));
    }
}
