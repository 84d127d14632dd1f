import { t } from "@/app/i18n";
import { type Form, TextField, WordsField } from "@/forms";
import { secretHint } from "@/parts/secrets";
import type { TrunkForm } from "../model";

/** Whose calls come by it, and what they may. */
export function CallsIn({ form }: { form: Form<TrunkForm> }) {
  return (
    <div className="grid gap-5 sm:grid-cols-2">
      <WordsField
        form={form}
        name="networks"
        className="sm:col-span-2"
        label={t("Its calls come from")}
        placeholder="198.51.100.0/24"
        hint={t("Addresses and networks. Empty: those of its host.")}
      />
      <TextField
        form={form}
        name="header"
        type="password"
        className="sm:col-span-2"
        label={t("Secret header of its calls")}
        hint={secretHint(form.values.header) ?? t("As “Name: value”, where the carrier can send one.")}
      />
      <WordsField
        form={form}
        name="may_dial"
        className="sm:col-span-2"
        label={t("Its callers may dial")}
        placeholder="+4930*"
        hint={t("Empty: all agents, and no extension.")}
      />
      <TextField
        form={form}
        name="receive_strip"
        dir="ltr"
        label={t("Taken from numbers that it sends")}
        placeholder="00"
      />
      <TextField form={form} name="receive_prepend" dir="ltr" label={t("Put before them")} placeholder="+" />
    </div>
  );
}
