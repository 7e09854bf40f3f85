/** The door to the sync page. */
export { SyncPane } from "./SyncPane";
export { isRed } from "./words";
