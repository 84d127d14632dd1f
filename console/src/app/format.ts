// Figures, times and costs as the chosen language writes them. `null` and `undefined` become a dash.
import { leftToRight, locale } from "./i18n";

export const DASH = "–";
type Maybe<T> = T | null | undefined;
const made = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>();

/** 12,345.6 */
export function number(value: Maybe<number>, digits = 0): string {
  if (!known(value)) return DASH;
  return numbers({ maximumFractionDigits: digits }).format(value);
}

/** 3 / 10: so much of what there may be, from left to right in every language. */
export function outOf(part: Maybe<number>, whole: Maybe<number>, digits = 0): string {
  return leftToRight(`${number(part, digits)} / ${number(whole, digits)}`);
}

/** 12K, 3.4M: for tiles, where room is short. */
export function compact(value: Maybe<number>): string {
  if (!known(value)) return DASH;
  return numbers({ notation: "compact", maximumFractionDigits: 1 }).format(value);
}

/** A share of 1: 0.25 is 25 %. */
export function percent(share: Maybe<number>, digits = 0): string {
  if (!known(share)) return DASH;
  return numbers({ style: "percent", maximumFractionDigits: digits }).format(share);
}

/** Milliseconds, for latencies: 312 ms, 1.24 s. */
export function ms(value: Maybe<number>): string {
  if (!known(value)) return DASH;
  if (Math.abs(value) < 1000) return unit(value, "millisecond", 0);
  return unit(value / 1000, "second", 2);
}

/** Seconds as a clock: 0:07, 12:45, 1:02:03. */
export function clock(seconds: Maybe<number>): string {
  if (!known(seconds)) return DASH;
  const whole = Math.max(0, Math.floor(seconds));
  const one = (value: number) => numbers({ useGrouping: false }).format(value);
  const two = (value: number) => numbers({ minimumIntegerDigits: 2 }).format(value);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${one(hours)}:${two(minutes)}:${two(rest)}` : `${one(minutes)}:${two(rest)}`;
}

/** Seconds in words: 42 sec, 3 min, 5.2 hr. */
export function duration(seconds: Maybe<number>): string {
  if (!known(seconds)) return DASH;
  if (seconds < 60) return unit(seconds, "second", 0);
  if (seconds < 3600) return unit(seconds / 60, "minute", seconds < 600 ? 1 : 0);
  return unit(seconds / 3600, "hour", 1);
}

/** 242 bytes, 1.5 kB, 3 MB */
export function bytes(value: Maybe<number>): string {
  if (!known(value)) return DASH;
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
  let at = 0;
  let rest = value;
  while (rest >= 1000 && at < units.length - 1) {
    rest /= 1000;
    at += 1;
  }
  // The short form of "byte" has no plural in English.
  return unit(rest, units[at] ?? "byte", at === 0 ? 0 : 1, at === 0 ? "long" : "short");
}

/** US dollars, as the API counts costs: cents in full, small amounts with what makes them differ from nothing. */
export function cost(dollars: Maybe<number>): string {
  if (!known(dollars)) return DASH;
  const digits = dollars !== 0 && Math.abs(dollars) < 0.1 ? 4 : 2;
  const format = {
    style: "currency",
    currency: "USD",
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  };
  // "US$" where a language adds the country: there are no other dollars here, and tiles are narrow.
  const parts = numbers(format as Intl.NumberFormatOptions).formatToParts(dollars);
  return leftToRight(parts.map((one) => (one.type === "currency" ? "$" : one.value)).join(""));
}

/** With the month's name: 23/11/2026 reads from either side in a right-to-left page. */
const DAY: Intl.DateTimeFormatOptions = { day: "numeric", month: "short", year: "numeric" };

export type Moment = Date | string | number;

/** 14:05:09 (with `seconds`), 14:05 */
export function time(moment: Maybe<Moment>, seconds = false): string {
  return dates(moment, { hour: "2-digit", minute: "2-digit", ...(seconds && { second: "2-digit" }) });
}

/** 23 Nov 2026 */
export function date(moment: Maybe<Moment>): string {
  return dates(moment, DAY);
}

/** 23 Nov 2026, 14:05 */
export function dateTime(moment: Maybe<Moment>): string {
  return dates(moment, { ...DAY, hour: "numeric", minute: "2-digit" });
}

/** Monday, 23 November 2026 */
export function fullDate(moment: Maybe<Moment>): string {
  return dates(moment, { dateStyle: "full" });
}

/** 23 Nov: for the axis of days. */
export function day(moment: Maybe<Moment>): string {
  return dates(moment, { day: "numeric", month: "short" });
}

/** Mon, Monday: `day` counts from Monday, which is 0. */
export function weekday(day: number, style: "short" | "long"): string {
  // 2024-01-01 was a Monday.
  return dates(new Date(Date.UTC(2024, 0, 1 + day)), { weekday: style, timeZone: "UTC" });
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** 3 minutes ago, in 2 days. `now`: milliseconds since 1970. */
export function relative(moment: Maybe<Moment>, now = Date.now()): string {
  const at = parsed(moment);
  if (at === null) return DASH;
  const seconds = (at.getTime() - now) / 1000;
  const format = cached(
    "relative",
    () => new Intl.RelativeTimeFormat(locale(), { numeric: "auto", style: "long" }),
  ) as Intl.RelativeTimeFormat;
  for (const [name, size] of STEPS)
    if (Math.abs(seconds) >= size) return format.format(Math.round(seconds / size), name);
  return format.format(Math.abs(seconds) < 10 ? 0 : Math.round(seconds), "second");
}

/** +14155550100 → +1 415 555 0100 would need a numbering plan: numbers stand as they are, and never wrap or turn around in a right-to-left text. */
export function phoneNumber(value: Maybe<string>): string {
  return value ? `\u2066${value}\u2069` : DASH;
}

/** The name of a language (`type: "language"`, a tag of BCP 47) or a country (`region`) in the language of the page; the code itself where nobody knows it. */
export function nameOf(type: "language" | "region", of: string): string {
  try {
    return new Intl.DisplayNames([locale()], { type }).of(of) ?? of;
  } catch {
    return of; // no tag at all
  }
}

/** "A, B and C" */
export function list(items: readonly string[]): string {
  return new Intl.ListFormat(locale(), { style: "long", type: "conjunction" }).format(items);
}

function known(value: Maybe<number>): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}

function unit(value: number, name: string, digits: number, unitDisplay: "short" | "long" = "short"): string {
  return numbers({ style: "unit", unit: name, unitDisplay, maximumFractionDigits: digits }).format(value);
}

function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const make = () => new Intl.NumberFormat(locale(), options);
  return cached(`number ${JSON.stringify(options)}`, make) as Intl.NumberFormat;
}

function dates(moment: Maybe<Moment>, options: Intl.DateTimeFormatOptions): string {
  const at = parsed(moment);
  if (at === null) return DASH;
  const make = () => new Intl.DateTimeFormat(locale(), options);
  return (cached(`date ${JSON.stringify(options)}`, make) as Intl.DateTimeFormat).format(at);
}

function parsed(moment: Maybe<Moment>): Date | null {
  if (moment === null || moment === undefined || moment === "") return null;
  const at = moment instanceof Date ? moment : new Date(moment);
  return Number.isNaN(at.getTime()) ? null : at;
}

/** Intl's objects cost a lot to make and little to use. */
function cached<T extends Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>(
  what: string,
  make: () => T,
) {
  const name = `${locale()} ${what}`;
  const found = made.get(name) ?? make();
  made.set(name, found);
  return found;
}
