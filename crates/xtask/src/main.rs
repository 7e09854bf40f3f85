//! Keeps the house in order: everything a newcomer or a machine may ask of this project.

mod campaign;
mod contract;
mod demo;
mod house;
mod kills;
mod mutants;
mod page;
mod parts;
mod program;
mod python;
mod record;
mod run;
mod servers;
mod session;
mod setup;
mod test;
mod tidy;
mod toolchain;
mod tools;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask run                  build Satchel, start the demo organisation and open the window
cargo xtask test [PART …]        every test, or the named parts
cargo xtask tidy                 arrows, doors, words and lengths
cargo xtask contract [--check]   write the page's copy of the contract, or say where it drifted
cargo xtask demo start | stop    plug the demo organisation in, or pull the network
cargo xtask demo colleague       the manager changes an opportunity
cargo xtask demo reset           the demo organisation and its profile start over
cargo xtask campaign simulate    a thousand fresh worlds; --seeds N | A..B, --seed 0x… told aloud, --plant NAME, --plants
cargo xtask campaign kills       kill -9 of the terminal under load: --count N [--seed S]
cargo xtask campaign crashes     power cuts by number, and every disk fault: --images N [--first I]
cargo xtask campaign crashes     the agent dies at every commit: --scenarios all, or the name of one
                                 with --record each of these keeps its result in docs/campaigns.md
cargo xtask campaign mutants     small changes to what decides: the tests notice each; or one package's
cargo xtask campaign deny        licences, sources and known weaknesses of what we depend on";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["run"] => run::run(),
        ["test", names @ ..] => test::test(names),
        ["tidy"] => tidy::tidy(),
        ["contract"] => contract::write(),
        ["contract", "--check"] => contract::check(),
        ["demo", "start"] => demo::start_by_hand(),
        ["demo", "stop"] => demo::stop_by_hand(),
        ["demo", "reset"] => demo::reset(),
        ["demo", "colleague"] => demo::colleague(),
        // Not for people: see `demo::stop_with_me`.
        ["demo", "stop-at-end-of-input"] => demo::stop_at_end_of_input(),
        ["campaign", "simulate", words @ ..] => campaign::simulate(words),
        ["campaign", "mutants", words @ ..] => mutants::mutants(words),
        ["campaign", "deny"] => campaign::deny(),
        ["campaign", "kills", options @ ..] => kills::kills(options),
        ["campaign", "crashes", options @ ..] => campaign::crashes(options),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
