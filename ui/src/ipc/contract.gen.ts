// Written by `cargo xtask contract` from satchel-app; do not edit.

import type { AddMailbox, AddPerson, Added, AddedMailbox, AskCorrespondents, AskPolicies, AskStart, AskSyncStatus, AskUndo, BringBack, CancelAddMailbox, CancelPictures, CancelSignIn, Conflict, Connect, Correspondents, DeleteRecord, DiscardEntry, DismissNotice, Done, FindRecords, FoundRecords, History, KeepMine, ListFolders, ListMailLanes, ListMessages, ListOutbox, ListRecords, ListTables, MailLanes, Mailboxes, MarkRead, MergeEntry, MergedEntry, MessageBlock, MessagePage, NewRecord, NextUndo, OpenLink, Outbox, PauseSync, Policies, ReadConflict, ReadHistory, ReadMessage, ReadReasons, ReadRecord, Reasons, RecordBlock, RecordPage, RemoveMailbox, ResolveConflict, RetryAll, RetryEntry, SaveAttachments, SaveRecord, Saved, SavedFiles, SetFileAside, SetPolicy, ShowPictures, ShownPictures, SignInAgain, Start, SyncNow, SyncStatus, Tables, TakeBack, TakeTheirs, Track, TryDemo, Untrack, UsePassphrase, WorkOffline } from "./types.gen";

export interface Contract {
  start: { request: AskStart; reply: Start };
  try_demo: { request: TryDemo; reply: Start };
  connect: { request: Connect; reply: Start };
  sign_in_again: { request: SignInAgain; reply: Start };
  cancel_sign_in: { request: CancelSignIn; reply: Done };
  use_passphrase: { request: UsePassphrase; reply: Start };
  set_file_aside: { request: SetFileAside; reply: Start };
  dismiss_notice: { request: DismissNotice; reply: Done };
  sync_status: { request: AskSyncStatus; reply: SyncStatus };
  sync_now: { request: SyncNow; reply: Done };
  list_mail_lanes: { request: ListMailLanes; reply: MailLanes };
  pause_sync: { request: PauseSync; reply: Done };
  retry_all: { request: RetryAll; reply: Done };
  work_offline: { request: WorkOffline; reply: Done };
  list_tables: { request: ListTables; reply: Tables };
  list_records: { request: ListRecords; reply: RecordBlock };
  read_record: { request: ReadRecord; reply: RecordPage };
  new_record: { request: NewRecord; reply: RecordPage };
  find_records: { request: FindRecords; reply: FoundRecords };
  save_record: { request: SaveRecord; reply: Saved };
  delete_record: { request: DeleteRecord; reply: Saved };
  list_outbox: { request: ListOutbox; reply: Outbox };
  keep_mine: { request: KeepMine; reply: Done };
  take_theirs: { request: TakeTheirs; reply: Done };
  discard_entry: { request: DiscardEntry; reply: Done };
  retry_entry: { request: RetryEntry; reply: Done };
  merge_entry: { request: MergeEntry; reply: MergedEntry };
  read_conflict: { request: ReadConflict; reply: Conflict };
  resolve_conflict: { request: ResolveConflict; reply: Done };
  list_policies: { request: AskPolicies; reply: Policies };
  set_policy: { request: SetPolicy; reply: Done };
  read_history: { request: ReadHistory; reply: History };
  bring_back: { request: BringBack; reply: Saved };
  read_reasons: { request: ReadReasons; reply: Reasons };
  next_undo: { request: AskUndo; reply: NextUndo };
  take_back: { request: TakeBack; reply: Done };
  list_folders: { request: ListFolders; reply: Mailboxes };
  list_messages: { request: ListMessages; reply: MessageBlock };
  read_message: { request: ReadMessage; reply: MessagePage };
  show_pictures: { request: ShowPictures; reply: ShownPictures };
  cancel_pictures: { request: CancelPictures; reply: Done };
  save_attachments: { request: SaveAttachments; reply: SavedFiles };
  open_link: { request: OpenLink; reply: Done };
  mark_read: { request: MarkRead; reply: Done };
  correspondents: { request: AskCorrespondents; reply: Correspondents };
  add_person: { request: AddPerson; reply: Added };
  track: { request: Track; reply: Done };
  untrack: { request: Untrack; reply: Done };
  add_mailbox: { request: AddMailbox; reply: AddedMailbox };
  cancel_add_mailbox: { request: CancelAddMailbox; reply: Done };
  remove_mailbox: { request: RemoveMailbox; reply: Done };
}
