import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ifMatch, ok } from "@/api";
import { phoneNumber } from "@/app/format";
import { t } from "@/app/i18n";
import { useSession } from "@/app/session";
import { ClashDialog, ComboField, SelectField, TextField, useForm } from "@/forms";
import { numbersQuery, type PhoneNumber, routesQuery, trunksQuery, useAgentChoices } from "@/parts/data";
import { FormSheet } from "@/parts/FormSheet";
import { History } from "@/parts/History";
import { RemoveDialog } from "@/parts/RemoveDialog";
import { Segmented, toast } from "@/ui";

interface NumberForm {
  number: string;
  label: string;
  trunk: string;
  provider: string;
  leads: "agent" | "route" | "patterns";
  agent: string;
  /** The id of a route, as a select has it. */
  route: string;
}

function formOf(one: PhoneNumber): NumberForm {
  return {
    number: one.number,
    label: one.label,
    trunk: one.trunk,
    provider: one.provider,
    leads: one.agent !== null ? "agent" : one.route !== null ? "route" : "patterns",
    agent: one.agent ?? "",
    route: one.route === null ? "" : String(one.route),
  };
}

const bodyOf = (form: NumberForm) => ({
  label: form.label,
  trunk: form.trunk,
  provider: form.provider,
  agent: form.leads === "agent" ? form.agent || null : null,
  route: form.leads === "route" && form.route ? Number(form.route) : null,
});

/** A number of ours: what it is called, by which trunk its calls come, who answers. */
export function NumberSheet({
  number,
  agent,
  onClose,
}: {
  number?: PhoneNumber;
  agent?: string;
  onClose: () => void;
}) {
  const { may } = useSession();
  const queries = useQueryClient();
  const agents = useAgentChoices();
  const { data: routes = [] } = useQuery(routesQuery);
  const { data: trunks = [] } = useQuery({ ...trunksQuery, enabled: may("admin") });
  const fresh = number === undefined;
  const form = useForm<NumberForm>({
    initial: number
      ? formOf(number)
      : { number: "", label: "", trunk: "", provider: "", leads: "agent", agent: agent ?? "", route: "" },
    version: number?.version,
    check: (values) => ({
      ...(values.number.trim() ? {} : { number: t("Write it with its country code: +4930123456.") }),
      ...(values.leads === "agent" && !values.agent ? { agent: t("Choose who answers.") } : {}),
      ...(values.leads === "route" && !values.route ? { route: t("Choose a route.") } : {}),
    }),
    save: async (values, version) => {
      if (fresh)
        await ok(api.POST("/api/telephony/numbers", { body: { ...bodyOf(values), number: values.number } }));
      else
        await ok(
          api.PUT("/api/telephony/numbers/{number}", {
            params: { path: { number: number.number } },
            body: bodyOf(values),
            headers: ifMatch(version),
          }),
        );
      await queries.invalidateQueries({ queryKey: numbersQuery.queryKey });
      toast.ok(
        t("{number} is saved. It counts from the next call on.", { number: phoneNumber(values.number) }),
      );
      onClose();
    },
    reread: async () => {
      const path = { number: number?.number ?? "" };
      const now = await ok(api.GET("/api/telephony/numbers/{number}", { params: { path } }));
      return { values: formOf(now), version: now.version };
    },
  });
  const { leads } = form.values;
  return (
    <FormSheet
      form={form}
      fresh={fresh}
      onClose={onClose}
      title={fresh ? t("New number") : phoneNumber(number.number)}
      description={
        fresh ? t("A telephone number that your carrier sends to this server.") : number.label || undefined
      }
      removal={(dialog) =>
        number && (
          <RemoveDialog
            {...dialog}
            name={number.number}
            text={t("Calls to it go where the patterns of routes say, else they are refused.")}
            onConfirm={async () => {
              await ok(
                api.DELETE("/api/telephony/numbers/{number}", {
                  params: { path: { number: number.number } },
                }),
              );
              await queries.invalidateQueries({ queryKey: numbersQuery.queryKey });
              toast.ok(t("{name} is removed.", { name: number.number }));
              onClose();
            }}
          />
        )
      }
    >
      <div className="space-y-5">
        {fresh && (
          <TextField
            form={form}
            name="number"
            type="tel"
            dir="ltr"
            required
            autoFocus
            label={t("Number")}
            placeholder="+49 30 123456"
            hint={t("In E.164, with its country code. Spaces and dashes may stay.")}
          />
        )}
        <TextField
          form={form}
          name="label"
          label={t("Name")}
          placeholder={t("Reservations")}
          hint={t("For people.")}
        />
        <div>
          <p className="mb-1.5 font-medium text-sm">{t("Who answers")}</p>
          <Segmented
            label={t("Who answers")}
            value={leads}
            onChange={(value) => form.set("leads", value)}
            choices={[
              { value: "agent", label: t("An agent") },
              { value: "route", label: t("A route") },
              { value: "patterns", label: t("As patterns say") },
            ]}
          />
        </div>
        {leads === "agent" && (
          <ComboField form={form} name="agent" required label={t("Agent")} choices={agents} />
        )}
        {leads === "route" && (
          <SelectField
            form={form}
            name="route"
            required
            label={t("Route")}
            placeholder={t("Choose a route…")}
            hint={t("With its hours, calendar and fallback.")}
            choices={routes.map((one) => ({
              value: String(one.id),
              label: `${one.label || one.pattern} → ${one.agent}`,
            }))}
          />
        )}
        {leads === "patterns" && (
          <p className="text-muted text-sm">
            {t("The route whose pattern fits best answers; nobody does where none fits.")}
          </p>
        )}
        <SelectField
          form={form}
          name="trunk"
          label={t("Trunk")}
          placeholder={t("Any")}
          hint={t("By which its calls come in.")}
          choices={trunks.map((one) => ({ value: one.name, label: one.name }))}
        />
        <TextField form={form} name="provider" label={t("Provider")} hint={t("Whose it is, for people.")} />
        {!fresh && (
          <details className="rounded-xl border border-line px-4 py-3">
            <summary className="font-medium text-sm">{t("History")}</summary>
            <History subject={`number:${number.number}`} />
          </details>
        )}
      </div>
      <ClashDialog form={form} what={form.values.number} label={fieldLabel} />
    </FormSheet>
  );
}

function fieldLabel(field: keyof NumberForm): string {
  const labels: Record<keyof NumberForm, string> = {
    number: t("Number"),
    label: t("Name"),
    trunk: t("Trunk"),
    provider: t("Provider"),
    leads: t("Who answers"),
    agent: t("Agent"),
    route: t("Route"),
  };
  return labels[field];
}
