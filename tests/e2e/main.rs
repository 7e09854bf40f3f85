//! The real window, from the first start to the first list.

mod conflict;
mod customer;
mod cuts;
mod demo;
mod duplicates;
mod edits;
mod hostile;
mod killed;
mod many;
mod own_mailbox;
mod reading;
mod refused;
mod secrets;
mod taking;
mod tracking;
mod undo;
mod words;
mod wrong_server;
