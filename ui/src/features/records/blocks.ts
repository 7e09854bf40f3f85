/** The list of a table, asked for in blocks. */
import { BLOCK, question, startOfBlock, useBackend, useRows, type RecordRow, type Rows, type Sort } from "../../ipc";

export interface ListQuestion {
  table: string;
  sort: Sort | null;
  filter: string;
}

/** The request for the block that holds row `index`. */
export function blockRequest(list: ListQuestion, index: number) {
  return { table: list.table, first: startOfBlock(index), count: BLOCK, sort: list.sort, filter: list.filter };
}

export function useRecords(list: ListQuestion): Rows<RecordRow> {
  const backend = useBackend();
  return useRows(list.table, (first) => question(backend, "list_records", blockRequest(list, first)));
}
