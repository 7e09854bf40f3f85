//! `CrmService` over the Dataverse Web API.

mod decode;
mod describe;
mod encode;
mod links;
mod metadata;
mod refusal;
mod service;

pub use service::Dataverse;
