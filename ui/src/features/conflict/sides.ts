/** A side for each column that both changed, and what the window knows of the choosing. */
import type { Conflict } from "../../ipc";

export type Side = "mine" | "theirs";

export type Sides = Partial<Record<string, Side>>;

export interface ConflictState {
  clashes: number;
  /** Columns that either side changed. */
  columns: number;
  undecided: number;
  isSaving: boolean;
}

/** What the window may tell the screen. */
export interface ConflictDeeds {
  save: () => void;
  chooseAll: (side: Side) => void;
}

export function clashesOf({ columns }: Conflict): string[] {
  return columns.filter(({ isClash }) => isClash).map(({ column }) => column);
}

export function all(columns: readonly string[], side: Side): Sides {
  return Object.fromEntries(columns.map((column) => [column, side]));
}

/** The columns that go this way. */
export function chosen(columns: readonly string[], sides: Sides, side: Side): string[] {
  return columns.filter((column) => sides[column] === side);
}
