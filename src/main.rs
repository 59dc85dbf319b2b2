//! The program: reads its arguments, does what they say, and tells the shell how it went.

/// Answers are many small strings: with the system's allocator a fifth of a search's time goes into them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    // Memory that is handed out in pages of 2 MiB is hardly ever whole again, and stays resident: half as much more.
    // Where the system has no such pages, nothing is to be done.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    haven::cli::main()
}
