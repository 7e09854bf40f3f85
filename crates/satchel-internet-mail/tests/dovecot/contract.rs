//! The promises of the port `Mailbox`, kept with a real Dovecot: one with every extension, and one with none.

use crate::world::{self, OtherHand};
use satchel_testkit::{dovecot::Dovecot, mailbox_contract};

#[tokio::test]
async fn dovecot_keeps_every_promise_of_a_mailbox() {
    let dovecot = Dovecot::start();
    let (mailbox, world) = (world::mailbox(&dovecot, "ada"), OtherHand::of(&dovecot, "ada"));
    mailbox_contract::run_all(&mailbox, &world).await;
}

#[tokio::test]
async fn a_server_without_extensions_keeps_them_too() {
    let dovecot = Dovecot::poor();
    let (mailbox, world) = (world::mailbox(&dovecot, "ada"), OtherHand::of(&dovecot, "ada"));
    mailbox_contract::run_all(&mailbox, &world).await;
}
