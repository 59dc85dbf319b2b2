//! Reads parameters into typed shapes and names every fault at once, whether they came in a query or as a JSON object.
//!
//! The names, and which of them may be repeated, are those of the OpenAPI document (`IntoParams`), so that document and
//! reader cannot disagree. Unknown names are refused: a misspelt filter must not be silently ignored.

use std::{any::TypeId, borrow::Cow, cell::RefCell, collections::HashMap, rc::Rc};

use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;
use url::form_urlencoded;
use utoipa::{
    IntoParams,
    openapi::{
        RefOr,
        path::{Parameter, ParameterIn},
        schema::{Schema, SchemaType, Type},
    },
};
use validator::{Validate, ValidationErrors, ValidationErrorsKind};
use xxhash_rust::xxh3::Xxh3;

use crate::domain::fault::{Fault, FaultCode, Faults};

/// After so many faults nobody reads on.
const MOST_FAULTS: usize = 50;

/// Parameters that change how an answer looks, not what the question is; a cursor outlives their change.
const NOT_THE_QUESTION: [&str; 3] = ["cursor", "limit", "lang"];

/// One value as it was given; `at` is the parameter's name or a JSON Pointer.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    pub name: String,
    pub at: String,
    pub text: String,
}

/// Parameters that belong together, read by serde and checked by `validator`.
pub trait Part: DeserializeOwned + IntoParams + Validate + 'static {}

/// One part, or several whose parameters stand side by side.
pub trait Parts: Sized + 'static {
    /// Every parameter as the document has it.
    fn parameters() -> Vec<Parameter>;

    /// Reads all parts from values whose names are known, noting faults.
    fn read(given: &[Given], faults: &mut Faults) -> Option<Self>;
}

impl<P: Part> Parts for P {
    fn parameters() -> Vec<Parameter> {
        P::into_params(|| Some(ParameterIn::Query))
    }

    fn read(given: &[Given], faults: &mut Faults) -> Option<Self> {
        let known = known::<P>();
        let own = given
            .iter()
            .filter(|given| known.contains_key(&given.name))
            .cloned()
            .collect();
        let before = faults.0.len();
        let part: P = deserialize(own, faults)?;
        if let Err(errors) = part.validate() {
            // Where a value was taken out, rules over several parameters would blame the others.
            note(&errors, given, faults.0.len() == before, faults);
        }
        (faults.0.len() == before).then_some(part)
    }
}

macro_rules! parts {
    ($($part:ident)+) => {
        impl<$($part: Parts),+> Parts for ($($part,)+) {
            fn parameters() -> Vec<Parameter> {
                [$($part::parameters()),+].concat()
            }

            fn read(given: &[Given], faults: &mut Faults) -> Option<Self> {
                // Each part is read before any is missed, so that all faults are named.
                let parts = ($($part::read(given, faults),)+);
                #[allow(non_snake_case)]
                let ($($part,)+) = parts;
                Some(($($part?,)+))
            }
        }
    };
}

parts!(A B);
parts!(A B C);
parts!(A B C D);
parts!(A B C D E);
parts!(A B C D E F);
parts!(A B C D E F G);

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Takes {
    /// It may be repeated; in JSON it is a list.
    pub many: bool,
    /// The type of one value.
    pub of: Scalar,
}

/// The type of a value in JSON.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    Text,
    Number,
    Boolean,
}

type Known = Rc<HashMap<String, Takes>>;

thread_local! {
    static KNOWN: RefCell<HashMap<TypeId, Known>> = RefCell::default();
}

/// The parameters of `P` by name; the document's form is taken apart once a thread.
pub fn known<P: Parts>() -> Known {
    let found = KNOWN.with_borrow(|all| all.get(&TypeId::of::<P>()).cloned());
    found.unwrap_or_else(|| {
        let known: Known = Rc::new(
            P::parameters()
                .into_iter()
                .map(|p| (p.name, takes(p.schema.as_ref())))
                .collect(),
        );
        KNOWN.with_borrow_mut(|all| all.insert(TypeId::of::<P>(), known.clone()));
        known
    })
}

fn takes(schema: Option<&RefOr<Schema>>) -> Takes {
    let one = |of| Takes { many: false, of };
    match schema {
        Some(RefOr::T(Schema::Array(_))) => Takes {
            many: true,
            of: Scalar::Text,
        },
        Some(RefOr::T(Schema::Object(object))) => {
            let is = |kind: Type| match &object.schema_type {
                SchemaType::Type(own) => *own == kind,
                SchemaType::Array(own) => own.contains(&kind),
                SchemaType::AnyValue => false,
            };
            if is(Type::Array) {
                Takes {
                    many: true,
                    of: Scalar::Text,
                }
            } else if is(Type::Integer) || is(Type::Number) {
                one(Scalar::Number)
            } else if is(Type::Boolean) {
                one(Scalar::Boolean)
            } else {
                one(Scalar::Text)
            }
        }
        _ => one(Scalar::Text),
    }
}

