// Written by `cargo xtask contract` from satchel-app; do not edit.

export type AskStart = Record<symbol, never>;
export type AskSyncStatus = Record<symbol, never>;
export type CancelSignIn = Record<symbol, never>;
export type Cell = { "kind": "empty" } | { "kind": "text", text: string, } | { "kind": "number", exact: string, } | { "kind": "money", exact: string, currency: string | null, } | { "kind": "choice", value: number, label: string, } | { "kind": "yesNo", isYes: boolean, label: string, } | { "kind": "lookup", table: string, id: string, name: string | null, } | { "kind": "dateTime", at: number, } | { "kind": "date", day: string, };
export type CellKind = "text" | "longText" | "number" | "money" | "choice" | "yesNo" | "lookup" | "dateTime" | "date";
export type ColumnHead = { column: string, label: string, kind: CellKind, };
export type CommandError = { code: ErrorCode, message: string, };
export type Connect = { organisation: string, clientId: string, tenant: string, };
export type Connectivity = "online" | "unreachable" | "workingOffline" | "signedOut";
export type Done = Record<symbol, never>;
export type ErrorCode = "offline" | "signInNeeded" | "refused" | "cancelled" | "notFound" | "invalid" | "storage";
export type Field = { column: string, label: string, kind: CellKind, isRequired: boolean, mayUpdate: boolean, cell: Cell, };
export type Lane = { table: string, label: string, rows: number, state: LaneState, syncedAt: number | null, message: string | null, };
export type LaneState = "cold" | "backfilling" | "upToDate" | "failed";
export type ListRecords = { table: string, first: number, count: number, sort: Sort | null, filter: string, };
export type ListTables = Record<symbol, never>;
export type ReadRecord = { table: string, id: string, };
export type RecordBlock = { total: number, first: number, rows: Array<RecordRow>, };
export type RecordPage = { table: string, tableLabel: string, id: string, name: string, standing: Standing, fields: Array<Field>, };
export type RecordRow = { id: string, name: string, cells: Array<Cell>, standing: Standing, };
export type SetFileAside = Record<symbol, never>;
export type SignInAgain = Record<symbol, never>;
export type Sort = { column: string, descending: boolean, };
export type Standing = "inCrm" | "waiting" | "held";
export type Start = { "page": "first", hasDemo: boolean, isSigningIn: boolean, message: string | null, } | { "page": "keyMissing", message: string, } | { "page": "passphrase", isNew: boolean, message: string | null, } | { "page": "closed", message: string, } | { "page": "ready", organisation: string, user: string, };
export type SyncNow = Record<symbol, never>;
export type SyncStatus = { connectivity: Connectivity, isBusy: boolean, syncedAt: number | null, 
/**
 * What the user should know or do, when there is something.
 */
message: string | null, lanes: Array<Lane>, waiting: number, held: number, };
export type TableHead = { table: string, label: string, pluralLabel: string, columns: Array<ColumnHead>, };
export type Tables = { tables: Array<TableHead>, };
export type Topic = "start" | "records" | "sync" | "mail";
export type TryDemo = Record<symbol, never>;
export type UsePassphrase = { passphrase: string, };
export type WorkOffline = { on: boolean, };
