//! Which mailboxes there are: the one that came with the sign-in, and those that the user adds.

use std::sync::Arc;

use satchel_domain::{MailboxId, Private, connectivity, ports::Mailbox};
use satchel_store::{
    Durability, StoreError,
    mailboxes::{self, Account},
    secrets, settings,
};
use satchel_sync::mail::{self, MailAgent};

use super::mailbox_id;
use crate::{
    app::{App, Desk},
    requests::*,
    services::{MailServer, OfferedMailbox},
    signing_in::{CALL_LIMIT, PAUSED, WORKING_OFFLINE},
};

/// How often each folder is asked for what is new.
const REFRESH: std::time::Duration = std::time::Duration::from_secs(60);
/// Larger bodies are fetched when somebody opens them.
const LARGEST_PREFETCH: u64 = 25 * 1024 * 1024;

impl App {
    /// Tries the server, keeps the mailbox, reads it.
    pub async fn add_mailbox(self: &Arc<Self>, request: AddMailbox) -> Result<AddedMailbox, CommandError> {
        let desk = self.desk()?;
        let (server, address) = mail_server(&request)?;
        let password = Private::new(request.password);
        tokio::select! {
            checked = self.services.check_mail_server(&server, &password) => checked?,
            () = self.cancel_add_mailbox.notified() => {
                return Err(CommandError { code: ErrorCode::Cancelled, message: "The mailbox was not added.".to_owned() });
            }
        }
        let id = MailboxId(crate::ids::mint());
        let account = Account::Imap { server: server.server, port: server.port, user: server.user };
        let mailbox = mailboxes::Mailbox { id, account, own: vec![address.clone()], address, message: None };
        let kept = mailbox.clone();
        let is_known = self
            .on_disk(desk.database.clone(), move |database| {
                database.write(Durability::Full, |tx| {
                    let is_same = |known: &mailboxes::Mailbox| known.account == kept.account;
                    if mailboxes::all(tx)?.iter().any(is_same) {
                        return Ok(true);
                    }
                    mailboxes::add(tx, &kept)?;
                    secrets::set(tx, &secret_of(kept.id), &password)?;
                    Ok(false)
                })
            })
            .await?;
        if is_known {
            return Err(CommandError::invalid("This mailbox is here already."));
        }
        self.start_mailbox(&desk, &mailbox, None).await?;
        Ok(AddedMailbox { mailbox: id.to_string() })
    }

    /// Ends the wait for the mail server, if there is one.
    pub async fn cancel_add_mailbox(self: &Arc<Self>, _request: CancelAddMailbox) -> Result<Done, CommandError> {
        self.cancel_add_mailbox.notify_waiters();
        Ok(Done {})
    }

    /// Forgets the mailbox and its messages on this device; the server keeps them, and CRM what was tracked.
    pub async fn remove_mailbox(self: &Arc<Self>, request: RemoveMailbox) -> Result<Done, CommandError> {
        let id = mailbox_id(&request.mailbox)?;
        let desk = self.desk()?;
        desk.boxes.remove(id);
        self.on_disk(desk.database, move |database| database.write(Durability::Full, |tx| mailboxes::remove(tx, id)))
            .await?;
        Ok(Done {})
    }

    /// Starts an agent for every mailbox, and takes in the one that came with the sign-in.
    pub(crate) async fn start_mailboxes(
        self: &Arc<Self>,
        desk: &Desk,
        offered: Option<OfferedMailbox>,
    ) -> Result<(), CommandError> {
        let known = self.on_disk(desk.database.clone(), |database| database.read(mailboxes::all)).await?;
        for mailbox in &known {
            self.start_mailbox(desk, mailbox, offered.as_ref()).await?;
        }
        let has_own = known.iter().any(|mailbox| matches!(mailbox.account, Account::Graph));
        if let Some(offered) = offered.filter(|_| !has_own) {
            tokio::spawn(Arc::clone(self).take_in(desk.clone(), offered));
        }
        Ok(())
    }

    /// Asks whose mailbox it is, as soon as the network lets us, and keeps it.
    async fn take_in(self: Arc<Self>, desk: Desk, offered: OfferedMailbox) {
        let mut status = desk.agent.watch();
        let own = loop {
            let is_online = status.borrow_and_update().connectivity == connectivity::Connectivity::Online;
            if is_online && let Ok(own) = (offered.addresses)().await {
                break own;
            }
            if status.changed().await.is_err() {
                return;
            }
        };
        // A user without a mailbox has CRM alone.
        let Some(address) = own.first().cloned() else { return };
        let mailbox = mailboxes::Mailbox {
            id: MailboxId(crate::ids::mint()),
            account: Account::Graph,
            address,
            own,
            message: None,
        };
        let kept = mailbox.clone();
        let added = self
            .on_disk(desk.database.clone(), move |database| {
                database.write(Durability::Full, |tx| mailboxes::add(tx, &kept))
            })
            .await;
        // A full disk: the next start takes it in.
        if added.is_ok() {
            let _told_by_the_agent = self.start_mailbox(&desk, &mailbox, Some(&offered)).await;
        }
    }

