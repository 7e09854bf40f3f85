//! Everything a user can do, one function each; the contract both faces expand.

mod contract;
pub mod requests;
pub mod typescript;
