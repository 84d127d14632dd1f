import { Copy, Plus, X } from "lucide-react";
import { t } from "@/app/i18n";
import { IconButton, Switch } from "@/ui";
import { WeekView } from "./WeekView";
import { DAYS, type Day, dayName, type Hours } from "./week";

const USUAL: Hours = Object.fromEntries(
  ["mon", "tue", "wed", "thu", "fri"].map((day) => [day, ["09:00-17:00"]]),
);

/** The hours of a week; null: at any time. */
export function WeekEditor({
  value,
  onChange,
}: {
  value: Hours | null;
  onChange: (value: Hours | null) => void;
}) {
  const change = (day: Day, spans: string[]) => {
    const { [day]: _, ...others } = value ?? {};
    onChange(spans.length > 0 ? { ...others, [day]: spans } : others);
  };
  return (
    <div className="space-y-4">
      <Switch
        label={t("Only at certain hours")}
        hint={t("Else it counts at any time. Outside of its hours the fallback counts.")}
        checked={value !== null}
        onChange={(on) => onChange(on ? USUAL : null)}
      />
      {value !== null && (
        <>
          <WeekView hours={value} />
          <div className="divide-y divide-line rounded-xl border border-line">
            {DAYS.map((day) => (
              <DayLine
                key={day}
                day={day}
                spans={value[day] ?? []}
                onChange={(spans) => change(day, spans)}
                onCopy={() => onChange(copied(value, day))}
              />
            ))}
          </div>
        </>
      )}
    </div>
  );
}

function DayLine({
  day,
  spans,
  onChange,
  onCopy,
}: {
  day: Day;
  spans: string[];
  onChange: (spans: string[]) => void;
  onCopy: () => void;
}) {
  const name = dayName(day, "long");
  const set = (at: number, part: 0 | 1, time: string) =>
    onChange(
      spans.map((one, index) => {
        const [from = "", to = ""] = one.split("-");
        return index === at ? (part === 0 ? `${time}-${to}` : `${from}-${time}`) : one;
      }),
    );
  return (
    <div className="flex flex-wrap items-start gap-x-3 gap-y-2 px-3 py-2">
      <span className="w-24 shrink-0 pt-1.5 text-sm">{name}</span>
      <div className="min-w-0 flex-1 space-y-1.5">
        {spans.length === 0 && <p className="pt-1.5 text-faint text-sm">{t("closed")}</p>}
        {spans.map((one, at) => {
          const [from = "", to = ""] = one.split("-");
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: spans are edited in place
            <div key={at} className="flex items-center gap-1.5" dir="ltr">
              <TimeInput
                label={t("{day} from", { day: name })}
                value={from}
                onChange={(time) => set(at, 0, time)}
              />
              <span className="text-faint" aria-hidden>
                –
              </span>
              <TimeInput
                label={t("{day} until", { day: name })}
                value={to}
                onChange={(time) => set(at, 1, time)}
              />
              <IconButton
                size="sm"
                quiet
                label={t("Remove {what}", { what: one })}
                onClick={() => onChange(spans.filter((_, index) => index !== at))}
              >
                <X />
              </IconButton>
            </div>
          );
        })}
      </div>
      <div className="flex">
        <IconButton
          size="sm"
          label={t("Add hours on {day}", { day: name })}
          onClick={() => onChange([...spans, spans.length > 0 ? "18:00-20:00" : "09:00-17:00"])}
        >
          <Plus />
        </IconButton>
        <IconButton
          size="sm"
          label={t("As {day}, Monday to Friday", { day: name })}
          disabled={spans.length === 0}
          onClick={onCopy}
        >
          <Copy />
        </IconButton>
      </div>
    </div>
  );
}

function TimeInput({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <input
      aria-label={label}
      value={value}
      inputMode="numeric"
      placeholder="09:00"
      maxLength={5}
      onChange={(event) => onChange(event.target.value)}
      onBlur={() => onChange(asTime(value))}
      className="figures h-8 w-16 rounded-lg border border-line-strong/70 bg-sunken px-2 text-center text-sm"
    />
  );
}

/** "9" and "930" as they are meant. */
export function asTime(typed: string): string {
  const digits = typed.replace(/\D/g, "");
  if (typed.includes(":") || digits.length === 0 || digits.length > 4) {
    const [hours = "", minutes = ""] = typed.split(":");
    return typed.includes(":") && hours.length === 1 ? `0${hours}:${minutes.padEnd(2, "0")}` : typed;
  }
  const [hours, minutes] = digits.length <= 2 ? [digits, "00"] : [digits.slice(0, -2), digits.slice(-2)];
  return `${hours.padStart(2, "0")}:${minutes}`;
}

function copied(hours: Hours, day: Day): Hours {
  const spans = hours[day] ?? [];
  return { ...hours, ...Object.fromEntries(DAYS.slice(0, 5).map((each) => [each, [...spans]])) };
}
