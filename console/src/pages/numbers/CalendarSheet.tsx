import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { api, ifMatch, ok } from "@/api";
import { t } from "@/app/i18n";
import { ClashDialog, TextField, useForm, WordsInput } from "@/forms";
import { type Calendar, calendarsQuery, routesQuery } from "@/parts/data";
import { FormSheet } from "@/parts/FormSheet";
import { RemoveDialog } from "@/parts/RemoveDialog";
import { Button, IconButton, Input, toast } from "@/ui";

interface CalendarDay {
  date: string;
  label: string;
  hours: string[];
}
interface CalendarForm {
  name: string;
  label: string;
  days: CalendarDay[];
}

const formOf = (one: Calendar): CalendarForm => ({ name: one.name, label: one.label, days: one.days });

/** Days that are not as usual: holidays, short days. */
export function CalendarSheet({ calendar, onClose }: { calendar?: Calendar; onClose: () => void }) {
  const queries = useQueryClient();
  const { data: routes = [] } = useQuery(routesQuery);
  const fresh = calendar === undefined;
  const form = useForm<CalendarForm>({
    initial: calendar
      ? formOf(calendar)
      : { name: "", label: "", days: [{ date: "", label: "", hours: [] }] },
    version: calendar?.version,
    check: (values) => (values.name.trim() ? {} : { name: t("Give it a name: routes know it by that.") }),
    save: async (values, version) => {
      const body = { label: values.label, days: values.days.filter((day) => day.date.trim()) };
      if (fresh)
        await ok(api.POST("/api/telephony/calendars", { body: { ...body, name: values.name.trim() } }));
      else
        await ok(
          api.PUT("/api/telephony/calendars/{name}", {
            params: { path: { name: calendar.name } },
            body,
            headers: ifMatch(version),
          }),
        );
      await queries.invalidateQueries({ queryKey: calendarsQuery.queryKey });
      toast.ok(t("The calendar is saved. It counts for all routes that go by it."));
      onClose();
    },
    reread: async () => {
      const path = { name: calendar?.name ?? "" };
      const now = await ok(api.GET("/api/telephony/calendars/{name}", { params: { path } }));
      return { values: formOf(now), version: now.version };
    },
  });
  const { days } = form.values;
  const change = (at: number, part: Partial<CalendarDay>) =>
    form.set(
      "days",
      days.map((day, index) => (index === at ? { ...day, ...part } : day)),
    );
  return (
    <FormSheet
      form={form}
      fresh={fresh}
      onClose={onClose}
      size="lg"
      title={fresh ? t("New calendar") : calendar.name}
      description={t("On these days a route's hours are others, or nobody is there.")}
      removal={(dialog) =>
        calendar && (
          <RemoveDialog
            {...dialog}
            name={calendar.name}
            text={t("It cannot be taken back.")}
            dependents={[
              {
                what: t("Routes that go by it"),
                names: routes
                  .filter((one) => one.calendar === calendar.name)
                  .map((one) => one.label || one.pattern),
              },
            ]}
            onConfirm={async () => {
              await ok(
                api.DELETE("/api/telephony/calendars/{name}", { params: { path: { name: calendar.name } } }),
              );
              await queries.invalidateQueries({ queryKey: calendarsQuery.queryKey });
              toast.ok(t("The calendar is removed."));
              onClose();
            }}
          />
        )
      }
    >
      <div className="space-y-5">
        <div className="grid gap-5 sm:grid-cols-2">
          {fresh && (
            <TextField
              form={form}
              name="name"
              required
              autoFocus
              dir="ltr"
              label={t("Name")}
              placeholder="de"
            />
          )}
          <TextField
            form={form}
            name="label"
            label={t("For people")}
            placeholder={t("Holidays in Germany")}
          />
        </div>
        <fieldset>
          <legend className="mb-2 font-medium text-sm">{t("Days")}</legend>
          {form.error("days") && (
            <p role="alert" className="mb-2 rounded-lg bg-bad-soft px-3 py-2 text-bad text-sm">
              {form.error("days")}
            </p>
          )}
          <ul className="space-y-2">
            {days.map((day, at) => (
              <li
                // biome-ignore lint/suspicious/noArrayIndexKey: days are edited in place
                key={at}
                className="grid grid-cols-[1fr_auto] gap-2 rounded-xl border border-line p-2.5 sm:grid-cols-[8rem_1fr_1fr_auto] sm:items-start"
              >
                <Input
                  aria-label={t("Date")}
                  dir="ltr"
                  placeholder="12-25"
                  value={day.date}
                  onChange={(event) => change(at, { date: event.target.value })}
                />
                <Input
                  aria-label={t("Name of the day")}
                  className="max-sm:col-span-2 max-sm:row-start-2"
                  placeholder={t("Christmas")}
                  value={day.label}
                  onChange={(event) => change(at, { label: event.target.value })}
                />
                <div className="max-sm:col-span-2">
                  <WordsInput
                    aria-label={t("Hours of the day")}
                    placeholder={t("closed; or 09:00-12:00")}
                    value={day.hours}
                    onChange={(hours) => change(at, { hours })}
                  />
                </div>
                <IconButton
                  label={t("Remove {what}", { what: day.date || t("this line") })}
                  className="max-sm:row-start-1 max-sm:col-start-2"
                  onClick={() =>
                    form.set(
                      "days",
                      days.filter((_, index) => index !== at),
                    )
                  }
                >
                  <X />
                </IconButton>
              </li>
            ))}
          </ul>
          <p className="mt-2 text-faint text-xs">
            {t("2026-12-25 is that day alone, 12-25 every year. Without hours nobody is there.")}
          </p>
          <Button
            size="sm"
            variant="ghost"
            className="mt-1.5"
            icon={<Plus />}
            onClick={() => form.set("days", [...days, { date: "", label: "", hours: [] }])}
          >
            {t("Add a day")}
          </Button>
        </fieldset>
      </div>
      <ClashDialog
        form={form}
        what={t("The calendar")}
        label={(field) => (field === "days" ? t("Days") : t("Name"))}
      />
    </FormSheet>
  );
}
