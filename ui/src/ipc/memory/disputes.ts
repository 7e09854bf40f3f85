/** Conflicts in memory: what both sides have, the choice of a side, and what gave way. */
import { AskError, type Reply, type Request } from "../backend";
import type { Cell, ConflictColumn, LostValue, OutboxEntry, Policy, Topic } from "../types.gen";
import type { SampleRecord, SampleTable } from "./sample";

type Disputed = "read_conflict" | "resolve_conflict" | "list_policies" | "set_policy" | "read_history" | "bring_back";

interface Around {
  tables: SampleTable[];
  now: number;
  entryOf: (id: string) => OutboxEntry;
  find: (table: string, id: string) => { table: SampleTable; record: SampleRecord };
  /** What somebody else changed in columns of their own. */
  theirsAlone: (entry: string, column: string) => { base: Cell; theirs: Cell } | undefined;
  /** The entry goes on without these columns. */
  settle: (entry: OutboxEntry, dropped: string[]) => void;
  save: (request: Request<"save_record">) => Reply<"save_record">;
  tell: (...topics: Topic[]) => void;
}

const EMPTY: Cell = { kind: "empty" };

export function disputes({ tables, now, entryOf, find, theirsAlone, settle, save, tell }: Around): { [C in Disputed]: (request: Request<C>) => Reply<C> } {
  const policies = new Map<string, Policy>();
  const lost = new Map<string, Omit<LostValue, "mayBringBack">[]>();
  const policyOf = (table: string) => policies.get(table) ?? "ask";
  const clashesOf = ({ state }: OutboxEntry) => (state.state === "held" ? state.clashes : []);
  /** Stands for the server's: it moves with what CRM has. */
  const versionOf = (entry: OutboxEntry) => JSON.stringify(clashesOf(entry).map(({ theirs }) => theirs));
  const numbers = () => [...lost.values()].flat().length;

  return {
    read_conflict: ({ entry: id }) => {
      const entry = entryOf(id);
      if (!entry.mayCompare) throw new AskError("notFound", "There is nothing to decide here any more. The outbox shows what still waits.");
      const { table } = find(entry.table, entry.record);
      const clashes = clashesOf(entry);
      const columns = table.columns.flatMap(({ column, label, kind }): ConflictColumn[] => {
        const change = entry.changes.find((each) => each.column === column);
        const clash = clashes.find((each) => each.column === column);
        if (clash) return [{ column, label, kind, base: clash.base, mine: clash.mine, theirs: clash.theirs, isClash: true }];
        if (change) return [{ column, label, kind, base: change.before, mine: change.after, theirs: null, isClash: false }];
        const alone = theirsAlone(id, column);
        return alone ? [{ column, label, kind, base: alone.base, mine: null, theirs: alone.theirs, isClash: false }] : [];
      });
      columns.sort((a, b) => Number(b.isClash) - Number(a.isClash));
      return {
        entry: id, table: entry.table, tableLabel: entry.tableLabel, pluralLabel: table.pluralLabel, record: entry.record, name: entry.name,
        version: versionOf(entry), mineAt: entry.since, theirsBy: "Ingrid Solheim", theirsAt: now - 240_000, policy: policyOf(entry.table), columns,
      };
    },
    resolve_conflict: ({ entry: id, version, mine, theirs }) => {
      const entry = entryOf(id);
      if (version !== versionOf(entry)) throw new AskError("invalid", "CRM has changed again while you were choosing. Look at what it has now, and choose again.");
      const kept = lost.get(entry.record) ?? [];
      for (const clash of clashesOf(entry)) {
        const isMine = theirs.includes(clash.column);
        if (!isMine && !mine.includes(clash.column)) throw new AskError("invalid", "Choose for each column that both changed.");
        const why = isMine ? "You took the one from CRM." : "You kept yours.";
        kept.unshift({ number: numbers() + 1, column: clash.column, label: clash.label, cell: isMine ? clash.mine : clash.theirs, isMine, why, at: now });
        lost.set(entry.record, kept);
      }
      settle(entry, theirs);
      return {};
    },
    list_policies: () => ({ tables: tables.map(({ table, pluralLabel }) => ({ table, pluralLabel, policy: policyOf(table) })) }),
    set_policy: ({ table, policy }) => {
      policies.set(table, policy);
      tell("sync");
      return {};
    },
    read_history: ({ table, id }) => {
      const { record } = find(table, id);
      const values = (lost.get(id) ?? []).map((value) => ({
        ...value,
        mayBringBack: JSON.stringify(record.cells[value.column] ?? EMPTY) !== JSON.stringify(value.cell),
      }));
      return { values };
    },
    bring_back: ({ table, id, number }) => {
      const value = lost.get(id)?.find((each) => each.number === number);
      return value ? save({ table, id, values: [{ column: value.column, cell: value.cell }] }) : { id: null, entry: null, problems: [] };
    },
  };
}
