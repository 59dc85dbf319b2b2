//! One macro for every closed set of words, so that code, OpenAPI document and database checks name the same values.
//!
//! An enumeration has `ALL` (in the order of the source), `as_str`, `parse` and `expected` (what a reader may write).

/// Declares an enumeration whose values are written as the given strings everywhere.
macro_rules! enumeration {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// Every value, in the order in which it is documented.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The value as it is written in JSON, URLs and the database.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }

            /// Reads a value as `as_str` writes it.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some($name::$variant),)+ _ => None }
            }

            /// What may be written, for a problem's `expected`.
            #[must_use]
            pub fn expected() -> String {
                let names: Vec<&str> = Self::ALL.iter().map(|value| value.as_str()).collect();
                format!("one of {}", names.join(", "))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::domain::Enumeration for $name {
            const NAME: &'static str = stringify!($name);

            fn all() -> &'static [Self] {
                Self::ALL
            }

            fn text(self) -> &'static str {
                self.as_str()
            }

            fn read(text: &str) -> Option<Self> {
                Self::parse(text)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| serde::de::Error::custom(Self::expected()))
            }
        }
    };
}

/// What every enumeration of the domain can do; lets documents and checks be written once for all of them.
pub trait Enumeration: Copy + Sized + 'static {
    /// The type's name, for schemas.
    const NAME: &'static str;
    /// Every value.
    fn all() -> &'static [Self];
    /// The value as written.
    fn text(self) -> &'static str;
    /// Reads a value as written.
    fn read(text: &str) -> Option<Self>;
}
