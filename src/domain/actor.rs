//! Who does something.

enumeration! {
    /// Who writes. People with accounts come with the registration of services.
    Actor {
        /// Whoever runs this directory, from its command line.
        Operator = "operator",
        /// The directory itself, on a timer.
        Upkeep = "upkeep",
    }
}
