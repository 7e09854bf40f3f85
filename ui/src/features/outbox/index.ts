/** The door to the outbox: what CRM does not have yet, and the user's word on it. */
export { OutboxPane } from "./OutboxPane";
