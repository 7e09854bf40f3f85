//! The world in a test's hand: a model CRM and mailbox, a real mail server, a clock, tokens, secrets, and the suites of the ports.

mod clock;
#[cfg(target_os = "linux")]
pub mod corpus;
pub mod crm_contract;
pub mod demo_org;
#[cfg(target_os = "linux")]
pub mod dovecot;
pub mod letter;
pub mod mailbox_contract;
pub mod model_crm;
pub mod model_mailbox;
pub mod organisation;
mod secrets;
mod tokens;
mod turn;

pub use clock::TestClock;
pub use model_crm::ModelCrm;
pub use model_mailbox::ModelMailbox;
pub use secrets::MemorySecrets;
pub use tokens::FixedToken;
pub use turn::turn;
