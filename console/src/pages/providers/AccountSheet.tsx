import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ifMatch, ok } from "@/api";
import { t } from "@/app/i18n";
import { ClashDialog, useForm } from "@/forms";
import { numbersQuery, type PhoneNumber } from "@/parts/data";
import { FormSheet } from "@/parts/FormSheet";
import { History } from "@/parts/History";
import { Notice } from "@/parts/Notice";
import { RemoveDialog } from "@/parts/RemoveDialog";
import { Tabs, toast } from "@/ui";
import { CallSettings } from "./CallSettings";
import { Check } from "./Check";
import { Credentials } from "./Credentials";
import { type Account, type AccountForm, formOf, type Kind, lackingOf, newOf } from "./model";
import { Numbers } from "./Numbers";

/** An account at a provider: what it signs in with, what may be called by it, its numbers, and whether it works. */
export function AccountSheet({
  kind,
  account,
  taken,
  numbers,
  onClose,
}: {
  kind: Kind;
  /** None: a new one of that kind. */
  account?: Account;
  /** Names that there are. */
  taken: readonly string[];
  /** Rows of numbers whose calls come by it. */
  numbers: readonly PhoneNumber[];
  onClose: (name?: string) => void;
}) {
  const queries = useQueryClient();
  const [part, setPart] = useState("account");
  const fresh = account === undefined;
  const places = [
    { value: "account", label: t("Account") },
    { value: "calls", label: t("Calls") },
    ...(account?.capabilities.includes("numbers") ? [{ value: "numbers", label: t("Numbers") }] : []),
  ];
  const form = useForm<AccountForm>({
    initial: account ? formOf(account) : newOf(kind, taken),
    version: account?.version,
    check: (values): Partial<Record<keyof AccountForm, string>> => ({
      ...(values.name.trim() ? {} : { name: t("Give it a name: numbers and figures know it by that.") }),
    }),
    save: async (values, version) => {
      const lacking = lackingOf(values, kind);
      if (lacking) throw new Error(lacking);
      const name = values.name.trim();
      if (fresh)
        await ok(
          api.POST("/api/telephony/providers", {
            body: { name, kind: kind.name, settings: values.settings },
          }),
        );
      else
        await ok(
          api.PUT("/api/telephony/providers/{name}", {
            params: { path: { name } },
            body: { settings: values.settings },
            headers: ifMatch(version),
          }),
        );
      await queries.invalidateQueries({ queryKey: ["providers"] });
      toast.ok(t("{name} is saved. Look under Check whether it works.", { name }));
      onClose(fresh ? name : undefined);
    },
    reread: async () => {
      const path = { name: account?.name ?? "" };
      const now = await ok(api.GET("/api/telephony/providers/{name}", { params: { path } }));
      return { values: formOf(now), version: now.version };
    },
  });
  return (
    <FormSheet
      form={form}
      fresh={fresh}
      readOnly={account?.read_only}
      onClose={() => onClose()}
      size="lg"
      title={fresh ? t("New account at {provider}", { provider: kind.title }) : account.name}
      description={fresh ? t("Its credentials are kept sealed, and never shown again.") : kind.title}
      removal={(dialog) =>
        account && (
          <RemoveDialog
            {...dialog}
            name={account.name}
            text={t("Calls that are up go on. Its credentials are gone for good.")}
            dependents={[
              { what: t("Numbers whose calls come by it"), names: numbers.map((one) => one.number) },
            ]}
            onConfirm={async () => {
              await ok(
                api.DELETE("/api/telephony/providers/{name}", { params: { path: { name: account.name } } }),
              );
              // Of the list alone: what was asked of this one is not to be asked again.
              await Promise.all([
                queries.invalidateQueries({ queryKey: ["providers"], exact: true }),
                queries.invalidateQueries({ queryKey: numbersQuery.queryKey }),
              ]);
              toast.ok(t("{name} is removed.", { name: account.name }));
              onClose();
            }}
          />
        )
      }
    >
      {account?.read_only && (
        <Notice tone="info" className="mb-4" title={t("Environment variables make this account")}>
          {t("It is changed there. An account of the same name that is added here takes its place.")}
        </Notice>
      )}
      {account && (account.fault || account.lacks) && (
        <Notice tone={account.fault ? "bad" : "warn"} className="mb-4" title={t("Calls cannot go by it yet")}>
          {account.fault || account.lacks}
        </Notice>
      )}
      <Tabs
        label={t("Parts of the account")}
        value={part}
        onChange={setPart}
        tabs={[
          {
            value: "account",
            label: t("Account"),
            content: <Credentials form={form} kind={kind} account={account} />,
          },
          { value: "calls", label: t("Calls"), content: <CallSettings form={form} /> },
          ...(account?.capabilities.includes("numbers")
            ? [{ value: "numbers", label: t("Numbers"), content: <Numbers name={account.name} /> }]
            : []),
          ...(account
            ? [
                {
                  value: "check",
                  label: t("Check"),
                  content: <Check name={account.name} parts={places} onPart={setPart} />,
                },
              ]
            : []),
          ...(account
            ? [
                {
                  value: "history",
                  label: t("History"),
                  content: <History subject={`provider:${account.name}`} />,
                },
              ]
            : []),
        ]}
      />
      <ClashDialog form={form} what={form.values.name} label={(field) => field} />
    </FormSheet>
  );
}
