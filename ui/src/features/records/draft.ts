/** What the user has typed into a form and not saved: only the columns that differ from the record. */
import { momentOf, typeableMoment } from "../../i18n";
import type { Cell, Field, RecordPage, Typed } from "../../ipc";

export type Draft = Partial<Record<string, Cell>>;

/** A new record begins with what its form was filled with: no saved record has it. */
export function firstDraft(record: RecordPage, isNew: boolean): Draft {
  if (!isNew) return {};
  return Object.fromEntries(record.fields.filter(({ cell, mayEdit }) => mayEdit && cell.kind !== "empty").map(({ column, cell }) => [column, cell]));
}

/** The draft after a field was changed; a change that is taken back leaves none. */
export function changed(draft: Draft, field: Field, cell: Cell, isNew: boolean): Draft {
  const before: Cell = isNew ? { kind: "empty" } : field.cell;
  const rest = Object.fromEntries(Object.entries(draft).filter(([column]) => column !== field.column));
  return isSame(before, cell) ? rest : { ...rest, [field.column]: cell };
}

export function typed(draft: Draft): Typed[] {
  return Object.entries(draft).flatMap(([column, cell]) => (cell ? [{ column, cell }] : []));
}

/** Whether both say the same; a lookup's name and an amount's last zeros do not count. */
export function isSame(one: Cell, other: Cell): boolean {
  if (one.kind === "empty" || other.kind === "empty") return one.kind === other.kind;
  if (one.kind === "lookup" && other.kind === "lookup") return one.table === other.table && one.id === other.id;
  if (one.kind === "choice" && other.kind === "choice") return one.value === other.value;
  if (one.kind === "yesNo" && other.kind === "yesNo") return one.isYes === other.isYes;
  return one.kind === other.kind && plainText(one) === plainText(other);
}

/** A value as one types it: digits without grouping, a day as `YYYY-MM-DD`, a moment as `YYYY-MM-DD HH:MM`. */
export function plainText(cell: Cell): string {
  switch (cell.kind) {
    case "text":
      return cell.text;
    case "number":
    case "money":
      return cell.exact.includes(".") ? cell.exact.replace(/\.?0+$/, "") : cell.exact;
    case "date":
      return cell.day;
    case "lookup":
      return cell.name ?? "";
    case "dateTime":
      return typeableMoment(cell.at);
    case "empty":
    case "choice":
    case "yesNo":
      return "";
  }
}

/** What was typed into a field of this kind. An amount or a day that is none goes on as it is: the app says what is wrong. */
export function cellOf(field: Field, text: string, digits: (text: string) => string): Cell {
  if (text.trim() === "") return { kind: "empty" };
  switch (field.kind) {
    case "number":
      return { kind: "number", exact: digits(text) };
    case "money":
      return { kind: "money", exact: digits(text), currency: field.cell.kind === "money" ? field.cell.currency : null };
    case "date":
      return { kind: "date", day: text.trim() };
    case "text":
    case "longText":
    case "choice":
    case "yesNo":
    case "lookup":
      return { kind: "text", text };
    case "dateTime": {
      const at = momentOf(text);
      return at === null ? { kind: "text", text } : { kind: "dateTime", at };
    }
  }
}
