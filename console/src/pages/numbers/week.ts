// The hours of a week: spans such as "09:00-17:30"; one that ends before it begins goes on past midnight
// and belongs to the day on which it begins.
import { weekday } from "@/app/format";
import { t } from "@/app/i18n";

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Day = (typeof DAYS)[number];
export type Hours = Partial<Record<Day, string[]>>;

export const DAY_MINUTES = 24 * 60;
const SPAN = /^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$/;

export interface Span {
  /** Minutes since midnight, the end behind the begin within one day. */
  from: number;
  to: number;
}

/** The begin and end of a span in minutes; the end may lie in the day after (more than 1440). null: it is none. */
export function span(text: string): Span | null {
  const found = SPAN.exec(text.trim());
  if (found === null) return null;
  const [hours, minutes, untilHours, untilMinutes] = found.slice(1).map(Number);
  if (hours === undefined || minutes === undefined || untilHours === undefined || untilMinutes === undefined)
    return null;
  if (hours > 23 || minutes > 59 || untilHours > 24 || untilMinutes > 59) return null;
  const from = hours * 60 + minutes;
  let to = untilHours * 60 + untilMinutes;
  if (to <= from) to += DAY_MINUTES;
  return { from, to };
}

/** What is open of each day, with what goes on from the day before; sorted. */
export function openSpans(hours: Hours): Record<Day, Span[]> {
  const open = Object.fromEntries(DAYS.map((day) => [day, [] as Span[]])) as unknown as Record<Day, Span[]>;
  DAYS.forEach((day, index) => {
    for (const text of hours[day] ?? []) {
      const found = span(text);
      if (found === null) continue;
      open[day].push({ from: found.from, to: Math.min(found.to, DAY_MINUTES) });
      const next = DAYS[(index + 1) % DAYS.length];
      if (found.to > DAY_MINUTES && next) open[next].push({ from: 0, to: found.to - DAY_MINUTES });
    }
  });
  for (const day of DAYS) open[day].sort((one, two) => one.from - two.from);
  return open;
}

/** The hours in a route, which the API leaves untyped: a row beyond reading is null. */
export function hoursOf(value: unknown): Hours | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const hours: Hours = {};
  for (const day of DAYS) {
    const spans = (value as Record<string, unknown>)[day];
    if (Array.isArray(spans)) hours[day] = spans.map(String);
  }
  return hours;
}

export function dayName(day: Day, style: "short" | "long" = "short"): string {
  return weekday(DAYS.indexOf(day), style);
}

/** "40 h a week", for a line of a list. */
export function openHours(hours: Hours): number {
  return (
    Object.values(openSpans(hours))
      .flat()
      .reduce((sum, one) => sum + one.to - one.from, 0) / 60
  );
}

export function hoursInWords(hours: Hours | null): string {
  if (hours === null) return t("At any time");
  const sum = openHours(hours);
  return sum === 0 ? t("Never") : t("{hours} h a week", { hours: Math.round(sum * 10) / 10 });
}
