/** The blocks of a list that are in sight, read from the local database and read again when records change. */
import { useQueries } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";

import { question, useBackend, type AskError, type RecordRow, type Sort } from "../../ipc";

/** Rows come in blocks this long: a few milliseconds each in the slowest webview we ship to. */
export const BLOCK = 100;

export interface ListQuestion {
  table: string;
  sort: Sort | null;
  filter: string;
}

/** The request for the block that holds row `index`. */
export function blockRequest(list: ListQuestion, index: number) {
  return { table: list.table, first: index - (index % BLOCK), count: BLOCK, sort: list.sort, filter: list.filter };
}

export interface Rows {
  /** None until the first block is here. */
  total: number | null;
  error: AskError | null;
  row: (index: number) => RecordRow | undefined;
  show: (first: number, last: number) => void;
  retry: () => void;
  loaded: readonly { first: number; rows: readonly RecordRow[] }[];
}

export function useRows(list: ListQuestion): Rows {
  const backend = useBackend();
  const [shown, setShown] = useState({ first: 0, last: 0 });
  const total = useRef<{ table: string; total: number } | null>(null);

  const firsts: number[] = [];
  for (let first = shown.first - (shown.first % BLOCK); first <= shown.last; first += BLOCK) firsts.push(first);
  const queries = useQueries({ queries: firsts.map((first) => question(backend, "list_records", blockRequest(list, first))) });

  const blocks = queries.flatMap(({ data }) => (data ? [data] : []));
  const known = blocks[0]?.total;
  // While another order or filter is read, the old length keeps the list from jumping.
  if (known !== undefined) total.current = { table: list.table, total: known };

  const show = useCallback((first: number, last: number) => {
    const end = Math.max(0, (total.current?.total ?? 1) - 1);
    const next = { first: Math.min(first, end), last: Math.min(last, end) };
    setShown((before) => (before.first === next.first && before.last === next.last ? before : next));
  }, []);

  return {
    total: known ?? (total.current?.table === list.table ? total.current.total : null),
    error: queries.find(({ error, data }) => error !== null && data === undefined)?.error ?? null,
    row: (index) => {
      const first = index - (index % BLOCK);
      return blocks.find((block) => block.first === first)?.rows[index - first];
    },
    show,
    retry: () => queries.forEach((query) => void query.refetch()),
    loaded: blocks,
  };
}
