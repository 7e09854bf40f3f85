//! Writes the contract's TypeScript twin into the folder named on the command line.

use std::{fs, path::PathBuf, process::ExitCode};

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("contract: name the folder to write to");
        return ExitCode::from(2);
    };
    for (name, text) in satchel_app::typescript::files() {
        if let Err(error) = fs::write(folder.join(name), text) {
            eprintln!("contract: {name} cannot be written: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
