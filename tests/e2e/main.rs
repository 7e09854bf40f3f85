//! The real window, from the first start to the first list.

mod demo;
mod secrets;
mod words;
mod wrong_server;
