/** How old something is, in words that never pretend to be fresher. */
import { clock, minutesSince } from "./format";
import { t } from "./index";

export function age(at: number, now: number): string {
  const minutes = minutesSince(at, now);
  if (minutes < 1) return t("age.now");
  if (minutes < 60) return t("age.minutes", { count: minutes });
  return t("age.as_of", { time: clock(at, now) });
}

/** The same, as a list says it of all its rows. */
export function asOf(at: number, now: number): string {
  const minutes = minutesSince(at, now);
  return minutes >= 1 && minutes < 60 ? t("age.list", { age: age(at, now) }) : age(at, now);
}
