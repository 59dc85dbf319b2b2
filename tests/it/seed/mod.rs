//! The seed data: pure files, held to what the code and the directory demand of them.
