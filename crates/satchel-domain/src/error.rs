//! What went wrong with a service, named by the remedy.

use jiff::SignedDuration;

use crate::ids::RecordId;

/// The answer of a service that did not do what was asked. Every adapter maps to it;
/// nothing above an adapter sees a status code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServiceError {
    /// Nothing was sent: try again when the network is back.
    #[error("The service cannot be reached: {why}")]
    Unreachable { why: String },
    /// It may have arrived: read back before sending again.
    #[error("The service did not answer in time.")]
    Unanswered,
    /// Wait this long before any call of this kind.
    #[error("The service asks us to slow down.")]
    Throttled { wait: SignedDuration },
    /// Sign in again.
    #[error("Sign in again: {why}")]
    SignInNeeded { why: String },
    /// The record changed since it was read: fetch and merge.
    #[error("The record was changed meanwhile.")]
    Stale,
    /// There is no such record.
    #[error("The record does not exist any more.")]
    Missing,
    /// Start this scope over.
    #[error("The service no longer knows where we stopped.")]
    CursorExpired,
    /// The user decides whether it is the same.
    #[error("{message}")]
    Duplicate { candidates: Vec<RecordId>, message: String },
    /// The service will not do it; its own words say why.
    #[error("{reason}")]
    Refused { code: String, reason: String },
    /// An answer nobody can make sense of.
    #[error("The service's answer makes no sense: {detail}")]
    Broken { detail: String },
}

/// What a service answers.
pub type Answer<T> = Result<T, ServiceError>;
