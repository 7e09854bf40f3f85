/** How a lane stands, in the words and the tone of the page. */
import { minutesSince, t, type PlainKey } from "../../i18n";
import type { LaneState } from "../../ipc";
import type { Tone } from "../../kit/Mark";

export interface Words {
  text: PlainKey;
  tone: Tone;
  /** What the user can do about it. */
  hint: PlainKey | null;
}

const WORDS: Record<LaneState, Words> = {
  cold: { text: "sync.cold", tone: "waiting", hint: null },
  backfilling: { text: "sync.backfilling", tone: "waiting", hint: null },
  upToDate: { text: "sync.up_to_date", tone: "good", hint: null },
  late: { text: "sync.late", tone: "waiting", hint: "sync.late_hint" },
  waiting: { text: "sync.waiting", tone: "waiting", hint: null },
  held: { text: "sync.held", tone: "held", hint: "sync.held_hint" },
  retrying: { text: "sync.retrying", tone: "waiting", hint: "sync.retrying_hint" },
  paused: { text: "sync.paused", tone: "waiting", hint: "sync.paused_hint" },
  offline: { text: "sync.offline", tone: "waiting", hint: "sync.offline_hint" },
  signedOut: { text: "sync.lane_signed_out", tone: "held", hint: "sync.signed_out_hint" },
  failed: { text: "sync.stopped", tone: "held", hint: "sync.stopped_hint" },
  stalled: { text: "sync.stalled", tone: "held", hint: "sync.stalled_hint" },
};

export type LaneKind = "table" | "outbox" | "mail";

/** An outbox with nothing in it is not up to date with anything: nothing waits. */
export function words(kind: LaneKind, state: LaneState): Words {
  return kind === "outbox" && state === "upToDate" ? { ...WORDS.upToDate, text: "sync.nothing_waits" } : WORDS[state];
}

/** Whether a lane stands still until somebody does something. */
export function isRed(state: LaneState): boolean {
  return WORDS[state].tone === "held";
}

/** When a lane is asked next; a time that has passed is now. */
export function nextTime(at: number | null, now: number): string {
  if (at === null) return t("sync.no_next");
  if (at <= now) return t("sync.next_now");
  const minutes = minutesSince(now, at);
  return minutes < 1 ? t("sync.next_soon") : t("sync.next_minutes", { count: minutes });
}
