/** Which topics make which question worth asking again. */
import type { Command } from "./backend";
import type { Topic } from "./types.gen";

/** Commands that only read; every other one is a deed. */
export const READS = {
  start: ["start"],
  sync_status: ["sync", "start", "outbox"],
  list_mail_lanes: ["mail", "sync", "start"],
  // The tables are known once the organisation has described them, which the first sync does.
  list_tables: ["records", "sync", "start"],
  list_records: ["records"],
  read_record: ["records", "outbox"],
  new_record: ["records", "start"],
  read_conflict: ["outbox", "records", "sync"],
  list_policies: ["sync", "records", "start"],
  read_history: ["records", "outbox"],
  read_reasons: ["records", "outbox"],
  next_undo: ["outbox", "records", "start"],
  list_outbox: ["outbox", "records", "start"],
  list_folders: ["mail"],
  list_messages: ["mail"],
  read_message: ["mail"],
  // Who somebody is stands in the records, and so do the deals and cases.
  correspondents: ["mail", "records"],
  find_records: ["records"],
} as const satisfies Partial<Record<Command, readonly Topic[]>>;

export type Question = keyof typeof READS;

export function isTouched(question: string, topics: readonly Topic[]): boolean {
  return question in READS && READS[question as Question].some((topic) => topics.includes(topic));
}
