//! Reads NDJSON as it comes, on a thread of its own, and says of each line what it is.
//!
//! Lines are parsed here, beside the database's work on earlier ones. A byte order mark, CRLF and empty lines are taken
//! as they are met; a line that is too long is passed over without being held.

use std::{
    collections::HashMap,
    io::{self, BufRead, BufReader, Read},
};

use serde_json::Value;
use tokio::sync::mpsc;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::{ImportError, parsed};
use crate::{
    domain::{
        clock::Clock,
        fault::{Fault, FaultCode},
    },
    exchange::listing::Listing,
    store::Publication,
};

/// So many lines, or so many bytes of them, are published in one transaction.
pub(super) const BATCH: usize = 500;
const BATCH_BYTES: usize = 4 << 20;

/// A line longer than this many bytes is no listing.
pub const LONGEST_LINE: usize = 1 << 20;

/// NDJSON to read, with a name for reports.
pub struct Input {
    pub name: String,
    pub bytes: Box<dyn Read + Send>,
}

/// A listing and the text it was read from, in the form in which it is kept.
pub(super) struct Parsed {
    pub publication: Publication,
    pub text: String,
}

/// A line that is not empty.
pub(super) struct Line {
    /// Which of the inputs.
    pub file: usize,
    pub line: u64,
    pub read: Result<Box<Parsed>, Vec<Fault>>,
}

pub(super) struct Batch {
    pub lines: Vec<Line>,
    /// Bytes read until its end.
    pub bytes: u64,
}

/// What a whole feed holds.
#[derive(Default)]
pub(super) struct Seen {
    /// By the hash of a source, the hash of the listing that has it; 0 where that is at fault.
    sources: HashMap<u128, u64>,
    pub lines: u64,
    /// Lines of which not even the source could be read.
    pub nameless: u64,
}

impl Seen {
    pub(super) fn holds(&self, name: &str, external_id: &str) -> bool {
        self.sources.contains_key(&hash(name, external_id))
    }
}

fn hash(name: &str, external_id: &str) -> u128 {
    let mut hasher = Xxh3::new();
    hasher.update(name.as_bytes());
    hasher.update(&[0]);
    hasher.update(external_id.as_bytes());
    hasher.digest128()
}

/// Reads all inputs, sends their lines in batches, and says what it saw. Ends early where nobody receives any more.
pub(super) fn read(
    inputs: Vec<Input>,
    source: Option<&str>,
    clock: &dyn Clock,
    batches: &mpsc::Sender<Batch>,
) -> Result<Seen, ImportError> {
    let (mut seen, mut lines, mut size) = (Seen::default(), Vec::new(), 0);
    let mut earlier = 0;
    for (file, Input { name, bytes }) in inputs.into_iter().enumerate() {
        let mut texts = Texts::new(bytes);
        loop {
            let next = texts.next().map_err(|cause| ImportError::Read {
                file: name.clone(),
                cause,
            })?;
            let Some((line, text)) = next else { break };
            seen.lines += 1;
            size += text.as_ref().map_or(0, String::len);
            let read = read_line(text, source, clock, &mut seen);
            lines.push(Line { file, line, read });
            if lines.len() >= BATCH || size >= BATCH_BYTES {
                let batch = Batch {
                    lines: std::mem::take(&mut lines),
                    bytes: earlier + texts.bytes,
                };
                size = 0;
                if batches.blocking_send(batch).is_err() {
                    return Ok(seen);
                }
            }
        }
        earlier += texts.bytes;
    }
    let last = Batch {
        lines,
        bytes: earlier,
    };
    // Whoever no longer receives no longer asks what was seen.
    let _ = batches.blocking_send(last);
    Ok(seen)
}

fn read_line(
    text: Result<String, Fault>,
    source: Option<&str>,
    clock: &dyn Clock,
    seen: &mut Seen,
) -> Result<Box<Parsed>, Vec<Fault>> {
    let value = text
        .map_err(|fault| vec![fault])
        .and_then(|text| Listing::json(&text));
    let mut value = value.inspect_err(|_| seen.nameless += 1)?;
    if let Some(name) = source {
        rename(&mut value, name);
    }
    let sources = sources(&value);
    if sources.is_empty() {
        seen.nameless += 1;
    }
    let publication = Listing::from_value(value).and_then(|body| parsed(body, clock));
    let publication = publication.inspect_err(|_| {
        for source in &sources {
            seen.sources.entry(*source).or_insert(0);
        }
    })?;
    let text = publication.body.to_json();
    // Never 0, which stands for a listing at fault.
    let listing = xxh3_64(text.as_bytes()) | 1;
    let (mut faults, noted) = (Vec::new(), sources.iter().enumerate());
    for (i, source) in noted {
        let holder = seen.sources.entry(*source).or_insert(0);
        if *holder != 0 && *holder != listing {
            let expected = "a source that no other line of this import has";
            let pointer = format!("/sources/{i}");
            faults.push(Fault::new(pointer, FaultCode::Repeated, expected));
        } else {
            *holder = listing;
        }
    }
    if faults.is_empty() {
        Ok(Box::new(Parsed { publication, text }))
    } else {
        Err(faults)
    }
}

