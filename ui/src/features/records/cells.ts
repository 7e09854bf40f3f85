/** Values as words: short for lists, whole for the record page. */
import type { Cell, CellKind } from "../../ipc";
import { day, exact, moment, money, when } from "../../i18n";

export function short(cell: Cell, now: number): string {
  return cell.kind === "dateTime" ? when(cell.at, now) : whole(cell).replace(/\s*\n\s*/g, " ");
}

export function whole(cell: Cell): string {
  switch (cell.kind) {
    case "empty":
      return "";
    case "text":
      return cell.text;
    case "number":
      return exact(cell.exact);
    case "money":
      return money(cell.exact, cell.currency);
    case "choice":
    case "yesNo":
      return cell.label;
    case "lookup":
      return cell.name ?? "";
    case "dateTime":
      return moment(cell.at);
    case "date":
      return day(cell.day);
  }
}

/** Numbers stand right-aligned, under each other's digits. */
export function isNumeric(kind: CellKind): boolean {
  return kind === "number" || kind === "money";
}
