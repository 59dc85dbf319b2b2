//! The grammar of one filter: a comma list is any of its values, one with a minus before each value is none of them; a
//! parameter that may be repeated holds conditions that all apply.

use std::marker::PhantomData;

use serde::{Deserialize, Deserializer, de::Error};
use utoipa::{
    __dev::ComposeSchema,
    openapi::{
        RefOr,
        schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type},
    },
};

use crate::{
    app::find::{Facet, TermFilter},
    domain::{Enumeration, area::AreaCode, country::Country, language::Language, slug::Slug},
};

/// Most values in one comma list.
const MOST: usize = 50;

/// Longest comma list, in characters.
const LONGEST: usize = 2_000;

/// What a filter takes.
pub(super) trait Value {
    /// The value as the indexes know it.
    fn read(text: &str) -> Result<Box<str>, String>;
    /// A regular expression for one value.
    fn pattern() -> String;
    /// What may be written.
    fn example() -> &'static str;
}

impl<E: Enumeration> Value for E {
    fn read(text: &str) -> Result<Box<str>, String> {
        match E::read(text) {
            Some(value) => Ok(value.text().into()),
            None => Err(format!("one of {}", names::<E>(", "))),
        }
    }

    fn pattern() -> String {
        format!("({})", names::<E>("|"))
    }

    fn example() -> &'static str {
        E::all().first().map_or("", |value| value.text())
    }
}

fn names<E: Enumeration>(separator: &str) -> String {
    E::all()
        .iter()
        .map(|value| value.text())
        .collect::<Vec<_>>()
        .join(separator)
}

macro_rules! text_values {
    ($($name:ident $pattern:literal $example:literal;)+) => {$(
        impl Value for $name {
            fn read(text: &str) -> Result<Box<str>, String> {
                $name::parse(text).map(|value| value.as_str().into()).map_err(|error| error.to_string())
            }

            fn pattern() -> String {
                $pattern.to_owned()
            }

            fn example() -> &'static str {
                $example
            }
        }
    )+};
}

text_values! {
    Country "[A-Za-z]{2}" "BD";
    Language "[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?" "bn";
}

/// One that is too short or too long to be a slug of ours is a slug that nothing has: no pattern says both how one is
/// made up and how long it may be.
impl Value for Slug {
    fn read(text: &str) -> Result<Box<str>, String> {
        let word = |word: &str| {
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            !word.is_empty() && word.bytes().all(plain)
        };
        match text.split('-').all(word) {
            true => Ok(text.into()),
            false => Err("lower-case letters a-z, digits and single hyphens, not at an end".into()),
        }
    }

    fn pattern() -> String {
        "[a-z0-9]+(-[a-z0-9]+)*".to_owned()
    }

    fn example() -> &'static str {
        "depression"
    }
}

/// An organisation by its slug.
#[derive(Debug, utoipa::ToSchema)]
pub(super) struct OfProvider;

impl Value for OfProvider {
    fn read(text: &str) -> Result<Box<str>, String> {
        <Slug as Value>::read(text)
    }

    fn pattern() -> String {
        <Slug as Value>::pattern()
    }

    fn example() -> &'static str {
        "samaritans"
    }
}

/// An area by its code, or by a name in any language. As with slugs, one that is too long is what nothing is called.
#[derive(Debug, utoipa::ToSchema)]
pub(super) struct OfArea;

impl Value for OfArea {
    fn read(text: &str) -> Result<Box<str>, String> {
        match AreaCode::parse(text) {
            Ok(code) => Ok(code.as_str().into()),
            Err(_) if may_be_name(text) => Ok(text.into()),
            Err(_) => {
                Err("an area code of /v1/areas such as bd-dhaka, or the name of an area".to_owned())
            }
        }
    }

    fn pattern() -> String {
        // Without a bound for names: counted repetitions inside a list are too much for validators.
        r"([a-z0-9.][a-z0-9.-]{1,59}|[^,\p{L}-]*\p{L}[^,]*)".to_owned()
    }

    fn example() -> &'static str {
        "bd-dhaka"
    }
}

/// Whether the text has letters, and no minus before them, which stands for the whole list there.
fn may_be_name(text: &str) -> bool {
    let before = text.split(char::is_alphabetic).next();
    before.is_some_and(|before| before.len() < text.len() && !before.contains('-'))
}

/// One condition: any of the values, or none of them.
#[derive(Debug)]
pub(super) struct Terms<V> {
    none_of: bool,
    values: Vec<Box<str>>,
    of: PhantomData<V>,
}

impl<'de, V: Value> Deserialize<'de> for Terms<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.chars().count() > LONGEST {
            return Err(D::Error::custom(format!("at most {LONGEST} characters")));
        }
        let none_of = text.starts_with('-');
        let mut values = Vec::new();
        for term in text.split(',') {
            let value = match (none_of, term.strip_prefix('-')) {
                (true, Some(value)) => value,
                (false, None) => term,
                _ => {
                    return Err(D::Error::custom(
                        "either a minus before every value, or before none",
                    ));
                }
            };
            values.push(V::read(value).map_err(D::Error::custom)?);
        }
        if values.len() > MOST {
            return Err(D::Error::custom(format!("at most {MOST} values")));
        }
        Ok(Self {
            none_of,
            values,
            of: PhantomData,
        })
    }
}

