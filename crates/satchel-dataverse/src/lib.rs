//! `CrmService` over the Dataverse Web API.

mod decode;
mod describe;
mod duplicates;
mod email;
mod encode;
mod links;
mod metadata;
mod poll;
mod promotion;
mod refusal;
mod service;

pub use service::Dataverse;
