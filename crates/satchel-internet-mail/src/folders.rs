//! The folders of a mailbox, from what the server lists.

use async_imap::imap_proto::{MailboxDatum, NameAttribute, Response};
use satchel_domain::{
    ids::FolderId,
    mail::{Folder, Purpose},
};

use crate::{fault::Fault, name, session::Session};

/// One line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Listed {
    wire: String,
    delimiter: Option<String>,
    holds_mail: bool,
    purpose: Option<Purpose>,
}

pub(crate) async fn list(session: &mut Session) -> Result<Vec<Folder>, Fault> {
    // A plain list carries special uses too, where the server has them (RFC 6154, section 2); the extended one is not understood.
    let mut all = Vec::new();
    session.ask("LIST \"\" \"*\"", |said| all.extend(listed(said))).await?;
    Ok(tree(all))
}

fn listed(said: &Response<'_>) -> Option<Listed> {
    let Response::MailboxData(MailboxDatum::List(list)) = said else { return None };
    let bars = |attribute: &NameAttribute<'_>| match attribute {
        NameAttribute::NoSelect => true,
        NameAttribute::Extension(name) => name.eq_ignore_ascii_case("\\NonExistent"),
        _ => false,
    };
    Some(Listed {
        wire: list.name.to_string(),
        delimiter: list.delimiter.as_deref().map(str::to_owned).filter(|delimiter| !delimiter.is_empty()),
        holds_mail: !list.name_attributes.iter().any(bars),
        purpose: list.name_attributes.iter().find_map(purpose_of),
    })
}

fn purpose_of(attribute: &NameAttribute<'_>) -> Option<Purpose> {
    match attribute {
        NameAttribute::Archive => Some(Purpose::Archive),
        NameAttribute::Drafts => Some(Purpose::Drafts),
        NameAttribute::Junk => Some(Purpose::Junk),
        NameAttribute::Sent => Some(Purpose::Sent),
        NameAttribute::Trash => Some(Purpose::Deleted),
        // Servers disagree on capitals.
        NameAttribute::Extension(name) => match name.to_ascii_lowercase().as_str() {
            "\\archive" => Some(Purpose::Archive),
            "\\drafts" => Some(Purpose::Drafts),
            "\\junk" => Some(Purpose::Junk),
            "\\sent" => Some(Purpose::Sent),
            "\\trash" => Some(Purpose::Deleted),
            _ => None,
        },
        _ => None,
    }
}

/// Parents before children, the inbox before its likes; a name that only groups others is left out, and its children move up.
fn tree(mut all: Vec<Listed>) -> Vec<Folder> {
    all.retain(|listed| listed.holds_mail);
    all.sort_by_key(|listed| (listed.depth(), !listed.is_inbox()));
    let mut folders: Vec<Folder> = Vec::with_capacity(all.len());
    for listed in &all {
        let parent = listed.ancestors().find(|wire| folders.iter().any(|folder| folder.id.as_str() == *wire));
        folders.push(Folder {
            id: FolderId::new(listed.wire.clone()),
            parent: parent.map(FolderId::new),
            name: listed.shown(),
            purpose: if listed.is_inbox() { Some(Purpose::Inbox) } else { listed.purpose },
        });
    }
    // Servers without special uses have folders for them all the same; one purpose, one folder.
    for (at, listed) in all.iter().enumerate() {
        let by_name = of_common_name(&folders[at].name).filter(|_| listed.depth() < 2);
        if folders[at].purpose.is_none() && !folders.iter().any(|folder| folder.purpose == by_name) {
            folders[at].purpose = by_name;
        }
    }
    folders
}

impl Listed {
    fn is_inbox(&self) -> bool {
        self.wire.eq_ignore_ascii_case("INBOX")
    }

    fn depth(&self) -> usize {
        self.ancestors().count()
    }

    /// From the nearest up.
    fn ancestors(&self) -> impl Iterator<Item = &str> {
        let mut name = self.wire.as_str();
        std::iter::from_fn(move || {
            (name, _) = name.rsplit_once(self.delimiter.as_deref()?)?;
            Some(name)
        })
    }

    fn shown(&self) -> String {
        if self.is_inbox() {
            return "Inbox".to_owned();
        }
        let last = match self.delimiter.as_deref().and_then(|delimiter| self.wire.rsplit_once(delimiter)) {
            Some((_, last)) if !last.is_empty() => last,
            _ => &self.wire,
        };
        name::shown(last)
    }
}

