/** The rows of a long list: the blocks in sight, read from the local database and read again when their topic is touched. */
import { useQueries, type QueryObserverOptions } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";

import type { AskError } from "./backend";

/** Rows come in blocks this long: a few milliseconds each in the slowest webview we ship to. */
export const BLOCK = 100;

export interface Block<Row> {
  /** How many rows the list has altogether. */
  total: number;
  first: number;
  rows: Row[];
}

export interface Rows<Row> {
  /** None until the first block is here. */
  total: number | null;
  error: AskError | null;
  row: (index: number) => Row | undefined;
  show: (first: number, last: number) => void;
  retry: () => void;
  loaded: readonly Block<Row>[];
}

/** The first row of the block that holds row `index`. */
export function startOfBlock(index: number): number {
  return index - (index % BLOCK);
}

/**
 * `list` names the list: while another filter of the same one is read, its old length keeps it from jumping.
 * The block of row `kept` stays at hand wherever one scrolls: that row is open beside the list.
 */
export function useRows<Row, Key extends readonly unknown[]>(
  list: string,
  ask: (first: number) => QueryObserverOptions<Block<Row>, AskError, Block<Row>, Block<Row>, Key>,
  kept: number | null = null,
): Rows<Row> {
  const [shown, setShown] = useState({ first: 0, last: 0 });
  const total = useRef<{ list: string; total: number } | null>(null);

  const firsts: number[] = [];
  for (let first = startOfBlock(shown.first); first <= shown.last; first += BLOCK) firsts.push(first);
  if (kept !== null && !firsts.includes(startOfBlock(kept))) firsts.push(startOfBlock(kept));
  const queries = useQueries({ queries: firsts.map(ask) });

  const blocks = queries.flatMap(({ data }) => (data ? [data] : []));
  const known = blocks[0]?.total;
  if (known !== undefined) total.current = { list, total: known };

  const show = useCallback((first: number, last: number) => {
    const end = Math.max(0, (total.current?.total ?? 1) - 1);
    const next = { first: Math.min(first, end), last: Math.min(last, end) };
    setShown((before) => (before.first === next.first && before.last === next.last ? before : next));
  }, []);

  return {
    total: known ?? (total.current?.list === list ? total.current.total : null),
    error: queries.find(({ error, data }) => error !== null && data === undefined)?.error ?? null,
    row: (index) => {
      const first = startOfBlock(index);
      return blocks.find((block) => block.first === first)?.rows[index - first];
    },
    show,
    retry: () => queries.forEach((query) => void query.refetch()),
    loaded: blocks,
  };
}
