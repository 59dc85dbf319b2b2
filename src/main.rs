//! The program: reads its arguments, does what they say, and tells the shell how it went.

fn main() -> std::process::ExitCode {
    haven::cli::main()
}
