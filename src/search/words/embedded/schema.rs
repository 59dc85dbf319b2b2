//! The fields of the embedded index, and a listing's document as it enters them.
//!
//! Terms arrive finished from the text pipeline, so no position or length is kept here, and a term's frequency is
//! another thing than elsewhere: the sections where it stands. The fingerprint names everything on which stored terms depend; an index with another one is built afresh.

use std::sync::Arc;

use tantivy::{
    TantivyDocument, Term,
    schema::{
        BytesOptions, Field, IndexRecordOption, NumericOptions, STORED, Schema, TextFieldIndexing,
        TextOptions,
    },
    tokenizer::TokenizerManager,
};
use uuid::Uuid;

use super::{
    super::document::{Document, Section},
    cells::{Mask, bit},
    tokens::{COUNTED, Counted, written},
};
use crate::wording;

/// Raised when the fields change, or what goes into them.
const FORM: u32 = 3;

/// What stored terms depend on: the form of the index, the text pipeline, the engine.
pub(super) fn fingerprint() -> String {
    format!(
        "form {FORM}, wording {}, {}",
        wording::VERSION,
        tantivy::version_string()
    )
}

/// Every field by its name.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    pub(super) id: Field,
    /// Terms of all sections.
    pub(super) written: Field,
    /// How Bengali and Chinese ones are typed in Latin letters.
    pub(super) latin: Field,
    /// Slugs of the listing's own topics.
    pub(super) topic: Field,
    /// Slugs of the topics above those.
    pub(super) broader_topic: Field,
    pub(super) payload: Field,
}

/// The fast field with the listing's dense number.
pub(super) const NUMBER: &str = "number";

/// The schema with its fields.
pub(super) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let terms = |tokenizer, kept| {
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(tokenizer)
            .set_fieldnorms(false)
            .set_index_option(kept);
        TextOptions::default().set_indexing_options(indexing)
    };
    let counted = || terms(COUNTED, IndexRecordOption::WithFreqs);
    let slugs = || terms("raw", IndexRecordOption::Basic);
    let id = builder.add_bytes_field("id", BytesOptions::default().set_indexed());
    builder.add_u64_field(NUMBER, NumericOptions::default().set_fast());
    let written = builder.add_text_field("written", counted());
    let latin = builder.add_text_field("latin", counted());
    let topic = builder.add_text_field("topic", slugs());
    let broader_topic = builder.add_text_field("broader_topic", slugs());
    let payload = builder.add_bytes_field("payload", STORED);
    (
        builder.build(),
        Fields {
            id,
            written,
            latin,
            topic,
            broader_topic,
            payload,
        },
    )
}

impl Fields {
    /// The term by which a listing is deleted.
    pub(super) fn id_term(&self, id: Uuid) -> Term {
        Term::from_field_bytes(self.id, id.as_bytes())
    }

    /// The document in the engine's form.
    pub(super) fn fill(
        &self,
        schema: &Schema,
        document: &Document,
    ) -> tantivy::Result<TantivyDocument> {
        let mut filled = TantivyDocument::new();
        filled.add_bytes(self.id, document.id.as_bytes());
        filled.add_u64(schema.get_field(NUMBER)?, u64::from(document.number));
        filled.add_text(self.written, text_of(|section| document.terms(section)));
        filled.add_text(self.latin, text_of(|section| document.latin(section)));
        for topic in &document.topics {
            filled.add_text(self.topic, topic.as_str());
        }
        for topic in &document.broader_topics {
            filled.add_text(self.broader_topic, topic.as_str());
        }
        filled.add_bytes(self.payload, &document.payload);
        Ok(filled)
    }
}

/// The terms of all sections as one text.
fn text_of<'d>(terms: impl Fn(Section) -> &'d [Arc<str>]) -> String {
    let mut sections: Vec<(&str, Mask)> = Vec::new();
    for section in Section::ALL {
        sections.extend(terms(section).iter().map(|term| (&**term, bit(section))));
    }
    // Stable, because that one is quick with what is in order by pieces.
    sections.sort_by_key(|(term, _)| *term);
    sections.dedup_by(|one, kept| {
        let same = one.0 == kept.0;
        if same {
            kept.1 |= one.1;
        }
        same
    });
    written(&sections)
}

/// What cuts the texts of a document into terms.
pub(super) fn tokenizers() -> TokenizerManager {
    let tokenizers = TokenizerManager::default();
    tokenizers.register(COUNTED, Counted);
    tokenizers
}
