//! The core by itself: which effect follows which event.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use satchel_domain::{
    Cursor, FolderId, ItemId, ServiceError,
    connectivity::Connectivity,
    mail::{Action, Folder, Purpose},
    ports::{MailPage, Next},
    scope::Scope,
    tracking::ItemKey,
};
use satchel_store::folders::Listed;

use super::step;
use crate::mail::{Ahead, Effect, Errand, Event, Place, ReadMark, State, Stored, Wish};

const START: Timestamp = Timestamp::constant(1_800_000_000, 0);

/// The core with its clock; each `hear` gives the one effect that follows, if any.
struct Core {
    state: State,
    now: Timestamp,
}

impl Core {
    fn new() -> Self {
        Self { state: State::new(false, Duration::from_secs(60)), now: START }
    }

    /// A core that knows an archive, a sent folder and an inbox, and has nothing else to ask about.
    fn with_folders() -> Self {
        let mut core = Self::new();
        assert_eq!(core.hear(Event::Tick), Some(Effect::ReadFolders));
        let folders = [("archive", None), ("sent", Some(Purpose::Sent)), ("inbox", Some(Purpose::Inbox))];
        core.hear(Event::FoldersRead(Ok(folders.map(|(id, purpose)| listed(id, purpose)).to_vec())));
        core
    }

    /// All folders up to date, nothing to fetch ahead: the core rests.
    fn at_rest() -> Self {
        let mut core = Self::with_folders();
        core.hear(Event::Looked(Ok(None)));
        core.hear(Event::FoldersListed(Ok(Vec::new())));
        let folders = vec![listed("inbox", Some(Purpose::Inbox)), listed("archive", None)];
        core.hear(Event::FoldersStored(Ok(folders)));
        for folder in ["inbox", "archive"] {
            core.hear(pulled(folder, Ok(page())));
            core.hear(stored(folder, true));
        }
        assert_eq!(core.hear(Event::LookedAhead(Ok(Ahead::default()))), None);
        core
    }

    fn hear(&mut self, event: Event) -> Option<Effect> {
        let (state, mut effects) = step(self.state.clone(), event, self.now);
        self.state = state;
        assert!(effects.len() <= 1, "one thing at a time");
        effects.pop()
    }

    fn wait(&mut self, seconds: i64) -> Option<Effect> {
        self.now += SignedDuration::from_secs(seconds);
        self.hear(Event::Tick)
    }

    fn waits(&self) -> Option<i64> {
        self.state.next_wake().map(|at| at.duration_since(self.now).as_secs())
    }
}

fn listed(id: &str, purpose: Option<Purpose>) -> Listed {
    let folder = Folder { id: FolderId::new(id), parent: None, name: id.to_owned(), purpose };
    Listed { folder, total: 0, unread: 0, synced_at: None, scope: Scope::Cold }
}

fn page() -> MailPage {
    MailPage { heads: Vec::new(), read: Vec::new(), gone: Vec::new(), next: Next::CaughtUp(Cursor::new("d")) }
}

fn pulled(folder: &str, answer: Result<MailPage, ServiceError>) -> Event {
    Event::Pulled { folder: FolderId::new(folder), answer }
}

fn stored(folder: &str, is_caught_up: bool) -> Event {
    let scope = match is_caught_up {
        true => Scope::Live { cursor: Cursor::new("d") },
        false => Scope::Backfilling { cursor: Cursor::new("p2") },
    };
    Event::PageStored { folder: FolderId::new(folder), result: Ok(Stored { scope, is_caught_up, has_heads: false }) }
}

fn pull(folder: &str, from: Option<&str>) -> Option<Effect> {
    Some(Effect::Pull { folder: FolderId::new(folder), from: from.map(Cursor::new) })
}

fn place(item: &str) -> Place {
    Place { folder: FolderId::new("inbox"), item: ItemId::new(item) }
}

fn wish(item: &str, is_wanted: bool) -> Wish {
    Wish { place: place(item), key: ItemKey::stored(item), is_wanted }
}

fn mark(item: &str) -> ReadMark {
    let action = Action::SetRead { item: ItemId::new(item), is_read: true };
    ReadMark { folder: FolderId::new("inbox"), action }
}

