//! The contract's twin for the page, written from the same table.

use std::collections::BTreeMap;

use ts_rs::TS;

use crate::requests::*;

const HEAD: &str = "// Written by `cargo xtask contract` from satchel-app; do not edit.\n\n";

/// Every file of the twin: its name and its text.
pub fn files() -> BTreeMap<&'static str, String> {
    BTreeMap::from([("types.gen.ts", types()), ("contract.gen.ts", commands())])
}

fn types() -> String {
    let config = ts_rs::Config::default();
    let mut declared = BTreeMap::new();
    macro_rules! declare {
        ($($kind:ident),* $(,)?) => { $( declared.insert(<$kind as TS>::name(&config), <$kind as TS>::decl(&config)); )* };
    }
    macro_rules! requests_and_replies {
        ($($command:ident($request:ident) -> $reply:ident;)*) => { declare!($($request, $reply),*); };
    }
    crate::contract!(requests_and_replies);
    declare!(
        Sort,
        TableHead,
        ColumnHead,
        RecordRow,
        Field,
        FieldRule,
        ChoiceOption,
        LookupTarget,
        RecordRef,
        Typed,
        FieldProblem,
        FoundRecord,
        OutboxEntry,
        OutboxDeed,
        OutboxState,
        ChangedColumn,
        Clash,
        Likeness,
        FoundLikeness,
        LikeColumn,
        ConflictColumn,
        Policy,
        TablePolicy,
        LostValue,
        Reason,
        UndoStep,
        UndoDeed,
        MailboxHead,
        FolderHead,
        FolderPurpose,
        MessageRow,
        MessageFilter,
        Correspondent,
        AttachmentHead,
        PartyHead,
        PartyRole,
        Person,
        PersonRole,
        PersonTable,
        PersonRecord,
        OpenRecord,
        Tracking,
        RegardingHead,
        Lane,
        MailLane,
        OutboxLane,
        PolledLane,
        Connectivity,
        LaneState,
        Standing,
        CellKind,
        Cell,
        CommandError,
        ErrorCode,
        Topic,
    );
    declared.values().fold(HEAD.to_owned(), |text, line| text + "export " + line + "\n")
}

fn commands() -> String {
    let mut names = std::collections::BTreeSet::new();
    let mut lines = String::new();
    macro_rules! line {
        ($($command:ident($request:ident) -> $reply:ident;)*) => {
            $(
                names.extend([stringify!($request), stringify!($reply)]);
                lines += concat!(
                    "  ", stringify!($command), ": { request: ", stringify!($request),
                    "; reply: ", stringify!($reply), " };\n",
                );
            )*
        };
    }
    crate::contract!(line);
    let names = Vec::from_iter(names).join(", ");
    format!("{HEAD}import type {{ {names} }} from \"./types.gen\";\n\nexport interface Contract {{\n{lines}}}\n")
}