/// Reads `given` as `P`, or says all that is wrong with it.
pub fn read<P: Parts>(given: Vec<Given>) -> Result<P, Vec<Fault>> {
    let known = known::<P>();
    let mut faults = Faults::default();
    let mut sound: Vec<Given> = Vec::with_capacity(given.len());
    for one in given {
        match known.get(&one.name) {
            None => {
                let mut names: Vec<&str> = known.keys().map(String::as_str).collect();
                names.sort_unstable();
                faults.add(
                    one.at,
                    FaultCode::Unknown,
                    format!("no such parameter; known here: {}", names.join(", ")),
                );
            }
            Some(takes) if !takes.many && sound.iter().any(|other| other.name == one.name) => {
                faults.add(one.at, FaultCode::Repeated, "one value");
            }
            Some(_) => sound.push(one),
        }
    }
    let read = P::read(&sound, &mut faults);
    faults.0.truncate(MOST_FAULTS);
    match read {
        Some(read) if faults.is_empty() => Ok(read),
        _ => Err(faults.0),
    }
}

/// A fingerprint of the question that `given` asks, whatever the order of its parameters.
#[must_use]
pub fn fingerprint(given: &[Given]) -> u64 {
    let mut pairs: Vec<(&str, &str)> = given
        .iter()
        .map(|given| (given.name.as_str(), given.text.as_str()))
        .collect();
    pairs.retain(|(name, _)| !NOT_THE_QUESTION.contains(name));
    pairs.sort_unstable();
    let mut hash = Xxh3::new();
    for text in pairs.into_iter().flat_map(|(name, text)| [name, text]) {
        hash.update(&text.len().to_le_bytes());
        hash.update(text.as_bytes());
    }
    hash.digest()
}

/// serde stops at the first fault: the value at fault is taken out and the rest is read again, so that what comes back
/// beside noted faults is the rest alone.
fn deserialize<P: DeserializeOwned>(mut given: Vec<Given>, faults: &mut Faults) -> Option<P> {
    loop {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        pairs.extend_pairs(given.iter().map(|given| (&given.name, &given.text)));
        let pairs = pairs.finish();
        let parser = serde_html_form::Deserializer::from_bytes(pairs.as_bytes());
        let error = match serde_path_to_error::deserialize::<_, P>(parser) {
            Ok(part) => return Some(part),
            Err(error) => error,
        };
        let reason = error.inner().to_string();
        let Some(at) = position(error.path(), &given) else {
            missing(&reason, faults);
            return None;
        };
        faults.add(given.remove(at).at, FaultCode::Malformed, expected(&reason));
        if faults.0.len() >= MOST_FAULTS {
            return None;
        }
    }
}

/// Which of the values the path speaks of.
fn position(path: &serde_path_to_error::Path, given: &[Given]) -> Option<usize> {
    let mut segments = path.iter();
    let Some(Segment::Map { key }) = segments.next() else {
        return None;
    };
    let index = match segments.next() {
        Some(Segment::Seq { index }) => *index,
        _ => 0,
    };
    let mut of_name = given
        .iter()
        .enumerate()
        .filter(|(_, given)| given.name == *key);
    of_name.nth(index).map(|(at, _)| at)
}

fn missing(reason: &str, faults: &mut Faults) {
    let name = reason
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next());
    let name = name.unwrap_or_default();
    // What was there and taken out is not missing.
    let of_it = |fault: &Fault| fault.pointer.strip_prefix('/').unwrap_or(&fault.pointer) == name;
    if !faults.0.iter().any(of_it) {
        faults.add(name, FaultCode::Required, "a value");
    }
}

/// What serde expected; what it found is left out, because that was sent. Messages of our own types say nothing else.
fn expected(reason: &str) -> String {
    if let Some((_, expected)) = reason.split_once(", expected ") {
        return expected.to_owned();
    }
    let plain = match reason {
        "invalid float literal" | "cannot parse float from empty string" => "a number",
        "provided string was not `true` or `false`" => "true or false",
        _ if reason.starts_with("invalid digit found")
            || reason.starts_with("number too ")
            || reason.starts_with("cannot parse integer") =>
        {
            "a whole number within its bounds"
        }
        own => own,
    };
    plain.to_owned()
}

/// What `validator` found. A rule over several parameters names one of them, and is judged only where all are sound.
fn note(errors: &ValidationErrors, given: &[Given], whole: bool, faults: &mut Faults) {
    for (field, kind) in errors.errors() {
        let ValidationErrorsKind::Field(found) = kind else {
            continue;
        };
        for error in found {
            let (name, code) = match error.params.get("parameter").and_then(|name| name.as_str()) {
                Some(_) if !whole => continue,
                Some(name) => (name, FaultCode::Contradiction),
                None if error.code == "length" => (field.as_ref(), FaultCode::TooLong),
                None => (field.as_ref(), FaultCode::OutOfRange),
            };
            let at = given
                .iter()
                .find(|given| given.name == name)
                .map_or(name, |given| given.at.as_str());
            let expected = error
                .message
                .clone()
                .unwrap_or(Cow::Borrowed("another value"));
            faults.add(at, code, expected);
        }
    }
}

/// Text without percent escapes and with `+` left alone; nothing where an escape is broken, or the text is not UTF-8 or
/// holds a NUL.
#[must_use]
pub fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let byte = match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                let (high, low) = (digit()?, digit()?);
                u8::try_from(high * 16 + low).ok()?
            }
            byte => byte,
        };
        if byte == 0 {
            return None;
        }
        bytes.push(byte);
    }
    String::from_utf8(bytes).ok()
}
