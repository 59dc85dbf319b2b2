//! A fault of an input: where it is, of which kind, and what was expected. The rejected value is deliberately absent.

enumeration! {
    /// What is wrong with a value, stable for programs.
    FaultCode {
        /// A required value is absent.
        Required = "required",
        /// The value has another type or form than expected.
        Malformed = "malformed",
        /// The name is not one that exists here.
        Unknown = "unknown",
        /// The value is outside its bounds.
        OutOfRange = "out_of_range",
        /// The text or list is too long.
        TooLong = "too_long",
        /// The value contradicts another value of the same input.
        Contradiction = "contradiction",
        /// The value names something that does not exist.
        NotFound = "not_found",
        /// The value is taken by another listing.
        Taken = "taken",
        /// A single-valued parameter was given more than once, or a value twice.
        Repeated = "repeated",
    }
}

/// One fault. `pointer` is a JSON Pointer (RFC 6901) into a body, or the name of a query parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub pointer: String,
    pub code: FaultCode,
    pub expected: String,
}

impl Fault {
    /// A fault at `pointer`.
    pub fn new(pointer: impl Into<String>, code: FaultCode, expected: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            code,
            expected: expected.into(),
        }
    }
}

/// Collects faults while an input is read, under a pointer that grows with the depth.
#[derive(Debug, Default)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// Notes a fault.
    pub fn add(
        &mut self,
        pointer: impl Into<String>,
        code: FaultCode,
        expected: impl Into<String>,
    ) {
        self.0.push(Fault::new(pointer, code, expected));
    }

    /// `value`, or a fault of code `required` where it is absent.
    pub fn require<T>(&mut self, pointer: &str, value: Option<T>, expected: &str) -> Option<T> {
        if value.is_none() {
            self.add(pointer, FaultCode::Required, expected);
        }
        value
    }

    /// The value of `result`, or its error noted as a fault.
    pub fn keep<T, E: std::fmt::Display>(
        &mut self,
        pointer: &str,
        result: Result<T, E>,
    ) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.add(pointer, FaultCode::Malformed, error.to_string());
                None
            }
        }
    }

    /// Whether nothing was noted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
