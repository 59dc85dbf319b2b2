//! The fields of the embedded index, and a listing's document as it enters them.
//!
//! Terms arrive finished from the text pipeline, so no tokenizer, frequency, position or length is kept here. The
//! fingerprint names everything on which stored terms depend; an index with another one is built afresh.

use tantivy::{
    TantivyDocument, Term,
    schema::{
        BytesOptions, Field, IndexRecordOption, NumericOptions, STORED, Schema, TextFieldIndexing,
        TextOptions, Value,
    },
    tokenizer::{PreTokenizedString, Token},
};
use uuid::Uuid;

use super::super::document::{Document, Section};
use crate::wording;

/// Raised when the fields change, or what goes into them.
const FORM: u32 = 2;

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
    pub(super) sections: Vec<(Section, Both)>,
    /// Slugs of the listing's own topics.
    pub(super) topic: Field,
    /// Slugs of the topics above those.
    pub(super) broader_topic: Field,
    pub(super) payload: Field,
}

/// A section as it is written, and in Latin letters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Both {
    pub(super) written: Field,
    pub(super) latin: Field,
}

/// The fast field with the listing's dense number.
pub(super) const NUMBER: &str = "number";

/// The schema with its fields.
pub(super) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let terms = || {
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_fieldnorms(false)
            .set_index_option(IndexRecordOption::Basic);
        TextOptions::default().set_indexing_options(indexing)
    };
    let id = builder.add_bytes_field("id", BytesOptions::default().set_indexed());
    builder.add_u64_field(NUMBER, NumericOptions::default().set_fast());
    let sections = Section::ALL
        .iter()
        .map(|&section| {
            let written = builder.add_text_field(section.as_str(), terms());
            let latin = builder.add_text_field(section.latin_as_str(), terms());
            (section, Both { written, latin })
        })
        .collect();
    let topic = builder.add_text_field("topic", terms());
    let broader_topic = builder.add_text_field("broader_topic", terms());
    let payload = builder.add_bytes_field("payload", STORED);
    (
        builder.build(),
        Fields {
            id,
            sections,
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
        for (section, field) in &self.sections {
            filled.add_pre_tokenized_text(field.written, pre_tokenized(document.terms(*section)));
            filled.add_pre_tokenized_text(field.latin, pre_tokenized(document.latin(*section)));
        }
        for topic in &document.topics {
            filled.add_text(self.topic, topic.as_str());
        }
        for topic in &document.broader_topics {
            filled.add_text(self.broader_topic, topic.as_str());
        }
        filled.add_bytes(self.payload, &document.payload);
        Ok(filled)
    }

    /// The payload that `fill` stored.
    pub(super) fn payload<'a>(&self, document: &'a TantivyDocument) -> Option<&'a [u8]> {
        document
            .get_first(self.payload)
            .and_then(|value| value.as_bytes())
    }
}

fn pre_tokenized<'a>(terms: impl IntoIterator<Item = &'a String>) -> PreTokenizedString {
    let token = |(position, text): (usize, &'a String)| Token {
        text: text.clone(),
        position,
        ..Token::default()
    };
    PreTokenizedString {
        text: String::new(),
        tokens: terms.into_iter().enumerate().map(token).collect(),
    }
}
