/** The door to the sync page. */
export { SyncPane } from "./SyncPane";
