//! How a command ends: an exit code, and the sentence that goes with it.

use std::process::ExitCode;

use satchel_app::requests::{CommandError, ErrorCode};

/// The exit codes, as the help text lists them; 2 is that of a wrong command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Done = 0,
    Failed = 1,
    AlreadyOpen = 3,
    SignInNeeded = 4,
    Offline = 5,
    Refused = 6,
    Invalid = 7,
    Barred = 8,
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        Self::from(ending as u8)
    }
}

/// Why a command could not do what it was asked; the message is a sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stop {
    pub ending: Ending,
    pub message: String,
}

impl Stop {
    pub(crate) fn new(ending: Ending, message: impl Into<String>) -> Self {
        Self { ending, message: message.into() }
    }

    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::new(Ending::Failed, message)
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(Ending::Invalid, message)
    }
}

impl From<CommandError> for Stop {
    fn from(error: CommandError) -> Self {
        let ending = match error.code {
            ErrorCode::Offline => Ending::Offline,
            ErrorCode::SignInNeeded => Ending::SignInNeeded,
            ErrorCode::Refused => Ending::Refused,
            ErrorCode::NotFound | ErrorCode::Invalid => Ending::Invalid,
            ErrorCode::AlreadyOpen => Ending::AlreadyOpen,
            ErrorCode::Cancelled | ErrorCode::Storage => Ending::Failed,
        };
        Self { ending, message: error.message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_text_lists_every_code() {
        use Ending::*;
        let help = <crate::arguments::Arguments as clap::CommandFactory>::command().render_help().to_string();
        for ending in [Done, Failed, AlreadyOpen, SignInNeeded, Offline, Refused, Invalid, Barred] {
            assert!(help.contains(&format!("\n  {}  ", ending as u8)), "{ending:?}");
        }
    }
}
