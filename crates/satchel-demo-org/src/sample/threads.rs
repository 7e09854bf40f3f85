//! Reads the conversations in `data/sample/threads`.

use jiff::Timestamp;

use super::loader::moment_of;

/// A conversation, before it is known with whom.
pub(super) struct Thread {
    pub(super) who: &'static str,
    pub(super) subject: &'static str,
    pub(super) drafts: Vec<Draft>,
}

/// One letter's head and body, as the text file has them.
pub(super) struct Draft {
    pub(super) by_me: bool,
    pub(super) when: Timestamp,
    pub(super) unread: bool,
    pub(super) attach: Option<&'static str>,
    pub(super) copy: bool,
    pub(super) text: String,
}

pub(super) fn threads(text: &'static str) -> Vec<Thread> {
    let mut threads: Vec<Thread> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some(head) = line.strip_prefix("=== ") {
            let (who, subject) = head.split_once('|').unwrap_or((head, ""));
            threads.push(Thread { who: who.trim(), subject: subject.trim(), drafts: Vec::new() });
            continue;
        }
        let Some(thread) = threads.last_mut() else { continue };
        if let Some(head) = line.strip_prefix("--- ") {
            thread.drafts.extend(draft(head));
        } else if let Some(draft) = thread.drafts.last_mut() {
            draft.text.push_str(line);
            draft.text.push('\n');
        }
    }
    threads
}

fn draft(head: &'static str) -> Option<Draft> {
    let mut parts = head.split('|').map(str::trim);
    let mut draft = Draft {
        by_me: parts.next()? == "me",
        when: moment_of(parts.next()?)?,
        unread: false,
        attach: None,
        copy: false,
        text: String::new(),
    };
    for part in parts {
        match part.split_once(' ') {
            Some(("attach", name)) => draft.attach = Some(name),
            Some(("cc", _)) => draft.copy = true,
            _ => draft.unread |= part == "unread",
        }
    }
    Some(draft)
}
