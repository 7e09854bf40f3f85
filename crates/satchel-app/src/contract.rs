//! What the page may ask of us: every command on one page. Each face expands the same table.

/// Calls `$then!` with the table: `command(Request) -> Reply;`.
/// Only `try_demo`, `connect` and `sign_in_again` wait for a service, and `cancel_sign_in` ends that wait; `add_mailbox`
/// waits for a mail server, and `cancel_add_mailbox` ends that; `show_pictures` waits for computers that a message names, and
/// `cancel_pictures` ends that.
#[macro_export]
macro_rules! contract {
    ($then:ident) => {
        $then! {
            start(AskStart) -> Start;
            try_demo(TryDemo) -> Start;
            connect(Connect) -> Start;
            sign_in_again(SignInAgain) -> Start;
            cancel_sign_in(CancelSignIn) -> Done;
            use_passphrase(UsePassphrase) -> Start;
            set_file_aside(SetFileAside) -> Start;
            dismiss_notice(DismissNotice) -> Done;
            sync_status(AskSyncStatus) -> SyncStatus;
            sync_now(SyncNow) -> Done;
            list_mail_lanes(ListMailLanes) -> MailLanes;
            pause_sync(PauseSync) -> Done;
            retry_all(RetryAll) -> Done;
            work_offline(WorkOffline) -> Done;
            list_tables(ListTables) -> Tables;
            list_records(ListRecords) -> RecordBlock;
            read_record(ReadRecord) -> RecordPage;
            new_record(NewRecord) -> RecordPage;
            find_records(FindRecords) -> FoundRecords;
            save_record(SaveRecord) -> Saved;
            delete_record(DeleteRecord) -> Saved;
            list_outbox(ListOutbox) -> Outbox;
            keep_mine(KeepMine) -> Done;
            take_theirs(TakeTheirs) -> Done;
            discard_entry(DiscardEntry) -> Done;
            retry_entry(RetryEntry) -> Done;
            merge_entry(MergeEntry) -> MergedEntry;
            read_conflict(ReadConflict) -> Conflict;
            resolve_conflict(ResolveConflict) -> Done;
            list_policies(AskPolicies) -> Policies;
            set_policy(SetPolicy) -> Done;
            read_history(ReadHistory) -> History;
            bring_back(BringBack) -> Saved;
            read_reasons(ReadReasons) -> Reasons;
            next_undo(AskUndo) -> NextUndo;
            take_back(TakeBack) -> Done;
            list_folders(ListFolders) -> Mailboxes;
            list_messages(ListMessages) -> MessageBlock;
            read_message(ReadMessage) -> MessagePage;
            show_pictures(ShowPictures) -> ShownPictures;
            cancel_pictures(CancelPictures) -> Done;
            save_attachments(SaveAttachments) -> SavedFiles;
            open_link(OpenLink) -> Done;
            mark_read(MarkRead) -> Done;
            correspondents(AskCorrespondents) -> Correspondents;
            add_person(AddPerson) -> Added;
            track(Track) -> Done;
            untrack(Untrack) -> Done;
            add_mailbox(AddMailbox) -> AddedMailbox;
            cancel_add_mailbox(CancelAddMailbox) -> Done;
            remove_mailbox(RemoveMailbox) -> Done;
        }
    };
}
