//! The listings of one segment that have a topic, by its slug.

use std::io;

use tantivy::{
    DocId, DocSet, SegmentReader, TERMINATED, Term,
    schema::{Field, IndexRecordOption},
};

pub(super) fn each_with_topic(
    segment: &SegmentReader,
    field: Field,
    slug: &str,
    note: &mut dyn FnMut(DocId),
) -> io::Result<()> {
    let index = segment.inverted_index(field).map_err(io::Error::other)?;
    let term = Term::from_field_text(field, slug);
    if let Some(mut postings) = index.read_postings(&term, IndexRecordOption::Basic)? {
        while postings.doc() != TERMINATED {
            note(postings.doc());
            postings.advance();
        }
    }
    Ok(())
}
