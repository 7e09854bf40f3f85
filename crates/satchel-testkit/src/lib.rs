//! The world in a test's hand: a model CRM, a clock moved by hand, tokens, secrets, and the contract suites of the ports.

mod clock;
pub mod crm_contract;
pub mod demo_org;
pub mod model_crm;
pub mod organisation;
mod secrets;
mod tokens;

pub use clock::TestClock;
pub use model_crm::ModelCrm;
pub use secrets::MemorySecrets;
pub use tokens::FixedToken;
