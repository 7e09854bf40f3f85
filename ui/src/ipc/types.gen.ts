// Written by `cargo xtask contract` from satchel-app; do not edit.

export type AddMailbox = { address: string, server: string, port: number, user: string, password: string, };
export type AddPerson = { mailbox: string, key: string, address: string, name: string, table: PersonTable, };
export type Added = { record: RecordRef, };
export type AddedMailbox = { mailbox: string, };
export type AskCorrespondents = { mailbox: string, key: string, };
export type AskPolicies = Record<symbol, never>;
export type AskStart = Record<symbol, never>;
export type AskSyncStatus = Record<symbol, never>;
export type AskUndo = Record<symbol, never>;
export type AttachmentHead = { name: string, mediaType: string, size: number, };
export type BringBack = { table: string, id: string, number: number, };
export type CancelAddMailbox = Record<symbol, never>;
export type CancelPictures = Record<symbol, never>;
export type CancelSignIn = Record<symbol, never>;
export type Cell = { "kind": "empty" } | { "kind": "text", text: string, } | { "kind": "number", exact: string, } | { "kind": "money", exact: string, currency: string | null, } | { "kind": "choice", value: number, label: string, } | { "kind": "yesNo", isYes: boolean, label: string, } | { "kind": "lookup", table: string, id: string, name: string | null, } | { "kind": "dateTime", at: number, } | { "kind": "date", day: string, };
export type CellKind = "text" | "longText" | "number" | "money" | "choice" | "yesNo" | "lookup" | "dateTime" | "date";
export type ChangedColumn = { column: string, label: string, before: Cell, after: Cell, };
export type ChoiceOption = { value: number, label: string, };
export type Clash = { column: string, label: string, base: Cell, mine: Cell, theirs: Cell, };
export type ColumnHead = { column: string, label: string, kind: CellKind, };
export type CommandError = { code: ErrorCode, message: string, };
export type Conflict = { entry: string, table: string, tableLabel: string, pluralLabel: string, record: string, name: string, version: string, mineAt: number, theirsBy: string | null, theirsAt: number | null, policy: Policy, columns: Array<ConflictColumn>, };
export type ConflictColumn = { column: string, label: string, kind: CellKind, base: Cell, mine: Cell | null, theirs: Cell | null, isClash: boolean, };
export type Connect = { organisation: string, clientId: string, tenant: string, };
export type Connectivity = "online" | "unreachable" | "workingOffline" | "signedOut";
export type Correspondent = { name: string | null, address: string, };
export type Correspondents = { people: Array<Person>, };
export type DeleteRecord = { table: string, id: string, };
export type DiscardEntry = { entry: string, };
export type DismissNotice = { notice: string, };
export type Done = Record<symbol, never>;
export type ErrorCode = "offline" | "signInNeeded" | "refused" | "cancelled" | "notFound" | "invalid" | "storage" | "alreadyOpen";
export type Field = { column: string, label: string, kind: CellKind, isRequired: boolean, mayEdit: boolean, cell: Cell, was: Cell | null, rule: FieldRule, };
export type FieldProblem = { column: string, message: string, };
export type FieldRule = { maxLength: number | null, digits: number | null, choices: Array<ChoiceOption>, targets: Array<LookupTarget>, };
export type FindRecords = { text: string, tables: Array<string>, limit: number, };
export type FolderHead = { folder: string, name: string, depth: number, purpose: FolderPurpose | null, unread: number, total: number, };
export type FolderPurpose = "inbox" | "drafts" | "sent" | "archive" | "deleted" | "junk" | "outbox";
export type FoundLikeness = { name: string, columns: Array<LikeColumn>, };
export type FoundRecord = { table: string, tableLabel: string, id: string, name: string, detail: string, };
export type FoundRecords = { records: Array<FoundRecord>, };
export type History = { values: Array<LostValue>, };
export type KeepMine = { entry: string, };
export type Lane = { table: string, label: string, rows: number, state: LaneState, syncedAt: number | null, nextAt: number | null, message: string | null, 
/**
 * None where CRM tells what changed.
 */
polled: PolledLane | null, };
export type LaneState = "cold" | "backfilling" | "upToDate" | "late" | "waiting" | "held" | "retrying" | "paused" | "offline" | "signedOut" | "failed" | "stalled";
export type LikeColumn = { label: string, cell: Cell, };
export type Likeness = { table: string, id: string, found: FoundLikeness | null, };
export type ListFolders = Record<symbol, never>;
export type ListMailLanes = Record<symbol, never>;
export type ListMessages = { mailbox: string, folder: string, first: number, count: number, show: MessageFilter, };
export type ListOutbox = Record<symbol, never>;
export type ListRecords = { table: string, first: number, count: number, sort: Sort | null, filter: string, };
export type ListTables = Record<symbol, never>;
export type LookupTarget = { table: string, label: string, };
export type LostValue = { number: number, column: string, label: string, cell: Cell, isMine: boolean, why: string, at: number, mayBringBack: boolean, };
export type MailLane = { mailbox: string, label: string, rows: number, state: LaneState, syncedAt: number | null, nextAt: number | null, message: string | null, };
export type MailLanes = { mailboxes: Array<MailLane>, };
export type MailboxHead = { mailbox: string, address: string, isRemovable: boolean, isBusy: boolean, syncedAt: number | null, message: string | null, folders: Array<FolderHead>, };
export type Mailboxes = { mailboxes: Array<MailboxHead>, };
export type MarkRead = { mailbox: string, key: string, isRead: boolean, };
export type MergeEntry = { entry: string, into: string, };
export type MergedEntry = { mustChoose: boolean, };
export type MessageBlock = { total: number, first: number, rows: Array<MessageRow>, };
export type MessageFilter = "all" | "unread" | "tracked";
export type MessagePage = { key: string, subject: string, from: Correspondent | null, to: Array<Correspondent>, cc: Array<Correspondent>, at: number, isRead: boolean, body: string | null, 
/**
 * Pictures from the internet that are not shown.
 */
blockedPictures: number, attachments: Array<AttachmentHead>, 
/**
 * What of the message could not be read, as sentences.
 */
remarks: Array<string>, tracking: Tracking, 
/**
 * Who takes part by the email record in CRM, in the order of the roles; nobody while there is none.
 */
parties: Array<PartyHead>, };
export type MessageRow = { key: string, correspondent: string, subject: string, preview: string, at: number, isRead: boolean, hasAttachments: boolean, tracking: Tracking, };
export type NewRecord = { table: string, parent: RecordRef | null, };
export type NextUndo = { step: UndoStep | null, };
export type OpenLink = { address: string, };
export type OpenRecord = { table: string, id: string, name: string, detail: string, value: Cell, };
export type Outbox = { entries: Array<OutboxEntry>, };
export type OutboxDeed = "create" | "update" | "delete" | "track";
export type OutboxEntry = { entry: string, deed: OutboxDeed, table: string, tableLabel: string, record: string, name: string, changes: Array<ChangedColumn>, since: number, state: OutboxState, 
/**
 * Whether there are columns to choose from.
 */
mayCompare: boolean, mayKeepMine: boolean, mayTakeTheirs: boolean, mayRetry: boolean, 
/**
 * Whether it can be sent once more although CRM has records like it.
 */
maySaveAnyway: boolean, 
/**
 * Whether it can become a change of one of those records.
 */
mayMerge: boolean, mayDiscard: boolean, };
export type OutboxLane = { state: LaneState, since: number | null, nextAt: number | null, message: string | null, };
export type OutboxState = { "state": "waiting" } | { "state": "waitsFor", name: string, } | { "state": "sending" } | { "state": "held", message: string, clashes: Array<Clash>, alike: Array<Likeness>, };
export type PartyHead = { role: PartyRole, name: string, };
export type PartyRole = "from" | "to" | "cc" | "bcc";
export type PauseSync = { on: boolean, };
export type Person = { role: PersonRole, name: string | null, address: string, records: Array<PersonRecord>, };
export type PersonRecord = { table: string, tableLabel: string, id: string, name: string, detail: string, phone: string | null, customer: RecordRef | null, open: Array<OpenRecord>, };
export type PersonRole = "from" | "to" | "cc";
export type PersonTable = "contact" | "lead" | "account";
export type Policies = { tables: Array<TablePolicy>, };
export type Policy = "ask" | "mine" | "theirs";
export type PolledLane = { why: string, sweptAt: number | null, };
export type ReadConflict = { entry: string, };
export type ReadHistory = { table: string, id: string, };
export type ReadMessage = { mailbox: string, key: string, };
export type ReadReasons = { table: string, id: string, };
export type ReadRecord = { table: string, id: string, };
export type Reason = { sentence: string, at: number, };
export type Reasons = { reasons: Array<Reason>, };
export type RecordBlock = { total: number, first: number, rows: Array<RecordRow>, };
export type RecordPage = { table: string, tableLabel: string, id: string, name: string, standing: Standing, fields: Array<Field>, };
export type RecordRef = { table: string, id: string, };
export type RecordRow = { id: string, name: string, cells: Array<Cell>, standing: Standing, };
export type RegardingHead = { table: string, id: string, name: string, };
export type RemoveMailbox = { mailbox: string, };
export type ResolveConflict = { entry: string, version: string, mine: Array<string>, theirs: Array<string>, };
export type RetryAll = Record<symbol, never>;
export type RetryEntry = { entry: string, };
export type SaveAttachments = { mailbox: string, key: string, number: number | null, };
export type SaveRecord = { table: string, id: string | null, values: Array<Typed>, };
export type Saved = { id: string | null, entry: string | null, problems: Array<FieldProblem>, };
export type SavedFiles = { folder: string, paths: Array<string>, };
export type SetFileAside = Record<symbol, never>;
export type SetPolicy = { table: string, policy: Policy, };
export type ShowPictures = { mailbox: string, key: string, };
export type ShownPictures = { body: string, missing: number, };
export type SignInAgain = Record<symbol, never>;
export type Sort = { column: string, descending: boolean, };
export type Standing = "inCrm" | "waiting" | "held";
export type Start = { "page": "first", hasDemo: boolean, isSigningIn: boolean, message: string | null, } | { "page": "keyMissing", message: string, } | { "page": "passphrase", isNew: boolean, message: string | null, } | { "page": "closed", message: string, } | { "page": "ready", organisation: string, user: string, notice: string | null, };
export type SyncNow = Record<symbol, never>;
export type SyncStatus = { connectivity: Connectivity, isBusy: boolean, isPaused: boolean, syncedAt: number | null, 
/**
 * When CRM is asked next; none while it may not be.
 */
nextAt: number | null, 
/**
 * What the user should know or do, when there is something.
 */
message: string | null, lanes: Array<Lane>, outbox: OutboxLane, waiting: number, held: number, };
export type TableHead = { table: string, label: string, pluralLabel: string, columns: Array<ColumnHead>, };
export type TablePolicy = { table: string, pluralLabel: string, policy: Policy, };
export type Tables = { tables: Array<TableHead>, };
export type TakeBack = { number: number, };
export type TakeTheirs = { entry: string, };
export type Topic = "start" | "records" | "sync" | "mail" | "outbox";
export type Track = { mailbox: string, key: string, regarding: RecordRef | null, };
export type Tracking = { "state": "untracked" } | { "state": "requested", regarding: RegardingHead | null, } | { "state": "tracked", record: RecordRef, regarding: RegardingHead | null, } | { "state": "failed", message: string, regarding: RegardingHead | null, } | { "state": "notAllowed", message: string, };
export type TryDemo = Record<symbol, never>;
export type Typed = { column: string, cell: Cell, };
export type UndoDeed = "edit" | "create" | "delete" | "discard" | "choice";
export type UndoStep = { number: number, did: UndoDeed, tableLabel: string, name: string, columns: Array<string>, };
export type Untrack = { mailbox: string, key: string, deleteRecord: boolean, };
export type UsePassphrase = { passphrase: string, };
export type WorkOffline = { on: boolean, };
