/** The backend in memory: for tests, and for the page in a plain browser. It keeps no data and asks no service. */
import { AskError, type Backend, type Command, type Reply, type Request } from "../backend";
import type { Connectivity, Lane, MailLane, RecordBlock, Start, SyncStatus, Topic } from "../types.gen";
import { edits, type Edits } from "./editing";
import { post, type MailSetting, type Post } from "./mail";
import { company, head, plain, type SampleRecord, type SampleTable } from "./sample";

export interface Setting extends MailSetting {
  start?: Start;
  connectivity?: Connectivity;
  /** How many records of each table there are. */
  counts?: { account: number; contact: number; opportunity: number };
  now?: number;
  /** Whether the tables were never read to their end. */
  isFirstRead?: boolean;
  waiting?: number;
  held?: number;
  message?: string | null;
}

type Answers = { [C in Command]: (request: Request<C>) => Reply<C> | Promise<Reply<C>> };

export const READY = { page: "ready", organisation: "https://northwind.crm.example", user: "Salesperson", notice: null } as const satisfies Start;

export const FIRST = { page: "first", hasDemo: true, isSigningIn: false, message: null } as const satisfies Start;

export interface Memory extends Backend {
  /** Every question and deed so far, in order. */
  readonly asked: { command: Command; request: unknown }[];
  readonly tables: SampleTable[];
  readonly status: SyncStatus;
  /** The mailboxes and their messages. */
  readonly post: Post;
  /** What waits in the outbox, and what CRM makes of it. */
  readonly edits: Edits;
  /** Answers this command with `answer` from now on. */
  on<C extends Command>(command: C, answer: Answers[C]): void;
  /** How this command is answered now. */
  answer<C extends Command>(command: C): Answers[C];
  tell(...topics: Topic[]): void;
}

export function memoryBackend(setting: Setting = {}): Memory {
  const now = setting.now ?? Date.now();
  const tables = company(setting.counts ?? { account: 2_500, contact: 6_000, opportunity: 1_240 }, now);
  const listeners = new Set<(topics: Topic[]) => void>();
  const asked: Memory["asked"] = [];
  let start: Start = setting.start ?? READY;
  let endWait: ((ended: AskError) => void) | null = null;

  const lane = (table: SampleTable, index: number): Lane => ({
    table: table.table,
    label: table.pluralLabel,
    rows: table.records.length,
    state: !setting.isFirstRead ? "upToDate" : index === 0 ? "upToDate" : index === 1 ? "backfilling" : "cold",
    syncedAt: setting.isFirstRead && index > 0 ? null : now - 120_000,
    nextAt: now + 180_000,
    message: null,
    polled: null,
  });
  const status: SyncStatus = {
    connectivity: setting.connectivity ?? "online",
    isBusy: setting.isFirstRead ?? false,
    isPaused: false,
    syncedAt: setting.isFirstRead ? null : now - 120_000,
    nextAt: now + 180_000,
    message: setting.message ?? null,
    lanes: tables.map(lane),
    outbox: { state: setting.held ? "held" : setting.waiting ? "waiting" : "upToDate", since: setting.held || setting.waiting ? now - 240_000 : null, nextAt: null, message: null },
    waiting: setting.waiting ?? 0,
    held: setting.held ?? 0,
  };

  const tell = (...topics: Topic[]) => listeners.forEach((listener) => listener(topics));
  const enter = (): Start => {
    start = READY;
    tell("start", "records", "sync");
    return start;
  };
  /** Stands until it is cancelled, as a sign-in does while the browser is open. */
  const waitForBrowser = () => new Promise<Start>((_, reject) => (endWait = reject));

  const mail = post(tables, setting, now, tell);

  const editing = edits(tables, status, now, tell);

  const answers: Answers = {
    ...mail.answers,
    ...editing.answers,
    start: () => start,
    try_demo: enter,
    connect: waitForBrowser,
    sign_in_again: () => {
      status.connectivity = "online";
      tell("sync");
      return start;
    },
    cancel_sign_in: () => {
      endWait?.(new AskError("cancelled", "The sign-in was cancelled."));
      return {};
    },
    use_passphrase: enter,
    set_file_aside: () => (start = FIRST),
    dismiss_notice: ({ notice }) => {
      if (start.page === "ready" && start.notice === notice) start = { ...start, notice: null };
      tell("start");
      return {};
    },
    sync_status: () => structuredClone(status),
    sync_now: () => {
      status.syncedAt = now;
      tell("sync");
      return {};
    },
    list_mail_lanes: () => ({
      mailboxes: mail.mailboxes.map(({ mailbox, address, syncedAt, message }): MailLane => ({
        mailbox, label: address, rows: mail.letters.length, state: status.isPaused ? "paused" : message === null ? "upToDate" : "failed", syncedAt, nextAt: status.isPaused ? null : now + 60_000, message,
      })),
    }),
    pause_sync: ({ on }) => {
      status.isPaused = on;
      status.nextAt = on ? null : now + 180_000;
      for (const each of status.lanes) Object.assign(each, { state: on ? "paused" : "upToDate", nextAt: status.nextAt });
      tell("sync");
      return {};
    },
    retry_all: () => {
      editing.retryAll();
      tell("sync", "outbox");
      return {};
    },
    work_offline: ({ on }) => {
      status.connectivity = on ? "workingOffline" : "online";
      tell("sync");
      return {};
    },
    list_tables: () => ({ tables: tables.map(head) }),
    list_records: (request) => block(find(tables, request.table), request),
  };

  return {
    asked,
    tables,
    status,
    post: mail,
    edits: editing,
    tell,
    answer: (command) => answers[command],
    on: (command, answer) => void (answers[command] = answer),
    async ask<C extends Command>(command: C, request: Request<C>): Promise<Reply<C>> {
      asked.push({ command, request });
      return answers[command](request);
    },
    onChanged: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function find(tables: SampleTable[], name: string): SampleTable {
  const table = tables.find((each) => each.table === name);
  if (!table) throw new AskError("notFound", "This table is not kept on this device.");
  return table;
}

function block(table: SampleTable, request: Request<"list_records">): RecordBlock {
  const listed = head(table).columns;
  const sought = request.filter.trim().toLowerCase();
  const matches = (record: SampleRecord) => listed.some(({ column }) => String(plain(record.cells[column])).toLowerCase().includes(sought));
  const rows = table.records.filter((record) => sought === "" || matches(record));
  const by = request.sort?.column ?? listed[0]?.column ?? "";
  const turn = request.sort?.descending ? -1 : 1;
  rows.sort((a, b) => turn * compare(plain(a.cells[by]), plain(b.cells[by])));
  return {
    total: rows.length,
    first: request.first,
    rows: rows.slice(request.first, request.first + request.count).map(({ id, name, standing, cells }) => ({
      id, name, standing, cells: listed.map(({ column }) => cells[column] ?? { kind: "empty" }),
    })),
  };
}

const words = new Intl.Collator();

function compare(a: string | number, b: string | number): number {
  return typeof a === "number" && typeof b === "number" ? a - b : words.compare(String(a), String(b));
}
