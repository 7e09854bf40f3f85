/** Where the user is in a list, kept while the list is away. */
import type { Sort, TableHead } from "../../ipc";

export interface ListPlace {
  /** None until the user chose one: then the list goes by its first column. */
  sort: Sort | null;
  filter: string;
  /** The chosen row's index in the list as it is sorted and filtered now. */
  selected: number | null;
  /** How far it is scrolled, in pixels. */
  offset: number;
}

export const START_OF_LIST: ListPlace = { sort: null, filter: "", selected: null, offset: 0 };

export function firstSort(table: TableHead): Sort | null {
  const first = table.columns[0];
  return first ? { column: first.column, descending: false } : null;
}

/** What a click on a column's header asks for: that column, or the other direction. */
export function turned(sort: Sort | null, column: string): Sort {
  return { column, descending: sort?.column === column && !sort.descending };
}