impl<V> Terms<V> {
    /// Whether the condition holds of a value.
    pub(super) fn holds_of(&self, value: &str) -> bool {
        self.none_of != self.values.iter().any(|named| **named == *value)
    }
}

/// Conditions that all apply.
#[derive(Debug)]
pub(super) struct All<V>(Vec<Terms<V>>);

/// Most conditions on one facet.
const MOST_CONDITIONS: usize = 10;

impl<V> Default for All<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, V: Value> Deserialize<'de> for All<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let terms = Vec::deserialize(deserializer)?;
        let fits = terms.len() <= MOST_CONDITIONS;
        if fits {
            Ok(Self(terms))
        } else {
            Err(D::Error::custom(format!(
                "at most {MOST_CONDITIONS} conditions"
            )))
        }
    }
}

impl<V: Value> ComposeSchema for Terms<V> {
    fn compose(_: Vec<RefOr<Schema>>) -> RefOr<Schema> {
        let (one, more) = (V::pattern(), MOST - 1);
        let schema = ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .pattern(Some(format!(
                "^({one}(,{one}){{0,{more}}}|-{one}(,-{one}){{0,{more}}})$"
            )))
            .min_length(Some(1))
            .max_length(Some(LONGEST))
            .examples([V::example()]);
        RefOr::T(Schema::Object(schema.build()))
    }
}

impl<V: Value> ComposeSchema for All<V> {
    fn compose(_: Vec<RefOr<Schema>>) -> RefOr<Schema> {
        let all = ArrayBuilder::new()
            .items(Terms::<V>::compose(Vec::new()))
            .max_items(Some(MOST_CONDITIONS));
        RefOr::T(Schema::Array(all.build()))
    }
}

/// Conditions on one facet.
pub(super) trait Conditions {
    /// As the use cases take them.
    fn on(&self, facet: Facet) -> Vec<TermFilter>;
}

impl<V> Conditions for All<V> {
    fn on(&self, facet: Facet) -> Vec<TermFilter> {
        let condition = |terms: &Terms<V>| TermFilter {
            facet,
            none_of: terms.none_of,
            values: terms.values.clone(),
        };
        self.0.iter().map(condition).collect()
    }
}

impl<V> Conditions for Option<Terms<V>> {
    fn on(&self, facet: Facet) -> Vec<TermFilter> {
        let condition = |terms: &Terms<V>| TermFilter {
            facet,
            none_of: terms.none_of,
            values: terms.values.clone(),
        };
        self.iter().map(condition).collect()
    }
}

impl Conditions for Option<bool> {
    fn on(&self, facet: Facet) -> Vec<TermFilter> {
        self.iter()
            .map(|truth| TermFilter::any_of(facet, [if *truth { "true" } else { "false" }]))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::offer::Delivery;

    fn terms<V: Value>(text: &str) -> Result<(bool, Vec<String>), String> {
        let read = serde_json::from_value::<Terms<V>>(json!(text));
        read.map(|terms| {
            (
                terms.none_of,
                terms.values.iter().map(ToString::to_string).collect(),
            )
        })
        .map_err(|error| error.to_string())
    }

    #[test]
    fn any_of_or_none_of_but_not_mixed() {
        assert_eq!(
            terms::<Delivery>("online,phone"),
            Ok((false, vec!["online".into(), "phone".into()]))
        );
        assert_eq!(
            terms::<Delivery>("-online,-phone"),
            Ok((true, vec!["online".into(), "phone".into()]))
        );
        assert!(
            terms::<Delivery>("online,-phone")
                .unwrap_err()
                .contains("minus before every value")
        );
        assert!(terms::<Delivery>("-online,phone").is_err());
        assert!(
            terms::<Delivery>("online,")
                .unwrap_err()
                .contains("in_person, online, hybrid, phone")
        );
        assert_eq!(terms::<Country>("bd"), Ok((false, vec!["BD".into()])));
        let long = format!("ঢাকা{}", "া".repeat(200));
        assert_eq!(
            terms::<OfArea>(&format!("-bd-dhaka,-{long}")),
            Ok((true, vec!["bd-dhaka".into(), long]))
        );
        for wrong in ["-", "১২", "১-ঢাকা", "bd-dhaka,,"] {
            assert!(terms::<OfArea>(wrong).is_err(), "{wrong}");
        }
        assert!(
            terms::<Slug>("").is_err()
                && terms::<Slug>("-").is_err()
                && terms::<Slug>("--a").is_err()
        );
        assert!(
            terms::<Slug>(&vec!["aa"; 51].join(","))
                .unwrap_err()
                .contains("at most 50")
        );
    }
}
