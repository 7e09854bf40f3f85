// Written by `cargo xtask contract` from satchel-app; do not edit.

import type { AskStart, AskSyncStatus, CancelSignIn, Connect, Done, ListRecords, ListTables, ReadRecord, RecordBlock, RecordPage, SetFileAside, SignInAgain, Start, SyncNow, SyncStatus, Tables, TryDemo, UsePassphrase, WorkOffline } from "./types.gen";

export interface Contract {
  start: { request: AskStart; reply: Start };
  try_demo: { request: TryDemo; reply: Start };
  connect: { request: Connect; reply: Start };
  sign_in_again: { request: SignInAgain; reply: Start };
  cancel_sign_in: { request: CancelSignIn; reply: Done };
  use_passphrase: { request: UsePassphrase; reply: Start };
  set_file_aside: { request: SetFileAside; reply: Start };
  sync_status: { request: AskSyncStatus; reply: SyncStatus };
  sync_now: { request: SyncNow; reply: Done };
  work_offline: { request: WorkOffline; reply: Done };
  list_tables: { request: ListTables; reply: Tables };
  list_records: { request: ListRecords; reply: RecordBlock };
  read_record: { request: ReadRecord; reply: RecordPage };
}
