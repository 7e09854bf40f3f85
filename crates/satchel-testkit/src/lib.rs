//! The world in a test's hand: a model CRM and mailbox, a clock moved by hand, tokens, secrets, and the contract suites of the ports.

mod clock;
pub mod crm_contract;
pub mod demo_org;
pub mod letter;
pub mod mailbox_contract;
pub mod model_crm;
pub mod model_mailbox;
pub mod organisation;
mod secrets;
mod tokens;

pub use clock::TestClock;
pub use model_crm::ModelCrm;
pub use model_mailbox::ModelMailbox;
pub use secrets::MemorySecrets;
pub use tokens::FixedToken;
