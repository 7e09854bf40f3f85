/** Where the user is: one reducer. Going somewhere never loses where one was. */
import { START_OF_MAIL, type MailPlace } from "../features/mail";
import { START_OF_LIST, type ListPlace } from "../features/records";
import type { RecordRef } from "../ipc";

export type PlaceName = "mail" | "crm" | "outbox" | "sync";

export interface OpenRecord {
  table: string;
  /** None: a record that does not exist yet. */
  id: string | null;
  /** Its row in the list it was opened from; none when something else led to it. */
  index: number | null;
  /** The place that led to it without a row of a list; a message, when nothing is said. */
  from?: PlaceName;
  /** What a new record belongs to. */
  parent?: RecordRef;
  /** The record that it was opened over, which shows again afterwards. */
  under?: OpenRecord;
  /** Whether it was made just now. */
  isFresh?: boolean;
}

export interface Navigation {
  place: PlaceName;
  /** The table whose list was last looked at; none before one was chosen. */
  table: string | null;
  lists: Partial<Record<string, ListPlace>>;
  open: OpenRecord | null;
  /** The entry whose conflict is being looked at, and where from. */
  conflict: { entry: string; from: PlaceName } | null;
  mail: MailPlace;
}

export type Move =
  | { to: "place"; place: PlaceName }
  | { to: "table"; table: string }
  | { to: "list"; table: string; change: Partial<ListPlace> }
  | { to: "mail"; change: Partial<MailPlace> }
  | { to: "record"; record: OpenRecord }
  | { to: "conflict"; entry: string }
  | { to: "back" };

export const START: Navigation = { place: "crm", table: null, lists: {}, open: null, conflict: null, mail: START_OF_MAIL };

export function navigate(now: Navigation, move: Move): Navigation {
  switch (move.to) {
    case "place":
      // The place one already stands in shows its list again.
      return { ...now, place: move.place, conflict: null, open: now.place === move.place && !now.conflict ? null : now.open };
    case "table":
      return { ...now, table: move.table, open: null };
    case "list":
      return { ...now, lists: { ...now.lists, [move.table]: { ...listPlace(now, move.table), ...move.change } } };
    case "record": {
      const { record } = move;
      const listed = record.index === null ? now : navigate(now, { to: "list", table: record.table, change: { selected: record.index } });
      return { ...listed, place: "crm", table: record.table, open: record, conflict: null };
    }
    case "mail":
      return { ...now, mail: { ...now.mail, ...move.change } };
    case "conflict":
      return { ...now, place: "outbox", conflict: { entry: move.entry, from: now.place } };
    case "back":
      // A conflict is left for what it was opened from.
      if (now.conflict) return { ...now, place: now.conflict.from, conflict: null };
      return { ...now, place: placeBehind(now), open: now.open?.under ?? null };
  }
}

/** A record leads back to what led to it. */
function placeBehind({ place, open }: Navigation): PlaceName {
  if (open?.index !== null || open.under) return place;
  return open.from ?? "mail";
}

export function listPlace(now: Navigation, table: string): ListPlace {
  return now.lists[table] ?? START_OF_LIST;
}
