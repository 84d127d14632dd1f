import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ifMatch, ok, type Schema } from "@/api";
import { t } from "@/app/i18n";
import { ClashDialog, ComboField, NumberField, SelectField, TextField, useForm } from "@/forms";
import { calendarsQuery, numbersQuery, type Route, routesQuery, useAgentChoices } from "@/parts/data";
import { FormSheet } from "@/parts/FormSheet";
import { History } from "@/parts/History";
import { RemoveDialog } from "@/parts/RemoveDialog";
import { Card, Field, Input, Segmented, toast } from "@/ui";
import { WeekEditor } from "./WeekEditor";
import { type Hours, hoursOf } from "./week";

type Otherwise = "" | "agent" | "ring" | "message";

interface RouteForm {
  pattern: string;
  agent: string;
  label: string;
  priority: number | null;
  valid_from: string | null;
  valid_until: string | null;
  time_zone: string;
  hours: Hours | null;
  calendar: string;
  otherwise: Otherwise;
  fallback: string;
}

const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const ZONES = Intl.supportedValuesOf("timeZone");

function formOf(one: Route): RouteForm {
  const otherwise = (["agent", "ring", "message"] as const).find((way) => one.fallback?.[way]) ?? "";
  return {
    pattern: one.pattern,
    agent: one.agent,
    label: one.label,
    priority: one.priority,
    valid_from: one.valid_from,
    valid_until: one.valid_until,
    time_zone: one.time_zone,
    hours: hoursOf(one.hours),
    calendar: one.calendar ?? "",
    otherwise,
    fallback: otherwise && one.fallback ? one.fallback[otherwise] : "",
  };
}

function bodyOf(form: RouteForm): Schema["RouteBody"] {
  const { otherwise, fallback, calendar, priority, ...same } = form;
  return {
    ...same,
    priority: priority ?? 100,
    calendar: calendar || null,
    fallback: otherwise ? { agent: "", ring: "", message: "", [otherwise]: fallback } : null,
  };
}

