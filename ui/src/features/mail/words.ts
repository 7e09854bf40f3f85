/** A value in words, as the record lists say it. */
export { whole as words } from "../records";