fn look(resting: &[&str], failed: &[&str]) -> Option<Effect> {
    let set = |items: &[&str]| items.iter().map(|item| place(item)).collect();
    Some(Effect::Look { resting: set(resting), failed: set(failed) })
}

fn down() -> ServiceError {
    ServiceError::Unreachable { why: "no network".to_owned() }
}

fn broken() -> ServiceError {
    ServiceError::Broken { detail: "no sense".to_owned() }
}

#[test]
fn the_users_matters_come_first_then_the_folders_then_the_inbox_the_sent_ones_and_the_rest() {
    let mut core = Core::new();
    assert_eq!(core.hear(Event::Tick), Some(Effect::ReadFolders));
    assert_eq!(core.hear(Event::FoldersRead(Ok(Vec::new()))), look(&[], &[]));
    assert_eq!(core.hear(Event::Looked(Ok(None))), Some(Effect::ListFolders));
    let folders = ["archive", "sent", "inbox"].map(|id| listed(id, None).folder).to_vec();
    assert_eq!(core.hear(Event::FoldersListed(Ok(folders.clone()))), Some(Effect::StoreFolders(folders)));
    let known = [
        ("archive", None),
        ("junk", Some(Purpose::Junk)),
        ("sent", Some(Purpose::Sent)),
        ("inbox", Some(Purpose::Inbox)),
    ];
    let known = known.map(|(id, purpose)| listed(id, purpose)).to_vec();
    assert_eq!(core.hear(Event::FoldersStored(Ok(known))), pull("inbox", None));
    let inbox = FolderId::new("inbox");
    let answered = core.hear(pulled("inbox", Ok(page())));
    assert_eq!(answered, Some(Effect::StorePage { folder: inbox, before: Scope::Cold, page: page() }));
    assert_eq!(core.hear(stored("inbox", false)), pull("inbox", Some("p2")));
    core.hear(pulled("inbox", Ok(page())));
    assert_eq!(core.hear(stored("inbox", true)), pull("sent", None));
    core.hear(pulled("sent", Ok(page())));
    assert_eq!(core.hear(stored("sent", true)), pull("archive", None));
    core.hear(pulled("archive", Ok(page())));
    assert_eq!(core.hear(stored("archive", true)), pull("junk", None));
    core.hear(pulled("junk", Ok(page())));
    assert_eq!(core.hear(stored("junk", true)), Some(Effect::LookAhead { passing: [].into() }));
}

#[test]
fn a_mailbox_that_is_up_to_date_is_asked_once_a_period() {
    let mut core = Core::at_rest();
    assert_eq!(core.waits(), Some(60));
    assert_eq!(core.wait(59), None);
    assert_eq!(core.wait(1), Some(Effect::ListFolders));
}

#[test]
fn a_mark_goes_before_everything_and_is_settled_when_the_mailbox_has_it() {
    let mut core = Core::at_rest();
    assert_eq!(core.hear(Event::Marked), look(&[], &[]));
    assert_eq!(core.hear(Event::Looked(Ok(Some(Errand::Mark(mark("a")))))), Some(Effect::Tell(mark("a"))));
    assert_eq!(core.hear(Event::Told { mark: mark("a"), answer: Ok(()) }), Some(Effect::SettleMark(mark("a"))));
    assert_eq!(core.hear(Event::MarkSettled { mark: mark("a"), result: Ok(()) }), look(&[], &[]));
    assert_eq!(core.hear(Event::Looked(Ok(None))), None);
}

#[test]
fn a_mark_that_the_mailbox_will_never_have_is_given_up() {
    let refused = ServiceError::Refused { code: "403".to_owned(), reason: "Read only.".to_owned() };
    let mut core = Core::at_rest();
    core.hear(Event::Marked);
    core.hear(Event::Looked(Ok(Some(Errand::Mark(mark("a"))))));
    assert_eq!(core.hear(Event::Told { mark: mark("a"), answer: Err(refused) }), Some(Effect::DropMark(mark("a"))));
}

