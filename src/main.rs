//! The `svcgen` program: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    svcgen::cli::main()
}
