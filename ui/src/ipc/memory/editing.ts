/** Editing in memory: a save shows at once and waits in the outbox until a test lets it land or clash. */
import { AskError, type Reply, type Request } from "../backend";
import type { Cell, Clash, Likeness, OutboxEntry, Reason, SyncStatus, Topic, UndoStep } from "../types.gen";
import { disputes } from "./disputes";
import { fields, type SampleRecord, type SampleTable } from "./sample";

type Editing = "read_record" | "new_record" | "save_record" | "delete_record" | "list_outbox" | "keep_mine" | "take_theirs" | "discard_entry" | "retry_entry" | "merge_entry" | "read_conflict" | "resolve_conflict" | "list_policies" | "set_policy" | "read_history" | "bring_back" | "read_reasons" | "next_undo" | "take_back";

export interface Edits {
  readonly outbox: OutboxEntry[];
  /** CRM takes everything that waits. */
  land: () => void;
  /** Somebody else changed the same columns: the entry waits for the user. */
  clash: (entry: string, theirs: Record<string, Cell>) => void;
  refuse: (entry: string, message: string) => void;
  /** CRM takes it for a duplicate of these. */
  alike: (entry: string, records: Likeness[]) => void;
  /** What was refused waits again; what needs a choice does not. */
  retryAll: () => void;
  answers: { [C in Editing]: (request: Request<C>) => Reply<C> };
}

interface Kept {
  table: SampleTable;
  record: SampleRecord;
  /** What CRM has; none while it does not know the record. */
  server: SampleRecord["cells"] | null;
}

const EMPTY: Cell = { kind: "empty" };

