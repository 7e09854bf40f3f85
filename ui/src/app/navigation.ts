/** Where the user is: one reducer. Going somewhere never loses where one was. */
import { START_OF_LIST, type ListPlace } from "../features/records";

export type PlaceName = "crm" | "sync";

export interface OpenRecord {
  table: string;
  id: string;
  /** Its row in the list it was opened from. */
  index: number;
}

export interface Navigation {
  place: PlaceName;
  /** The table whose list was last looked at; none before one was chosen. */
  table: string | null;
  lists: Partial<Record<string, ListPlace>>;
  open: OpenRecord | null;
}

export type Move =
  | { to: "place"; place: PlaceName }
  | { to: "table"; table: string }
  | { to: "list"; table: string; change: Partial<ListPlace> }
  | { to: "record"; record: OpenRecord }
  | { to: "back" };

export const START: Navigation = { place: "crm", table: null, lists: {}, open: null };

export function navigate(now: Navigation, move: Move): Navigation {
  switch (move.to) {
    case "place":
      // The place one already stands in shows its list again.
      return { ...now, place: move.place, open: now.place === move.place ? null : now.open };
    case "table":
      return { ...now, table: move.table, open: null };
    case "list":
      return { ...now, lists: { ...now.lists, [move.table]: { ...listPlace(now, move.table), ...move.change } } };
    case "record": {
      const { record } = move;
      const listed = navigate(now, { to: "list", table: record.table, change: { selected: record.index } });
      return { ...listed, place: "crm", table: record.table, open: record };
    }
    case "back":
      return { ...now, open: null };
  }
}

export function listPlace(now: Navigation, table: string): ListPlace {
  return now.lists[table] ?? START_OF_LIST;
}