/// What mail programs call them, in the languages of most of their users.
fn of_common_name(name: &str) -> Option<Purpose> {
    match name.to_lowercase().as_str() {
        "drafts" | "draft" | "entwürfe" | "brouillons" | "borradores" | "bozze" | "rascunhos" | "草稿" | "草稿箱"
        | "下書き" => Some(Purpose::Drafts),
        "sent"
        | "sent items"
        | "sent messages"
        | "sent mail"
        | "gesendet"
        | "gesendete objekte"
        | "gesendete elemente"
        | "envoyés"
        | "messages envoyés"
        | "éléments envoyés"
        | "enviados"
        | "elementos enviados"
        | "posta inviata"
        | "inviati"
        | "已发送"
        | "已发送邮件"
        | "已傳送郵件"
        | "送信済み" => Some(Purpose::Sent),
        "archive" | "archives" | "archiv" | "archivo" | "archivio" | "存档" | "归档" => Some(Purpose::Archive),
        "trash"
        | "deleted"
        | "deleted items"
        | "deleted messages"
        | "bin"
        | "papierkorb"
        | "gelöscht"
        | "gelöschte objekte"
        | "gelöschte elemente"
        | "corbeille"
        | "éléments supprimés"
        | "papelera"
        | "cestino"
        | "lixeira"
        | "已删除"
        | "已删除邮件"
        | "垃圾桶"
        | "ごみ箱" => Some(Purpose::Deleted),
        "junk"
        | "spam"
        | "junk e-mail"
        | "junk email"
        | "bulk mail"
        | "courrier indésirable"
        | "correo no deseado"
        | "posta indesiderata"
        | "垃圾邮件"
        | "迷惑メール" => Some(Purpose::Junk),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(wire: &str, delimiter: &str, holds_mail: bool, purpose: Option<Purpose>) -> Listed {
        let delimiter = Some(delimiter.to_owned()).filter(|delimiter| !delimiter.is_empty());
        Listed { wire: wire.to_owned(), delimiter, holds_mail, purpose }
    }

    /// `id < parent: name (purpose)`, a line for each.
    fn drawn(all: Vec<Listed>) -> Vec<String> {
        let line = |folder: Folder| {
            let parent = folder.parent.map(|parent| format!(" < {parent}")).unwrap_or_default();
            let purpose = folder.purpose.map(|purpose| format!(" ({purpose:?})")).unwrap_or_default();
            format!("{}{parent}: {}{purpose}", folder.id, folder.name)
        };
        tree(all).into_iter().map(line).collect()
    }

    #[test]
    fn parents_come_before_children_and_names_are_readable() {
        let listed = vec![
            one("Kunden/M&APw-ller/2026", "/", true, None),
            one("Kunden/M&APw-ller", "/", true, None),
            one("Kunden", "/", true, None),
            one("inbox", "/", true, None),
        ];
        let expected = [
            "inbox: Inbox (Inbox)",
            "Kunden: Kunden",
            "Kunden/M&APw-ller < Kunden: Müller",
            "Kunden/M&APw-ller/2026 < Kunden/M&APw-ller: 2026",
        ];
        assert_eq!(drawn(listed), expected);
    }

    #[test]
    fn a_name_that_only_groups_others_is_left_out() {
        let listed = vec![
            one("[Gmail]", "/", false, None),
            one("[Gmail]/Sent Mail", "/", true, Some(Purpose::Sent)),
            one("A/B", "/", false, None),
            one("A", "/", true, None),
            one("A/B/C", "/", true, None),
        ];
        assert_eq!(drawn(listed), ["A: A", "[Gmail]/Sent Mail: Sent Mail (Sent)", "A/B/C < A: C"]);
    }

    #[test]
    fn what_the_server_says_goes_before_what_a_name_sounds_like() {
        let listed = vec![
            one("Sent", ".", true, None),
            one("INBOX.Gesendet", ".", true, Some(Purpose::Sent)),
            one("INBOX", ".", true, None),
            one("INBOX.Papierkorb", ".", true, None),
        ];
        let expected = [
            "INBOX: Inbox (Inbox)",
            "Sent: Sent",
            "INBOX.Gesendet < INBOX: Gesendet (Sent)",
            "INBOX.Papierkorb < INBOX: Papierkorb (Deleted)",
        ];
        assert_eq!(drawn(listed), expected);
    }

    #[test]
    fn a_server_without_a_tree_has_folders_all_the_same() {
        assert_eq!(
            drawn(vec![one("INBOX", "", true, None), one("a.b", "", true, None)]),
            ["INBOX: Inbox (Inbox)", "a.b: a.b"]
        );
    }
}
