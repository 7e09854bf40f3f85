/** The door to records: their lists and their pages. */
export { whole } from "./cells";
export { blockRequest, type ListQuestion } from "./blocks";
export type { FormDeeds, FormState } from "./form";
export { firstSort, START_OF_LIST, type ListPlace } from "./place";
export { RecordPage } from "./RecordPage";
export { RecordsPane } from "./RecordsPane";
export { Reasons } from "./Reasons";
