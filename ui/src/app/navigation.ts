/** Where the user is: one reducer. Going somewhere never loses where one was. */
import { START_OF_MAIL, type MailPlace } from "../features/mail";
import { START_OF_LIST, type ListPlace } from "../features/records";

export type PlaceName = "mail" | "crm" | "sync";

export interface OpenRecord {
  table: string;
  id: string;
  /** Its row in the list it was opened from; none when a message led to it. */
  index: number | null;
}

export interface Navigation {
  place: PlaceName;
  /** The table whose list was last looked at; none before one was chosen. */
  table: string | null;
  lists: Partial<Record<string, ListPlace>>;
  open: OpenRecord | null;
  mail: MailPlace;
}

export type Move =
  | { to: "place"; place: PlaceName }
  | { to: "table"; table: string }
  | { to: "list"; table: string; change: Partial<ListPlace> }
  | { to: "mail"; change: Partial<MailPlace> }
  | { to: "record"; record: OpenRecord }
  | { to: "back" };

export const START: Navigation = { place: "crm", table: null, lists: {}, open: null, mail: START_OF_MAIL };

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
      const listed = record.index === null ? now : navigate(now, { to: "list", table: record.table, change: { selected: record.index } });
      return { ...listed, place: "crm", table: record.table, open: record };
    }
    case "mail":
      return { ...now, mail: { ...now.mail, ...move.change } };
    case "back":
      // A record that a message led to leads back to the message.
      return { ...now, place: now.open?.index === null ? "mail" : now.place, open: null };
  }
}

export function listPlace(now: Navigation, table: string): ListPlace {
  return now.lists[table] ?? START_OF_LIST;
}
