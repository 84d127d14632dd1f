import { t } from "@/app/i18n";
import { type Form, type Setting, SettingsFields } from "@/forms";
import type { AccountForm } from "./model";

/** What counts for calls by the account, whoever its provider is. */
export function CallSettings({ form }: { form: Form<AccountForm> }) {
  const fields: Setting[] = [
    {
      key: "prefixes",
      kind: "words",
      label: t("Numbers that may be called"),
      hint: t(
        "By their beginnings: +49, +4930. None: it calls nobody. An exclamation mark before one says no.",
      ),
    },
    {
      key: "caller",
      kind: "text",
      label: t("Number that is shown"),
      hint: t("One of the account's own, with its country code."),
    },
    {
      key: "senders",
      kind: "words",
      label: t("Also sends texts as"),
      hint: t("Names and numbers that texts may go out by, beside the account's own numbers."),
    },
    {
      key: "max_calls",
      kind: "number",
      label: t("Calls at once"),
      hint: t("In and out together."),
      min: 1,
      max: 10_000,
      usual: "50",
    },
    {
      key: "max_cps",
      kind: "number",
      label: t("New calls a second"),
      hint: t("As the provider allows: more are refused there."),
      min: 0.1,
      max: 1000,
      usual: "1",
    },
    {
      key: "priority",
      kind: "number",
      label: t("Order"),
      hint: t("The lowest is asked first, trunks among them."),
      min: 0,
      max: 1000,
      usual: "10",
    },
    {
      key: "enabled",
      kind: "yes",
      label: t("In use"),
      hint: t("Switched off, it neither calls nor answers."),
      usual: t("Yes"),
    },
    {
      key: "fallback_number",
      kind: "text",
      label: t("While we are full or down"),
      hint: t("The provider calls this number in our place."),
    },
    {
      key: "fallback_text",
      kind: "area",
      label: t("Said where there is no such number"),
      hint: t("The provider says it, then hangs up."),
    },
    {
      key: "detect_machine",
      kind: "yes",
      label: t("Have the provider say who answers"),
      hint: t("A person or an answering machine. Most providers charge for it."),
      usual: t("No"),
    },
    {
      key: "record",
      kind: "yes",
      label: t("Have the provider record, too"),
      hint: t("Beside our own recording. Most providers charge for it."),
      usual: t("No"),
    },
    {
      key: "delete_recordings",
      kind: "yes",
      label: t("Delete the provider's recordings"),
      hint: t("Each as soon as it is kept here."),
      usual: t("No"),
    },
  ];
  return (
    <SettingsFields
      settings={fields}
      value={form.values.settings}
      onChange={(settings) => form.set("settings", settings)}
    />
  );
}