/** A route: which addresses it is for, who answers, when, and what else. */
export function RouteSheet({ route, onClose }: { route?: Route; onClose: () => void }) {
  const queries = useQueryClient();
  const agents = useAgentChoices();
  const { data: calendars = [] } = useQuery(calendarsQuery);
  const { data: numbers = [] } = useQuery(numbersQuery);
  const fresh = route === undefined;
  const form = useForm<RouteForm>({
    initial: route
      ? formOf(route)
      : {
          pattern: "",
          agent: "",
          label: "",
          priority: 100,
          valid_from: null,
          valid_until: null,
          time_zone: HERE,
          hours: null,
          calendar: "",
          otherwise: "",
          fallback: "",
        },
    version: route?.version,
    check: (values) => ({
      ...(values.pattern.trim()
        ? {}
        : { pattern: t("Say which numbers or names it is for; * stands for anything.") }),
      ...(values.agent ? {} : { agent: t("Choose who answers.") }),
      ...(values.otherwise && !values.fallback ? { fallback: t("Say what a caller gets otherwise.") } : {}),
    }),
    save: async (values, version) => {
      if (fresh) await ok(api.POST("/api/telephony/routes", { body: bodyOf(values) }));
      else
        await ok(
          api.PUT("/api/telephony/routes/{id}", {
            params: { path: { id: route.id } },
            body: bodyOf(values),
            headers: ifMatch(version),
          }),
        );
      await queries.invalidateQueries({ queryKey: routesQuery.queryKey });
      toast.ok(t("The route is saved. It counts from the next call on."));
      onClose();
    },
    reread: async () => {
      const now = await ok(
        api.GET("/api/telephony/routes/{id}", { params: { path: { id: route?.id ?? 0 } } }),
      );
      return { values: formOf(now), version: now.version };
    },
  });
  const { otherwise } = form.values;
  return (
    <FormSheet
      form={form}
      fresh={fresh}
      onClose={onClose}
      size="lg"
      title={fresh ? t("New route") : route.label || route.pattern}
      description={t("Which addresses it is for, who answers, when, and what callers get otherwise.")}
      removal={(dialog) =>
        route && (
          <RemoveDialog
            {...dialog}
            name={route.label || route.pattern}
            text={t("Calls go by the next route that fits, else they are refused.")}
            dependents={[
              {
                what: t("Numbers that follow it"),
                names: numbers.filter((one) => one.route === route.id).map((one) => one.number),
              },
            ]}
            onConfirm={async () => {
              await ok(api.DELETE("/api/telephony/routes/{id}", { params: { path: { id: route.id } } }));
              await queries.invalidateQueries({ queryKey: routesQuery.queryKey });
              toast.ok(t("The route is removed."));
              onClose();
            }}
          />
        )
      }
    >
      <div className="space-y-5">
        <div className="grid gap-5 sm:grid-cols-2">
          <TextField
            form={form}
            name="pattern"
            required
            dir="ltr"
            autoFocus={fresh}
            label={t("Pattern")}
            placeholder="+4930123*"
            hint={t("A number, name or address; * stands for any characters, ? for one.")}
          />
          <ComboField form={form} name="agent" required label={t("Who answers")} choices={agents} />
          <TextField form={form} name="label" label={t("Name")} hint={t("For people.")} />
          <NumberField
            form={form}
            name="priority"
            label={t("Priority")}
            hint={t("The lowest goes first; the usual is 100.")}
          />
        </div>
        <Card level={3} title={t("Hours")}>
          <div className="space-y-4">
            <WeekEditor value={form.values.hours} onChange={(hours) => form.set("hours", hours)} />
            {form.error("hours") && (
              <p role="alert" className="text-bad text-xs">
                {form.error("hours")}
              </p>
            )}
            <div className="grid gap-5 sm:grid-cols-2">
              <ComboField
                form={form}
                name="time_zone"
                free
                label={t("Time zone")}
                choices={ZONES.map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }))}
              />
              <SelectField
                form={form}
                name="calendar"
                label={t("Calendar")}
                placeholder={t("None")}
                hint={t("Holidays and other days that are not as usual.")}
                choices={calendars.map((one) => ({
                  value: one.name,
                  label: one.label ? `${one.name} · ${one.label}` : one.name,
                }))}
              />
            </div>
          </div>
        </Card>
        <Card
          level={3}
          title={t("Otherwise")}
          description={t("Outside of its hours, and when the agent cannot answer.")}
        >
          <div className="space-y-4">
            <Segmented
              label={t("Otherwise")}
              value={otherwise}
              onChange={(way) => form.patch({ otherwise: way, fallback: "" })}
              choices={[
                { value: "", label: t("The next route") },
                { value: "agent", label: t("Another agent") },
                { value: "ring", label: t("Ring somebody") },
                { value: "message", label: t("Refuse") },
              ]}
            />
            {otherwise === "agent" && (
              <ComboField form={form} name="fallback" label={t("Agent")} choices={agents} />
            )}
            {otherwise === "ring" && (
              <TextField
                form={form}
                name="fallback"
                dir="ltr"
                label={t("Whom")}
                placeholder="101"
                hint={t("An extension, a number or an address.")}
              />
            )}
            {otherwise === "message" && (
              <TextField
                form={form}
                name="fallback"
                label={t("Why the call is refused")}
                placeholder={t("We are closed")}
              />
            )}
          </div>
        </Card>
        <div className="grid gap-5 sm:grid-cols-2">
          <MomentField
            label={t("Counts from")}
            value={form.values.valid_from}
            error={form.error("valid_from")}
            onChange={(at) => form.set("valid_from", at)}
          />
          <MomentField
            label={t("Counts until")}
            value={form.values.valid_until}
            error={form.error("valid_until")}
            onChange={(at) => form.set("valid_until", at)}
          />
        </div>
        {!fresh && (
          <details className="rounded-xl border border-line px-4 py-3">
            <summary className="font-medium text-sm">{t("History")}</summary>
            <History subject={`route:${route.id}`} />
          </details>
        )}
      </div>
      <ClashDialog form={form} what={t("The route")} label={fieldLabel} />
    </FormSheet>
  );
}

/** A moment in the browser's time zone; empty: none. */
function MomentField({
  label,
  value,
  error,
  onChange,
}: {
  label: string;
  value: string | null;
  error?: string;
  onChange: (value: string | null) => void;
}) {
  return (
    <Field label={label} error={error} hint={t("Empty: always. In your time zone, {zone}.", { zone: HERE })}>
      <Input
        type="datetime-local"
        value={value === null ? "" : localOf(value)}
        onChange={(event) => onChange(event.target.value ? new Date(event.target.value).toISOString() : null)}
      />
    </Field>
  );
}

function localOf(moment: string): string {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return "";
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function fieldLabel(field: keyof RouteForm): string {
  const labels: Record<keyof RouteForm, string> = {
    pattern: t("Pattern"),
    agent: t("Who answers"),
    label: t("Name"),
    priority: t("Priority"),
    valid_from: t("Counts from"),
    valid_until: t("Counts until"),
    time_zone: t("Time zone"),
    hours: t("Hours"),
    calendar: t("Calendar"),
    otherwise: t("Otherwise"),
    fallback: t("Fallback"),
  };
  return labels[field];
}
