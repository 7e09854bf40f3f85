//! The first connection of a process: made by one thread alone, because SQLite says it is ready before its cipher is.

use std::{sync::Once, thread, time::Duration};

use rusqlite::Connection;

/// How often the cipher is asked for, a millisecond apart.
const ASKED: usize = 2_000;

/// Returns once a key can be given to a connection. SQLite lets other threads in before it has started SQLCipher, and a
/// key given in that moment is refused as if it were wrong.
pub(crate) fn wait_until_ready() {
    static READY: Once = Once::new();
    READY.call_once(|| {
        // Another part of the process may have started SQLite a moment ago: so it is asked, and not believed.
        let is_ready =
            || Connection::open_in_memory().is_ok_and(|opened| opened.pragma_update(None, "key", "-").is_ok());
        for _ in 0..ASKED {
            if is_ready() {
                return;
            }
            thread::sleep(Duration::from_millis(1));
        }
        // A cipher that never starts is told by the connection that is made next.
    });
}
