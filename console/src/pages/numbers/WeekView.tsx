import { t } from "@/app/i18n";
import { cn } from "@/ui";
import { DAY_MINUTES, DAYS, dayName, type Hours, openSpans } from "./week";

/** A week at a glance: when somebody answers, day by day. */
export function WeekView({ hours, small }: { hours: Hours; small?: boolean }) {
  const open = openSpans(hours);
  const words = DAYS.map(
    (day) => `${dayName(day, "long")}: ${(hours[day] ?? []).join(", ") || t("closed")}`,
  ).join("; ");
  return (
    <div role="img" aria-label={words} dir="ltr" className={cn("grid gap-1", !small && "gap-1.5")}>
      {!small && (
        <div className="figures grid grid-cols-[2.5rem_1fr] gap-2 text-faint text-[0.6875rem]" aria-hidden>
          <span />
          <span className="flex justify-between">
            {["0", "6", "12", "18", "24"].map((hour) => (
              <span key={hour}>{hour}</span>
            ))}
          </span>
        </div>
      )}
      {DAYS.map((day) => (
        <div
          key={day}
          className={cn(
            "grid items-center",
            small ? "grid-cols-[1.75rem_1fr] gap-2" : "grid-cols-[2.5rem_1fr] gap-2",
          )}
          aria-hidden
        >
          <span className={small ? "text-[0.625rem] text-faint leading-3" : "text-muted text-xs"}>
            {dayName(day)}
          </span>
          <span
            className={cn("relative block overflow-hidden rounded-full bg-line", small ? "h-1" : "h-2.5")}
          >
            {open[day].map((one) => (
              <span
                key={one.from}
                className="absolute inset-y-0 rounded-full bg-linear-to-r from-primary to-gold"
                style={{
                  left: `${(one.from / DAY_MINUTES) * 100}%`,
                  width: `${((one.to - one.from) / DAY_MINUTES) * 100}%`,
                }}
              />
            ))}
          </span>
        </div>
      ))}
    </div>
  );
}
