//! The mailbox's agent as it lives in a world: told, working, hearing; the same way as the agent of the CRM.

use jiff::Timestamp;
use satchel_domain::ServiceError;
use satchel_store::raws;
use satchel_sync::{
    Effect as CrmEffect,
    mail::{Effect, Event, State, step},
};

use crate::{
    coverage::{self, RESTING},
    plan::CallFault,
    plants,
    post::{self, REFRESH, Side},
    violation::{Outcome, violated},
    wire::Met,
    world::{Happening, LONGEST_SLEEP, World},
};

impl World {
    pub(crate) fn side(&mut self, device: usize) -> Option<&mut Side> {
        self.devices[device].side.as_mut()
    }

    /// The core decides, and what it wants is on its way. A device without a mailbox hears nothing.
    pub(crate) fn tell_post(&mut self, number: usize, event: Event) -> Outcome<()> {
        let now = self.clock(number);
        let delay = self.delay(number, 4, self.config.disk);
        let life = self.devices[number].life;
        let Some(side) = self.side(number).filter(|side| side.hands.is_some()) else { return Ok(()) };
        let state = std::mem::replace(&mut side.state, State::new(false, std::time::Duration::from_secs(REFRESH)));
        let (state, effects) = step(state, event, now);
        side.state = state;
        side.ticks += 1;
        match effects.into_iter().next() {
            Some(effect) => {
                if side.waiting.is_some() || side.awaits.is_some() {
                    return violated("I4", format!("{effect:?} is begun while another work is under way"));
                }
                side.waiting = Some(effect);
                self.schedule(self.now + 1 + delay, Happening::PostAct { device: number, life });
            }
            None if side.waiting.is_none() && side.awaits.is_none() => {
                let tick = side.ticks;
                let Some(wake) = side.state.next_wake() else { return Ok(()) };
                let wait = u64::try_from(wake.duration_since(now).as_millis()).unwrap_or(0);
                let at = self.now + wait.clamp(1, LONGEST_SLEEP);
                self.schedule(at, Happening::PostTick { device: number, tick });
            }
            None => {}
        }
        Ok(())
    }

    /// One call or one transaction; its answer comes later, or never.
    pub(crate) async fn act_post(&mut self, number: usize) -> Outcome<()> {
        let now = self.clock(number);
        let Some(side) = self.side(number) else { return Ok(()) };
        let Some(effect) = side.waiting.take() else { return Ok(()) };
        let word = post::word(&effect);
        self.note(format_args!("{number} {word} {now}"));
        let (mut seconds, mut fault) = (0, None);
        if coverage::is_mail_call(word) {
            self.check_may_ask(number, now)?;
            (fault, seconds) = self.meet_post(number, word);
        }
        if let Effect::DropMark(mark) = &effect {
            self.mark_is_given_up(number, mark);
        }
        let done = effect.clone();
        let Some(hands) = self.side(number).and_then(|side| side.hands.as_ref()) else { return Ok(()) };
        let event = hands.act(effect, now).await;
        self.reap_post(number, &done);
        let slow = if fault == Some(CallFault::Slow) { seconds * 1000 } else { 0 };
        let slowness = if coverage::is_mail_call(word) { self.config.slowness } else { self.config.disk };
        let at = self.now + 1 + slow + self.delay(number, 5, slowness);
        let life = self.devices[number].life;
        if let Some(side) = self.side(number) {
            side.acts += 1;
            side.awaits = Some(word);
        }
        self.schedule(at, Happening::PostHeard { device: number, life, event: Box::new(event) });
        Ok(())
    }

    pub(crate) fn hear_post(&mut self, number: usize, event: Event) -> Outcome<()> {
        let now = self.clock(number);
        let word = self.side(number).and_then(|side| side.awaits.take()).unwrap_or(RESTING);
        if let Some(message) = post::refusal(&event) {
            return violated("I20", format!("{word} failed on a good disk: {message}"));
        }
        let error = post::failure(&event);
        if let Some(error) = error {
            self.note(format_args!("{number} {word}: {error}"));
        }
        match error {
            Some(ServiceError::Throttled { wait }) => {
                let until = now.checked_add(*wait).unwrap_or(Timestamp::MAX);
                if let Some(side) = self.side(number) {
                    side.paused_until = side.paused_until.max(Some(until));
                }
            }
            Some(ServiceError::SignInNeeded { .. }) => {
                // The user sees the banner, and signs in after a while.
                let after = self.delay(number, 6, 60_000);
                self.schedule(self.now + after, Happening::SignIn { device: number });
            }
            _ => {}
        }
        let event = plants::heard_of_mail(self.plant, event);
        self.tell_post(number, event)
    }

    /// I14 of the mailbox.
    fn check_may_ask(&mut self, number: usize, now: Timestamp) -> Outcome<()> {
        match self.side(number).and_then(|side| side.paused_until).filter(|until| *until > now) {
            Some(until) => violated("I14", format!("device {number} asks its mailbox at {now}, quiet until {until}")),
            None => Ok(()),
        }
    }

    /// What the next call of a mailbox's agent meets.
    fn meet_post(&mut self, number: usize, word: &'static str) -> (Option<CallFault>, u64) {
        let (met, is_cut) = self.met_by_mail(number, word);
        if let Some(side) = self.side(number) {
            side.wire.meets(met.clone());
        }
        self.note_met(number, word, &met, is_cut);
        (met.fault, met.seconds)
    }

    /// The CRM's agent asks the mailbox as well, for a message that is to be tracked and is not here.
    pub(crate) fn meet_draft(&mut self, number: usize, effect: &CrmEffect) {
        let CrmEffect::Draft { entry, .. } = effect else { return };
        let Some(database) = self.devices[number].database() else { return };
        let is_here = database.read(|reader| {
            let key = satchel_store::links::key_of(reader, entry.edit.record)?;
            key.map_or(Ok(None), |key| raws::get(reader, &key)).map(|raw| raw.is_some())
        });
        if is_here.expect("a good disk") || self.post.is_none() {
            return;
        }
        let (met, is_cut) = self.met_by_mail(number, "draft");
        self.devices[number].messages.as_ref().expect("a mailbox").meets(met.clone());
        self.note_met(number, "draft", &met, is_cut);
    }

    fn met_by_mail(&mut self, number: usize, word: &'static str) -> (Met, bool) {
        let is_cut = self.devices[number].cut_until > self.now;
        let is_signed_out = self.devices[number].is_signed_out;
        let Some(side) = self.side(number) else { return (Met::default(), is_cut) };
        let place = side.armed.iter().position(|(fault, _)| coverage::fits(*fault, word));
        let armed = place.and_then(|place| side.armed.remove(place));
        let (fault, seconds) = armed.map_or((None, 0), |(fault, seconds)| (Some(fault), seconds));
        (Met { fault, seconds, is_cut, is_signed_out, ..Met::default() }, is_cut)
    }

    fn note_met(&mut self, number: usize, word: &'static str, met: &Met, is_cut: bool) {
        if let Some(fault) = met.fault {
            self.note(format_args!("{number} meets {fault:?} {} in {word}", met.seconds));
            self.coverage.call_met(word, fault);
        }
        if is_cut {
            self.coverage.call_met(word, CallFault::Unreachable);
        }
    }
}
