//! The folders of a mailbox: what lies in what, and what each is for.

use std::collections::{BTreeMap, BTreeSet};

use satchel_domain::{
    FolderId, ServiceError,
    error::Answer,
    mail::{Folder, Purpose},
};
use satchel_http::Url;
use serde::Deserialize;

use crate::service::Graph;

/// Graph has no property for it, but knows each purpose's folder under this name.
const WELL_KNOWN: [(&str, Purpose); 7] = [
    ("inbox", Purpose::Inbox),
    ("drafts", Purpose::Drafts),
    ("sentitems", Purpose::Sent),
    ("archive", Purpose::Archive),
    ("deleteditems", Purpose::Deleted),
    ("junkemail", Purpose::Junk),
    ("outbox", Purpose::Outbox),
];
const SELECT: (&str, &str) = ("$select", "id,displayName,childFolderCount");
const PAGE: (&str, &str) = ("$top", "100");
/// A mailbox has at most 10,000 folders; a longer list is a service that goes round in circles.
const MOST_PAGES: usize = 1_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    id: String,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    child_folder_count: Option<u32>,
    #[serde(rename = "@odata.type", default)]
    kind: Option<String>,
}

impl Row {
    /// Shows what a search finds, and holds no mail.
    fn is_search(&self) -> bool {
        self.kind.as_deref().is_some_and(|kind| kind.ends_with("mailSearchFolder"))
    }
}

#[derive(Deserialize)]
struct Rows {
    value: Vec<Row>,
    #[serde(rename = "@odata.nextLink")]
    next: Option<String>,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

/// Every folder that holds mail, parents before children.
pub(crate) async fn folders(graph: &Graph) -> Answer<Vec<Folder>> {
    let purposes = purposes(graph).await?;
    let mut found: Vec<Folder> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut left = MOST_PAGES;
    // Whose children are still to be asked for.
    let mut parents = vec![None];
    while let Some(parent) = parents.pop() {
        let mut url = Some(children(graph, parent.as_ref())?);
        while let Some(asked) = url {
            left = left.checked_sub(1).ok_or_else(endless)?;
            let rows: Rows = match graph.get(asked).await {
                Ok(rows) => rows,
                // Deleted since its parent named it.
                Err(ServiceError::Missing) if parent.is_some() => break,
                Err(error) => return Err(error),
            };
            for row in rows.value.into_iter().filter(|row| !row.is_search()) {
                let id = FolderId::new(row.id);
                if !seen.insert(id.clone()) {
                    continue;
                }
                if row.child_folder_count != Some(0) {
                    parents.push(Some(id.clone()));
                }
                found.push(Folder {
                    parent: parent.clone(),
                    name: row.display_name.unwrap_or_default(),
                    purpose: purposes.get(&id).copied(),
                    id,
                });
            }
            url = rows.next.map(|link| graph.follow(&link)).transpose()?;
        }
    }
    Ok(found)
}

fn children(graph: &Graph, parent: Option<&FolderId>) -> Answer<Url> {
    match parent {
        None => graph.at(&["me", "mailFolders"], &[SELECT, PAGE]),
        Some(parent) => graph.at(&["me", "mailFolders", parent.as_str(), "childFolders"], &[SELECT, PAGE]),
    }
}

async fn purposes(graph: &Graph) -> Answer<BTreeMap<FolderId, Purpose>> {
    let mut found = BTreeMap::new();
    // One after another: a mailbox bears four calls at once, and the agent has others to make.
    for (name, purpose) in WELL_KNOWN {
        match graph.get::<Named>(graph.at(&["me", "mailFolders", name], &[("$select", "id")])?).await {
            Ok(folder) => {
                found.insert(FolderId::new(folder.id), purpose);
            }
            // Not every mailbox has each of them.
            Err(ServiceError::Missing) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

fn endless() -> ServiceError {
    ServiceError::Broken { detail: "its list of folders does not end".to_owned() }
}
