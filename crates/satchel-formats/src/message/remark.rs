//! What can be wrong with a message that is shown all the same, in words for its reader.

use std::fmt;

/// A damage that was met while reading; the rest of the message is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Remark {
    NoHeaders,
    HeadersCut,
    HeaderRepeated,
    DateUnreadable,
    BoundaryMissing,
    EndMissing,
    TooManyParts,
    TooDeep,
    EncodingDamaged,
    CharsetUnknown,
    LettersLost,
}

impl Remark {
    /// Adds this remark unless it was made already.
    pub(super) fn note(self, remarks: &mut Vec<Remark>) {
        if !remarks.contains(&self) {
            remarks.push(self);
        }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Remark::NoHeaders => "This message does not say who wrote it or when.",
            Remark::HeadersCut => "The headers of this message are unusually long; only their beginning was read.",
            Remark::HeaderRepeated => {
                "This message names its sender, subject or date more than once; the first is shown."
            }
            Remark::DateUnreadable => "The date of this message cannot be read.",
            Remark::BoundaryMissing => "The parts of this message cannot be told apart; they are shown as plain text.",
            Remark::EndMissing => "This message ends early; its last part may be incomplete.",
            Remark::TooManyParts => "This message has more parts than can be shown; the last ones are left out.",
            Remark::TooDeep => "This message is nested too deeply; the innermost parts are kept as an attachment.",
            Remark::EncodingDamaged => "A part of this message is damaged; what could be read of it is shown.",
            Remark::CharsetUnknown => {
                "A part of this message is written in an unknown character set; some letters may be wrong."
            }
            Remark::LettersLost => "Some letters of this message could not be read.",
        })
    }
}
