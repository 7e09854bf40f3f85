/** What a message is about, as far as that is known. */
import type { RegardingHead, Tracking } from "../../ipc";

export function regardingOf(tracking: Tracking): RegardingHead | null {
  return "regarding" in tracking ? tracking.regarding : null;
}

/** The tables whose records a message can be about, in the order in which people look for them. */
export const REGARDING_TABLES: readonly string[] = ["opportunity", "account", "contact", "lead", "incident"];