    async fn start_mailbox(
        self: &Arc<Self>,
        desk: &Desk,
        mailbox: &mailboxes::Mailbox,
        offered: Option<&OfferedMailbox>,
    ) -> Result<(), CommandError> {
        let id = mailbox.id;
        let (password, is_working_offline, is_paused) = self
            .on_disk(desk.database.clone(), move |database| {
                database.read(|reader| {
                    let is_set = |key| Ok::<_, StoreError>(settings::get(reader, key)?.is_some());
                    Ok((secrets::get(reader, &secret_of(id))?, is_set(WORKING_OFFLINE)?, is_set(PAUSED)?))
                })
            })
            .await?;
        let port: Option<Arc<dyn Mailbox>> = match &mailbox.account {
            Account::Graph => offered.map(|offered| Arc::clone(&offered.port)),
            Account::Imap { server, port, user } => {
                let server = MailServer { server: server.clone(), port: *port, user: user.clone() };
                password.map(|password| self.services.mail_server(&server, &password)).transpose()?
            }
        };
        // Without its password, or after signing in to an organisation without mail, what was read of it still shows.
        let Some(port) = port else { return Ok(()) };
        let settings = mail::Settings {
            page_size: self.options.page_size,
            call_limit: CALL_LIMIT,
            refresh: REFRESH,
            largest_prefetch: LARGEST_PREFETCH,
            is_working_offline,
            is_paused,
        };
        let (agent, work) = mail::run(desk.database.clone(), Arc::clone(&port), id, Arc::clone(&self.clock), settings);
        tokio::spawn(work);
        tokio::spawn(tell_of_mail(agent.clone(), Arc::clone(&self.tell)));
        desk.boxes.add(id, port, agent);
        Ok(())
    }
}

async fn tell_of_mail(agent: MailAgent, tell: crate::app::Tell) {
    let mut status = agent.watch();
    drop(agent);
    while status.changed().await.is_ok() {
        tell(&[Topic::Mail]);
    }
}

fn secret_of(id: MailboxId) -> String {
    format!("mailbox:{id}")
}

/// Checks what the user typed.
fn mail_server(request: &AddMailbox) -> Result<(MailServer, String), CommandError> {
    let [address, server, user] = [&request.address, &request.server, &request.user].map(|text| text.trim().to_owned());
    let is_address = address.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    if !is_address {
        return Err(CommandError::invalid("The mail address looks like name@example.com."));
    }
    if server.is_empty() || server.contains(['/', ' ', '@']) {
        return Err(CommandError::invalid("The server is a name such as imap.example.com, without https://."));
    }
    let port = u16::try_from(request.port).ok().filter(|port| *port > 0);
    let port = port.ok_or_else(|| CommandError::invalid("The port is a number from 1 to 65535; 993 is usual."))?;
    if request.password.is_empty() {
        return Err(CommandError::invalid("Type the password of the mailbox."));
    }
    let user = if user.is_empty() { address.clone() } else { user };
    Ok((MailServer { server, port, user }, address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(address: &str, server: &str, port: u32) -> Result<(MailServer, String), CommandError> {
        mail_server(&AddMailbox {
            address: address.to_owned(),
            server: server.to_owned(),
            port,
            user: String::new(),
            password: "secret".to_owned(),
        })
    }

    #[test]
    fn the_user_is_the_address_unless_somebody_says_otherwise() {
        let (server, address) = typed(" mia@fjord.example ", "imap.fjord.example", 993).unwrap();
        assert_eq!((server.user.as_str(), address.as_str()), ("mia@fjord.example", "mia@fjord.example"));
    }

    #[test]
    fn what_cannot_be_a_mail_server_is_said_before_it_is_asked() {
        for (address, server, port) in [
            ("mia", "imap.fjord.example", 993),
            ("mia@fjord.example", "https://imap.fjord.example", 993),
            ("mia@fjord.example", "", 993),
            ("mia@fjord.example", "imap.fjord.example", 0),
            ("mia@fjord.example", "imap.fjord.example", 65_536),
        ] {
            assert_eq!(typed(address, server, port).unwrap_err().code, ErrorCode::Invalid, "{address} {server} {port}");
        }
    }
}
