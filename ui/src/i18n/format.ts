/** Numbers, money and dates as the user's locale writes them. */

import { locale } from "./locale";

/** Exact decimals come as text, so that no digit is lost on the way. */
type Exact = Intl.StringNumericLiteral;

const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 20 });
const amounts = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const currencies = new Map<string, Intl.NumberFormat>();
const days = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const moments = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
const times = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const weekdayTimes = new Intl.DateTimeFormat(locale, { weekday: "short", hour: "2-digit", minute: "2-digit" });
const weekdays = new Intl.DateTimeFormat(locale, { weekday: "short" });
const thisYear = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
const anyYear = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" });

const SIZES = (["byte", "kilobyte", "megabyte", "gigabyte"] as const).map(
  (unit) => new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: unit === "byte" ? "long" : "short", maximumFractionDigits: unit === "megabyte" || unit === "gigabyte" ? 1 : 0 }),
);

const MINUTE = 60_000;
const WEEK = 7 * 24 * 60 * MINUTE;

const [GROUP, POINT] = (["group", "decimal"] as const).map((type) => numbers.formatToParts(-12_345.5).find((part) => part.type === type)?.value ?? "");

const literally = (sign = "") => sign.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const FRACTION = `(?:${literally(POINT)}\\d+)?`;
const GROUPED = new RegExp(`^-?\\d{1,3}(?:${literally(GROUP)}\\d{3})+${FRACTION}$`);
const BARE = new RegExp(`^-?\\d+${FRACTION}$`);

/** What was typed as the locale writes numbers, in plain digits; what is no number, or might be another one, stays as it is. */
export function plainDigits(text: string): string {
  const plain = text.replace(/\s/g, "");
  if (GROUP && GROUPED.test(plain)) return plain.replaceAll(GROUP, "").replace(POINT ?? ".", ".");
  return BARE.test(plain) ? plain.replace(POINT ?? ".", ".") : text.trim();
}

export function number(value: number): string {
  return numbers.format(value);
}

export function exact(text: string): string {
  return numbers.format(text as Exact);
}

/** Without a known currency the bare amount is shown: a guessed one would be a lie. */
export function money(text: string, currency: string | null): string {
  if (currency === null) return amounts.format(text as Exact);
  let format = currencies.get(currency);
  if (!format) {
    format = currencyFormat(currency);
    currencies.set(currency, format);
  }
  return format.format(text as Exact);
}

function currencyFormat(currency: string): Intl.NumberFormat {
  try {
    return new Intl.NumberFormat(locale, { style: "currency", currency });
  } catch {
    // An organisation may have a currency of its own making, whose code is none of ISO's.
    return amounts;
  }
}

/** A day that is the same everywhere, `YYYY-MM-DD`. */
export function day(text: string): string {
  const at = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(at) ? text : days.format(at);
}

export function moment(at: number): string {
  return moments.format(at);
}

/** Short, for lists: the time today, the day else. */
export function when(at: number, now: number): string {
  const [then, today] = [new Date(at), new Date(now)];
  if (then.toDateString() === today.toDateString()) return times.format(at);
  return (then.getFullYear() === today.getFullYear() ? thisYear : anyYear).format(at);
}

/** Shorter still, for messages: the time today, this week's weekday, else the day. */
export function brief(at: number, now: number): string {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  return !isToday && at < now && now - at < WEEK - 24 * 60 * MINUTE ? weekdays.format(at) : when(at, now);
}

/** A size in the unit that suits it. */
export function size(bytes: number): string {
  const power = Math.min(SIZES.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  return (SIZES[power] ?? numbers).format(bytes / 1024 ** power);
}

/** The time of something that happened: today's clock, this week's weekday, else the day. */
export function clock(at: number, now: number): string {
  if (new Date(at).toDateString() === new Date(now).toDateString()) return times.format(at);
  return now - at < WEEK ? weekdayTimes.format(at) : moments.format(at);
}

/** Whole minutes between; a clock that was set back counts as now. */
export function minutesSince(at: number, now: number): number {
  return Math.max(0, Math.floor((now - at) / MINUTE));
}

/** A moment as one types it, on this laptop's clock: `2026-11-20 14:30`. */
export function typeableMoment(at: number): string {
  const local = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${local.getFullYear()}-${two(local.getMonth() + 1)}-${two(local.getDate())} ${two(local.getHours())}:${two(local.getMinutes())}`;
}

/** The moment that was typed, in milliseconds since 1970; none when it is no moment. */
export function momentOf(text: string): number | null {
  const [, year, month, date, hour = "0", minute = "0"] = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]+(\d{1,2}):(\d{2}))?$/.exec(text.trim()) ?? [];
  if (year === undefined) return null;
  const made = new Date(Number(year), Number(month) - 1, Number(date), Number(hour), Number(minute));
  const isReal = made.getMonth() === Number(month) - 1 && made.getDate() === Number(date) && made.getHours() === Number(hour);
  return isReal ? made.getTime() : null;
}
