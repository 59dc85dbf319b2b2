//! Pure types and rules of the directory: no input or output, no untyped JSON.