#[test]
fn a_mark_of_a_message_that_is_not_where_it_was_waits_for_it() {
    let mut core = Core::at_rest();
    core.hear(Event::Marked);
    core.hear(Event::Looked(Ok(Some(Errand::Mark(mark("a"))))));
    let missing = Event::Told { mark: mark("a"), answer: Err(ServiceError::Missing) };
    assert_eq!(core.hear(missing), Some(Effect::LeaveMark(mark("a"))));
}

#[test]
fn a_mark_whose_rest_ends_while_something_is_looked_for_is_told_next() {
    let mut core = Core::at_rest();
    core.hear(Event::Marked);
    core.hear(Event::Looked(Ok(Some(Errand::Mark(mark("a"))))));
    assert_eq!(core.hear(Event::Told { mark: mark("a"), answer: Err(broken()) }), look(&["a"], &[]));
    core.now += SignedDuration::from_secs(30);
    // It was passed by when the look began, and is due by its end.
    assert_eq!(core.hear(Event::Looked(Ok(None))), look(&[], &[]));
    assert_eq!(core.hear(Event::Looked(Ok(None))), None, "and nothing is looked for without an end");
}

#[test]
fn a_mark_that_nobody_makes_sense_of_waits_alone_and_is_given_up_after_eight_tries() {
    let mut core = Core::at_rest();
    core.hear(Event::Marked);
    for tries in 1..8 {
        core.hear(Event::Looked(Ok(Some(Errand::Mark(mark("a"))))));
        assert_eq!(core.hear(Event::Told { mark: mark("a"), answer: Err(broken()) }), look(&["a"], &[]), "{tries}");
        assert_eq!(core.state.status().connectivity, Connectivity::Online);
        core.hear(Event::Looked(Ok(None)));
        assert!(!core.state.has_errands(core.now), "it rests");
        // The user's own click does not wait.
        core.hear(Event::SyncNow);
    }
    core.hear(Event::Looked(Ok(Some(Errand::Mark(mark("a"))))));
    assert_eq!(core.hear(Event::Told { mark: mark("a"), answer: Err(broken()) }), Some(Effect::DropMark(mark("a"))));
}

#[test]
fn a_mark_is_never_given_up_because_the_network_is_away() {
    let mut core = Core::at_rest();
    core.hear(Event::Marked);
    for _ in 0..20 {
        core.hear(Event::Looked(Ok(Some(Errand::Mark(mark("a"))))));
        let after = core.hear(Event::Told { mark: mark("a"), answer: Err(ServiceError::Unanswered) });
        assert_eq!(after, None);
        assert_eq!(core.state.status().connectivity, Connectivity::Unreachable);
        core.hear(Event::SyncNow);
    }
}

#[test]
fn an_opened_message_comes_before_the_folders_and_one_that_is_refused_is_asked_for_again_only_when_opened_again() {
    let mut core = Core::at_rest();
    core.now += SignedDuration::from_secs(60);
    assert_eq!(core.hear(Event::Wanted), look(&[], &[]));
    let wanted = wish("a", true);
    assert_eq!(core.hear(Event::Looked(Ok(Some(Errand::Raw(wanted.clone()))))), Some(Effect::FetchRaw(wanted.clone())));
    assert_eq!(core.hear(Event::RawFetched { wish: wanted, answer: Err(broken()) }), look(&[], &["a"]));
    assert_eq!(core.state.status().failed.len(), 1);
    assert_eq!(core.hear(Event::Looked(Ok(None))), Some(Effect::ListFolders));
    core.hear(Event::FoldersListed(Err(broken())));
    assert_eq!(core.state.status().message, Some(broken().to_string()));
    core.state.is_busy = false;
    assert_eq!(core.hear(Event::Wanted), look(&[], &[]));
}