export function edits(tables: SampleTable[], status: SyncStatus, now: number, tell: (...topics: Topic[]) => void): Edits {
  const outbox: OutboxEntry[] = [];
  const kept = new Map<string, Kept>();
  const alone = new Map<string, Partial<Record<string, { base: Cell; theirs: Cell }>>>();
  let minted = 0;
  const mint = () => `90000000-0000-4000-8000-${String((minted += 1)).padStart(12, "0")}`;

  const tableOf = (name: string): SampleTable => {
    const table = tables.find((each) => each.table === name);
    if (!table) throw new AskError("notFound", "This table is not kept on this device.");
    return table;
  };
  const find = (name: string, id: string) => {
    const table = tableOf(name);
    const record = table.records.find((each) => each.id === id);
    if (!record) throw new AskError("notFound", "This record is not here any more. It may have been deleted in CRM.");
    return { table, record };
  };
  const entryOf = (id: string): OutboxEntry => {
    const entry = outbox.find((each) => each.entry === id);
    if (!entry) throw new AskError("invalid", "This entry is not waiting for that any more. Look at it again.");
    return entry;
  };
  const reasons = new Map<string, Reason[]>();
  const decide = (record: string, sentence: string) => reasons.set(record, [{ sentence, at: now }, ...(reasons.get(record) ?? [])]);
  const touched = () => {
    status.held = outbox.filter(({ state }) => state.state === "held").length;
    status.waiting = outbox.length - status.held;
    for (const [id, { record }] of kept) {
      const states = outbox.filter((each) => each.record === id).map(({ state }) => state.state);
      record.standing = states.length === 0 ? "inCrm" : states.includes("held") ? "held" : "waiting";
      if (states.length === 0) kept.delete(id);
    }
    tell("records", "outbox");
  };
  const put = (table: SampleTable, record: SampleRecord, deed: OutboxEntry["deed"], changes: OutboxEntry["changes"]) => {
    const [name, entry] = [record.name, mint()];
    outbox.push({
      entry, deed, table: table.table, tableLabel: table.label, record: record.id, name, changes, since: now, state: { state: "waiting" },
      mayCompare: false, mayKeepMine: false, mayTakeTheirs: false, mayRetry: false, maySaveAnyway: false, mayMerge: false, mayDiscard: true,
    });
    return entry;
  };
  const leave = (entry: OutboxEntry) => outbox.splice(outbox.indexOf(entry), 1);
  /** CRM's values again in these columns. */
  const restore = (entry: OutboxEntry, columns: string[]) => {
    const held = kept.get(entry.record);
    for (const column of columns) if (held) held.record.cells[column] = held.server?.[column] ?? EMPTY;
  };
  const waits = (entry: OutboxEntry) => Object.assign(entry, { state: { state: "waiting" }, mayCompare: false, mayKeepMine: false, mayTakeTheirs: false, mayRetry: false, maySaveAnyway: false, mayMerge: false });

  const steps: { step: UndoStep; back: () => void }[] = [];
  const remember = (did: UndoStep["did"], table: SampleTable, name: string, columns: string[], back: () => void) =>
    steps.push({ step: { number: numbers(), did, tableLabel: table.label, name, columns }, back });
  let counted = 0;
  const numbers = () => (counted += 1);

  const answers: Edits["answers"] = {
    next_undo: () => ({ step: steps.at(-1)?.step ?? null }),
    take_back: ({ number }) => {
      if (steps.at(-1)?.step.number !== number) throw new AskError("invalid", "Something else was done or taken back meanwhile. Look at what comes next.");
      steps.pop()?.back();
      touched();
      return {};
    },
    read_record: ({ table: name, id }) => {
      const { table, record } = find(name, id);
      const server = kept.get(id)?.server;
      return { table: name, tableLabel: table.label, id, name: record.name, standing: record.standing, fields: structuredClone(fields(table, record.cells, server ?? undefined)) };
    },
    new_record: ({ table: name, parent }) => {
      const table = tableOf(name);
      const cells: Record<string, Cell> = {};
      if (parent) {
        const { record } = find(parent.table, parent.id);
        const pointing = table.columns.filter(({ kind, rule }) => kind === "lookup" && rule.targets.some((target) => target.table === parent.table));
        for (const { column } of pointing) cells[column] = { kind: "lookup", ...parent, name: record.name };
      }
      return { table: name, tableLabel: table.label, id: "00000000-0000-0000-0000-000000000000", name: "", standing: "waiting", fields: fields(table, cells) };
    },
    save_record: ({ table: name, id, values }) => {
      const table = tableOf(name);
      const record: SampleRecord = id === null ? { id: mint(), name: "", standing: "waiting", cells: {} } : find(name, id).record;
      const next = { ...record.cells, ...Object.fromEntries(values.map(({ column, cell }) => [column, cell])) };
      const problems = table.columns.flatMap(({ column, label, isRequired, rule }) => {
        const cell = next[column] ?? EMPTY;
        if (isRequired && cell.kind === "empty") return [{ column, message: `${label} must be filled in.` }];
        if (cell.kind === "text" && rule.maxLength !== null && cell.text.length > rule.maxLength) {
          return [{ column, message: `${label} holds at most ${rule.maxLength} characters; this is ${cell.text.length}.` }];
        }
        if ((cell.kind === "money" || cell.kind === "number") && !/^-?\d+(\.\d+)?$/.test(cell.exact)) return [{ column, message: `${label} is a number such as 1250.50.` }];
        return [];
      });
      if (problems.length > 0) return { id: null, entry: null, problems };
      const changes = table.columns
        .filter(({ column }) => JSON.stringify(record.cells[column] ?? EMPTY) !== JSON.stringify(next[column] ?? EMPTY))
        .map(({ column, label }) => ({ column, label, before: record.cells[column] ?? EMPTY, after: next[column] ?? EMPTY }));
      if (changes.length === 0) return { id: record.id, entry: null, problems: [] };
      if (!kept.has(record.id)) kept.set(record.id, { table, record, server: id === null ? null : { ...record.cells } });
      record.cells = next;
      const words = [next.firstname, next.lastname].flatMap((cell) => (cell?.kind === "text" ? [cell.text] : [])).join(" ");
      if (words !== "") record.cells.fullname = { kind: "text", text: words };
      const main = record.cells[table.columns[0]?.column ?? ""];
      record.name = main?.kind === "text" ? main.text : words;
      if (id === null) table.records.push(record);
      const entry = put(table, record, id === null ? "create" : "update", changes);
      const back = () => {
        if (id === null) table.records.splice(table.records.indexOf(record), 1);
        for (const { column, before } of changes) record.cells[column] = before;
        const waiting = outbox.find((each) => each.entry === entry);
        if (waiting) leave(waiting);
      };
      remember(id === null ? "create" : "edit", table, record.name, changes.map(({ label }) => label), back);
      touched();
      return { id: record.id, entry, problems: [] };
    },
    delete_record: ({ table: name, id }) => {
      const { table, record } = find(name, id);
      table.records.splice(table.records.indexOf(record), 1);
      kept.set(id, { table, record, server: { ...record.cells } });
      const entry = put(table, record, "delete", []);
      remember("delete", table, record.name, [], () => answers.discard_entry({ entry }));
      touched();
      return { id, entry, problems: [] };
    },
    read_reasons: ({ id }) => ({ reasons: structuredClone(reasons.get(id) ?? []) }),
    list_outbox: () => ({ entries: structuredClone(outbox) }),
    keep_mine: ({ entry }) => {
      waits(entryOf(entry));
      touched();
      return {};
    },
    take_theirs: ({ entry: id }) => {
      const entry = entryOf(id);
      const clashes = entry.state.state === "held" ? entry.state.clashes.map(({ column }) => column) : [];
      restore(entry, clashes);
      entry.changes = entry.changes.filter(({ column }) => !clashes.includes(column));
      if (entry.changes.length === 0) leave(entry);
      else waits(entry);
      touched();
      return {};
    },
    discard_entry: ({ entry: id }) => {
      const entry = entryOf(id);
      const held = kept.get(entry.record);
      if (entry.deed === "create" && held) held.table.records.splice(held.table.records.indexOf(held.record), 1);
      if (entry.deed === "delete" && held) held.table.records.push(held.record);
      restore(entry, entry.changes.map(({ column }) => column));
      leave(entry);
      touched();
      return {};
    },
    ...disputes({
      entryOf, find, tell,
      tables,
      theirsAlone: (entry, column) => alone.get(entry)?.[column],
      settle: (entry, dropped) => {
        restore(entry, dropped);
        entry.changes = entry.changes.filter(({ column }) => !dropped.includes(column));
        if (entry.changes.length === 0) leave(entry);
        else waits(entry);
        touched();
      },
      save: (request) => answers.save_record(request),
      now,
    }),
    merge_entry: ({ entry: id, into }) => {
      const entry = entryOf(id);
      const made = kept.get(entry.record);
      const other = find(entry.table, into);
      if (made) made.table.records.splice(made.table.records.indexOf(made.record), 1);
      kept.delete(entry.record);
      kept.set(into, { ...other, server: { ...other.record.cells } });
      const isNew = ({ column, after }: OutboxEntry["changes"][number]) => JSON.stringify(after) !== JSON.stringify(other.record.cells[column] ?? EMPTY);
      Object.assign(entry, { deed: "update", record: into, name: other.record.name, changes: entry.changes.filter(isNew) });
      waits(entry);
      const theirs = Object.fromEntries(entry.changes.flatMap(({ column }) => Object.entries({ [column]: other.record.cells[column] ?? EMPTY })).filter(([, cell]) => cell.kind !== "empty"));
      if (entry.changes.length === 0) leave(entry);
      else if (Object.keys(theirs).length > 0) edited.clash(id, theirs);
      touched();
      return { mustChoose: Object.keys(theirs).length > 0 };
    },
    retry_entry: ({ entry }) => {
      waits(entryOf(entry));
      touched();
      return {};
    },
  };

  const edited: Edits = {
    outbox,
    answers,
    land: () => {
      for (const entry of outbox.filter(({ state }) => state.state === "waiting")) {
        leave(entry);
        decide(entry.record, `CRM has your change of ${entry.changes.map(({ label }) => label).join(", ")}.`);
      }
      touched();
    },
    clash: (id, theirs) => {
      const entry = entryOf(id);
      const held = kept.get(entry.record);
      const clashes = entry.changes.flatMap(({ column, label, before, after }): Clash[] => {
        const other = theirs[column];
        return other ? [{ column, label, base: before, mine: after, theirs: other }] : [];
      });
      const others = Object.entries(theirs).filter(([column]) => !entry.changes.some((change) => change.column === column));
      alone.set(id, Object.fromEntries(others.map(([column, cell]) => [column, { base: held?.server?.[column] ?? EMPTY, theirs: cell }])));
      for (const [column, cell] of others) if (held) held.record.cells[column] = cell;
      if (held) held.server = { ...held.server, ...theirs };
      Object.assign(entry, { state: { state: "held", message: "Somebody else changed the same in CRM. Choose which stays.", clashes, alike: [] }, mayCompare: true, mayKeepMine: true, mayTakeTheirs: true });
      touched();
    },
    alike: (id, records) => {
      const message = "CRM already has a record like this one. Look whether it is the same, then merge yours into it, save yours anyway or discard it.";
      Object.assign(entryOf(id), { state: { state: "held", message, clashes: [], alike: records }, maySaveAnyway: true, mayMerge: entryOf(id).deed === "create" });
      touched();
    },
    retryAll: () => {
      for (const entry of outbox) if (entry.mayRetry) waits(entry);
      touched();
    },
    refuse: (id, message) => {
      const { record, changes } = entryOf(id);
      decide(record, `Your change of ${changes.map(({ label }) => label).join(", ")} was held: CRM refused it.`);
      Object.assign(entryOf(id), { state: { state: "held", message: `CRM refused it: ${message}`, clashes: [], alike: [] }, mayRetry: true });
      touched();
    },
  };
  return edited;
}
