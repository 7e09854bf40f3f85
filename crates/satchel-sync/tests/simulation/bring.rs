//! What the plan brings into a world, and the end of all bad luck.

use satchel_domain::connectivity::Connectivity;
use satchel_sync::{Event, mail};

use crate::{
    plan::What,
    violation::Outcome,
    world::{Happening, World},
};

impl World {
    /// One event of the plan.
    pub(crate) async fn bring(&mut self, what: What) -> Outcome<()> {
        self.note(format_args!("{what:?}"));
        self.coverage.brought += u64::from(!is_deed(what));
        match what {
            What::User { device, deed, pick, value } => {
                self.met(device, "user");
                self.user(device, deed, pick, value)
            }
            What::Other { deed, pick, value } => {
                (0..self.devices.len()).for_each(|device| self.met(device, "colleague"));
                self.other(deed, pick, value).await
            }
            What::UserOfMail { device, deed, pick, value } => {
                self.met(device, "user");
                self.user_of_mail(device, deed, pick, value)
            }
            What::Letter { deed, pick } => {
                (0..self.devices.len()).for_each(|device| self.met(device, "colleague"));
                self.letter(deed, pick).await
            }
            What::Right { deed, pick } => {
                self.change_rights(deed, pick);
                let step = self.step;
                self.book.read(step, None).await;
                Ok(())
            }
            What::MailCall { device, fault, seconds } => {
                if let Some(side) = self.side(device) {
                    side.armed.push_back((fault, seconds));
                }
                Ok(())
            }
            What::ExpireMail => {
                self.post.iter().for_each(|post| post.model.expire_cursors());
                Ok(())
            }
            What::Call { device, fault, seconds } => {
                self.devices[device].armed.push_back((fault, seconds));
                Ok(())
            }
            What::Kill { device, away } => {
                if self.devices[device].hands.is_some() {
                    self.met(device, "kill");
                    self.devices[device].kill();
                    self.schedule(self.now + away * 1000, Happening::Start { device });
                }
                Ok(())
            }
            What::Cut { device, seconds } => {
                self.devices[device].cut_until = self.now + seconds * 1000;
                Ok(())
            }
            What::Jump { device, seconds } => {
                self.met(device, "clock");
                let device = &mut self.devices[device];
                // Not past the ends of time.
                device.off = (device.off + seconds * 1000).clamp(-400_000_000_000, 400_000_000_000);
                // The agent knows no other clock: how long a pause has left cannot be told after this.
                device.paused_until = None;
                if let Some(side) = &mut device.side {
                    side.paused_until = None;
                }
                self.has_jumped = true;
                Ok(())
            }
            What::Expire => {
                self.crm.expire_cursors();
                // The book's own cursor too: it reads all again before anything else can happen.
                self.book.read(self.step, None).await;
                Ok(())
            }
            What::Forbid { pick, seconds } => {
                let table = self.book.tables[(pick % self.book.tables.len() as u64) as usize].name.clone();
                self.forbidden = Some((table.clone(), (pick >> 20).is_multiple_of(2)));
                self.schedule(self.now + seconds * 1000, Happening::Allow { table });
                Ok(())
            }
            What::SignOut { device, seconds } => {
                self.devices[device].is_signed_out = true;
                self.schedule(self.now + seconds * 1000, Happening::SignIn { device });
                Ok(())
            }
            What::Poison { pick, seconds } => {
                let ids: Vec<_> = self.known.values().flatten().copied().collect();
                if let Some(&record) = ids.get((pick % ids.len().max(1) as u64) as usize) {
                    self.poisoned = Some(record);
                    self.schedule(self.now + seconds * 1000, Happening::Cure { record });
                }
                Ok(())
            }
        }
    }

    /// Everything that bad luck brought is over; what it left behind is the agent's to mend.
    pub(crate) fn heal(&mut self) -> Outcome<()> {
        self.note(format_args!("healed"));
        (self.forbidden, self.poisoned) = (None, None);
        for number in 0..self.devices.len() {
            let device = &mut self.devices[number];
            device.armed.clear();
            (device.cut_until, device.is_signed_out, device.is_working_offline) = (0, false, false);
            if let Some(side) = &mut device.side {
                side.armed.clear();
            }
            let mail = self.side(number).filter(|side| side.hands.is_some()).map(|side| side.state.status());
            match mail.map(|status| status.connectivity) {
                Some(Connectivity::SignedOut) => self.tell_post(number, mail::Event::SignedIn)?,
                Some(Connectivity::WorkingOffline) => self.tell_post(number, mail::Event::GoOnline)?,
                Some(Connectivity::Online | Connectivity::Unreachable) | None => {}
            }
            let device = &self.devices[number];
            // What a user would do who sees the banner; nobody presses *sync now*.
            match device.state.status().connectivity {
                _ if device.hands.is_none() => {}
                Connectivity::SignedOut => self.tell(number, Event::SignedIn)?,
                Connectivity::WorkingOffline => self.tell(number, Event::GoOnline)?,
                Connectivity::Online | Connectivity::Unreachable => {}
            }
        }
        Ok(())
    }
}

/// Whether somebody does something, where the rest is bad luck.
fn is_deed(what: What) -> bool {
    match what {
        What::User { .. } | What::Other { .. } | What::UserOfMail { .. } | What::Letter { .. } | What::Right { .. } => {
            true
        }
        What::Call { .. } | What::MailCall { .. } | What::ExpireMail | What::Kill { .. } | What::Cut { .. } => false,
        What::Jump { .. } | What::Expire | What::Forbid { .. } | What::SignOut { .. } | What::Poison { .. } => false,
    }
}