#[test]
fn messages_are_fetched_ahead_when_nothing_else_is_due_and_one_refusal_stops_no_other() {
    let mut core = Core::at_rest();
    core.state.ahead = super::Ahead::Look;
    assert_eq!(core.hear(Event::Tick), Some(Effect::LookAhead { passing: [].into() }));
    let found = Ahead { wishes: vec![wish("a", false), wish("b", false)], too_large: vec![place("huge")] };
    assert_eq!(core.hear(Event::LookedAhead(Ok(found))), Some(Effect::FetchRaw(wish("a", false))));
    let after = core.hear(Event::RawFetched { wish: wish("a", false), answer: Err(broken()) });
    assert_eq!(after, Some(Effect::FetchRaw(wish("b", false))));
    let after = core.hear(Event::RawFetched { wish: wish("b", false), answer: Ok(b"b".to_vec()) });
    assert_eq!(after, Some(Effect::StoreRaw { wish: wish("b", false), raw: b"b".to_vec() }));
    let passing = [place("a"), place("huge")].into();
    let after = core.hear(Event::RawStored { wish: wish("b", false), result: Ok(()) });
    assert_eq!(after, Some(Effect::LookAhead { passing }));
}

#[test]
fn the_queue_ahead_is_looked_for_again_until_nothing_is_missing() {
    let mut core = Core::at_rest();
    core.state.ahead = super::Ahead::Look;
    core.hear(Event::Tick);
    core.hear(Event::LookedAhead(Ok(Ahead { wishes: vec![wish("a", false)], too_large: Vec::new() })));
    core.hear(Event::RawFetched { wish: wish("a", false), answer: Ok(b"a".to_vec()) });
    let after = core.hear(Event::RawStored { wish: wish("a", false), result: Ok(()) });
    assert_eq!(after, Some(Effect::LookAhead { passing: [].into() }));
    assert_eq!(core.hear(Event::LookedAhead(Ok(Ahead::default()))), None);
}

#[test]
fn a_message_that_never_comes_through_is_passed_by_and_the_folders_go_on() {
    let mut core = Core::at_rest();
    core.hear(Event::Wanted);
    for _ in 0..3 {
        core.hear(Event::Looked(Ok(Some(Errand::Raw(wish("heavy", true))))));
        core.hear(Event::RawFetched { wish: wish("heavy", true), answer: Err(ServiceError::Unanswered) });
        core.hear(Event::SyncNow);
    }
    core.state.is_busy = false;
    assert_eq!(core.hear(Event::Tick), look(&[], &["heavy"]));
    assert_eq!(core.hear(Event::Looked(Ok(None))), Some(Effect::ListFolders));
}

#[test]
fn a_network_that_is_away_costs_one_probe_and_longer_waits() {
    let mut core = Core::at_rest();
    assert_eq!(core.wait(60), Some(Effect::ListFolders));
    let mut waits = Vec::new();
    for _ in 0..8 {
        assert_eq!(core.hear(Event::FoldersListed(Err(down()))), None);
        let wait = core.waits().unwrap();
        waits.push(wait);
        assert_eq!(core.wait(wait - 1), None);
        assert_eq!(core.wait(1), Some(Effect::ListFolders));
    }
    assert_eq!(waits, [2, 4, 8, 16, 32, 64, 120, 120]);
    assert_eq!(core.state.status().connectivity, Connectivity::Unreachable);
    core.hear(Event::FoldersListed(Ok(Vec::new())));
    assert_eq!(core.state.status().connectivity, Connectivity::Online);
    assert_eq!(core.state.status().message, None);
}

#[test]
fn one_folders_failure_waits_alone() {
    let mut core = Core::with_folders();
    core.state.list.due = Timestamp::MAX;
    assert_eq!(core.hear(Event::Looked(Ok(None))), pull("inbox", None));
    assert_eq!(core.hear(pulled("inbox", Err(broken()))), pull("sent", None));
    core.hear(pulled("sent", Ok(page())));
    assert_eq!(core.hear(stored("sent", true)), pull("archive", None));
    assert_eq!(core.state.status().connectivity, Connectivity::Online);
}

#[test]
fn a_folder_that_is_gone_is_looked_up_in_the_list() {
    let mut core = Core::at_rest();
    core.state.list.due = Timestamp::MAX;
    assert_eq!(core.wait(60), pull("inbox", Some("d")));
    assert_eq!(core.hear(pulled("inbox", Err(ServiceError::Missing))), Some(Effect::ListFolders));
    core.hear(Event::FoldersListed(Ok(Vec::new())));
    assert_eq!(core.hear(Event::FoldersStored(Ok(vec![listed("archive", None)]))), pull("archive", Some("d")));
    assert_eq!(core.state.status().lanes.len(), 1);
}

