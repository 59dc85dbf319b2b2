//! The program: reads its arguments, does what they say, and tells the shell how it went.

/// Answers are many small strings: with the system's allocator a fifth of a search's time goes into them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    haven::cli::main()
}
