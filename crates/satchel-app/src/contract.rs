//! What the page may ask of us: every command on one page. Each face expands the same table.

/// Calls `$then!` with the table: `command(Request) -> Reply;`.
/// Only `try_demo`, `connect` and `sign_in_again` wait for a service, and `cancel_sign_in` ends that wait.
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
            sync_status(AskSyncStatus) -> SyncStatus;
            sync_now(SyncNow) -> Done;
            work_offline(WorkOffline) -> Done;
            list_tables(ListTables) -> Tables;
            list_records(ListRecords) -> RecordBlock;
            read_record(ReadRecord) -> RecordPage;
        }
    };
}