#[test]
fn a_forgotten_cursor_starts_a_sweep_at_once_and_a_mailbox_that_forgets_again_waits() {
    let mut core = Core::at_rest();
    core.state.list.due = Timestamp::MAX;
    core.state.lanes.retain(|lane| lane.folder == FolderId::new("inbox"));
    core.wait(60);
    let reset = Some(Effect::ResetScope { folder: FolderId::new("inbox") });
    let sweep = |cursor: Option<&str>| Scope::Sweeping { generation: 2, cursor: cursor.map(Cursor::new) };
    let was_reset = || Event::ScopeReset { folder: FolderId::new("inbox"), result: Ok(sweep(None)) };
    assert_eq!(core.hear(pulled("inbox", Err(ServiceError::CursorExpired))), reset);
    assert_eq!(core.hear(was_reset()), pull("inbox", None));
    core.hear(pulled("inbox", Ok(page())));
    let result = Ok(Stored { scope: sweep(Some("p2")), is_caught_up: false, has_heads: false });
    let after = core.hear(Event::PageStored { folder: FolderId::new("inbox"), result });
    assert_eq!(after, pull("inbox", Some("p2")));
    assert_eq!(core.hear(pulled("inbox", Err(ServiceError::CursorExpired))), reset);
    assert_eq!(core.hear(was_reset()), None);
    assert_eq!(core.waits(), Some(2));
    assert_eq!(core.wait(2), pull("inbox", None));
    // A cursor that was never given cannot be forgotten.
    assert_eq!(core.hear(pulled("inbox", Err(ServiceError::CursorExpired))), None);
}

#[test]
fn working_offline_reads_the_database_and_asks_the_mailbox_nothing() {
    let mut core = Core::new();
    core.state = State::new(true, Duration::from_secs(60));
    assert_eq!(core.hear(Event::Tick), Some(Effect::ReadFolders));
    assert_eq!(core.hear(Event::FoldersRead(Ok(vec![listed("inbox", Some(Purpose::Inbox))]))), None);
    for event in [Event::SyncNow, Event::Marked, Event::Wanted, Event::SignedIn, Event::Tick] {
        assert_eq!(core.hear(event), None);
    }
    assert_eq!(core.state.next_wake(), None);
    assert_eq!(core.hear(Event::GoOnline), look(&[], &[]));
}

#[test]
fn going_offline_between_the_look_and_the_call_sends_nothing() {
    for errand in [Errand::Mark(mark("a")), Errand::Raw(wish("a", true))] {
        let mut core = Core::at_rest();
        core.hear(Event::Marked);
        assert_eq!(core.hear(Event::GoOffline), None);
        assert_eq!(core.hear(Event::Looked(Ok(Some(errand)))), None);
        assert_eq!(core.hear(Event::GoOnline), look(&[], &[]));
    }
}

#[test]
fn a_sign_in_that_ran_out_stops_everything_and_says_why() {
    let mut core = Core::at_rest();
    core.wait(60);
    assert_eq!(core.hear(Event::FoldersListed(Err(ServiceError::SignInNeeded { why: "expired".to_owned() }))), None);
    assert_eq!(core.state.status().connectivity, Connectivity::SignedOut);
    assert_eq!(core.state.status().message.as_deref(), Some("Sign in again: expired"));
    assert_eq!(core.state.next_wake(), None);
    assert_eq!(core.hear(Event::SignedIn), look(&[], &[]));
}

#[test]
fn a_pause_holds_for_the_user_too() {
    let mut core = Core::at_rest();
    core.wait(60);
    let wait = SignedDuration::from_secs(300);
    assert_eq!(core.hear(Event::FoldersListed(Err(ServiceError::Throttled { wait }))), None);
    assert_eq!(core.hear(Event::SyncNow), None);
    assert_eq!(core.hear(Event::Wanted), None);
    assert_eq!(core.waits(), Some(300));
    assert_eq!(core.wait(300), look(&[], &[]));
}
