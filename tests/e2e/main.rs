//! The real window, from the first start to the first list.

mod demo;
mod edits;
mod hostile;
mod many;
mod own_mailbox;
mod secrets;
mod taking;
mod tracking;
mod words;
mod wrong_server;