fn rename(value: &mut Value, source: &str) {
    let first = value.pointer_mut("/sources/0");
    if let Some(first) = first.and_then(Value::as_object_mut) {
        first.insert("name".to_owned(), source.into());
    }
}

/// The sources of a line that may be at fault elsewhere.
fn sources(value: &Value) -> Vec<u128> {
    let list = value.get("sources").and_then(Value::as_array);
    let named = |source: &Value| {
        let name = source.get("name")?.as_str()?;
        Some(hash(name, source.get("external_id")?.as_str()?))
    };
    list.into_iter().flatten().filter_map(named).collect()
}

/// The lines of an input that are not empty, with their numbers.
struct Texts {
    input: BufReader<Box<dyn Read + Send>>,
    line: u64,
    bytes: u64,
}

impl Texts {
    fn new(input: Box<dyn Read + Send>) -> Self {
        Self {
            input: BufReader::with_capacity(1 << 16, input),
            line: 0,
            bytes: 0,
        }
    }

    fn next(&mut self) -> io::Result<Option<(u64, Result<String, Fault>)>> {
        loop {
            let Some((mut bytes, whole)) = self.raw()? else {
                return Ok(None);
            };
            self.line += 1;
            if self.line == 1 && bytes.starts_with(b"\xef\xbb\xbf") {
                bytes.drain(..3);
            }
            let text = match (whole, String::from_utf8(bytes)) {
                (false, _) => Err(Fault::new(
                    "",
                    FaultCode::TooLong,
                    format!("a line of at most {LONGEST_LINE} bytes"),
                )),
                (true, Err(error)) => Err(Fault::new(
                    "",
                    FaultCode::Malformed,
                    format!(
                        "UTF-8; it breaks off after {} bytes",
                        error.utf8_error().valid_up_to()
                    ),
                )),
                (true, Ok(text)) if text.trim().is_empty() => continue,
                (true, Ok(text)) => Ok(text),
            };
            return Ok(Some((self.line, text)));
        }
    }

    /// The next line without its end, and whether it is all there: of one that is too long nothing is held.
    fn raw(&mut self) -> io::Result<Option<(Vec<u8>, bool)>> {
        let (mut bytes, mut any, mut whole) = (Vec::new(), false, true);
        loop {
            let chunk = match self.input.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if chunk.is_empty() {
                return Ok(any.then_some((bytes, whole)));
            }
            any = true;
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let part = &chunk[..end.unwrap_or(chunk.len())];
            if whole && bytes.len() + part.len() <= LONGEST_LINE {
                bytes.extend_from_slice(part);
            } else {
                whole = false;
                bytes = Vec::new();
            }
            let used = end.map_or(chunk.len(), |end| end + 1);
            self.input.consume(used);
            self.bytes += used as u64;
            if end.is_some() {
                return Ok(Some((bytes, whole)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time, as a slow pipe may.
    struct Dripping(io::Cursor<Vec<u8>>);

    impl Read for Dripping {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let most = into.len().min(1);
            self.0.read(&mut into[..most])
        }
    }

    fn texts(bytes: &[u8]) -> Vec<(u64, Result<String, FaultCode>)> {
        let mut texts = Texts::new(Box::new(Dripping(io::Cursor::new(bytes.to_vec()))));
        let mut all = Vec::new();
        while let Some((line, text)) = texts.next().unwrap() {
            all.push((line, text.map_err(|fault| fault.code)));
        }
        assert_eq!(texts.bytes, bytes.len() as u64);
        all
    }

    #[test]
    fn lines_are_taken_as_they_are_met() {
        let read = texts(b"\xef\xbb\xbf{\"a\":1}\r\n\r\n  \n{\"b\":2}\n\xff\xfe\n{\"c\":3}");
        assert_eq!(
            read,
            [
                (1, Ok("{\"a\":1}\r".to_owned())),
                (4, Ok("{\"b\":2}".to_owned())),
                (5, Err(FaultCode::Malformed)),
                (6, Ok("{\"c\":3}".to_owned())),
            ]
        );
        assert!(texts(b"").is_empty() && texts(b"\n").is_empty());
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over() {
        let mut bytes = vec![b'x'; LONGEST_LINE];
        bytes.extend_from_slice(b"\n");
        bytes.extend(std::iter::repeat_n(b'y', LONGEST_LINE + 1));
        bytes.extend_from_slice(b"\nz");
        let mut texts = Texts::new(Box::new(io::Cursor::new(bytes)));
        let mut next = || texts.next().unwrap();
        assert!(matches!(next(), Some((1, Ok(text))) if text.len() == LONGEST_LINE));
        assert!(matches!(next(), Some((2, Err(fault))) if fault.code == FaultCode::TooLong));
        assert!(matches!(next(), Some((3, Ok(text))) if text == "z"));
        assert!(next().is_none());
    }
}
