/** The door to conflicts: the screen that ends one, and the rule for a table. */
export { ConflictPane } from "./ConflictPane";
export { PolicySelect } from "./PolicySelect";
export type { ConflictDeeds, ConflictState, Side } from "./sides";
