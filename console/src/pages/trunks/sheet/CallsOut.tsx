import { t } from "@/app/i18n";
import { type Form, NumberField, SelectField, SwitchField, TextField, WordsField } from "@/forms";
import type { TrunkForm } from "../model";

/** What goes out by it, in which order, and how it looks there. */
export function CallsOut({ form }: { form: Form<TrunkForm> }) {
  return (
    <div className="grid gap-5 sm:grid-cols-2">
      <WordsField
        form={form}
        name="prefixes"
        className="sm:col-span-2"
        label={t("May be called by it")}
        placeholder="+49, !+49900, *"
        hint={t(
          "Beginnings of numbers; the longest that fits decides, ! before one says no, * is any. Empty: none.",
        )}
      />
      <NumberField
        form={form}
        name="priority"
        label={t("Order")}
        hint={t("The lowest is tried first; when it fails the next takes over.")}
        min={0}
        max={10_000}
      />
      <NumberField
        form={form}
        name="weight"
        label={t("Weight")}
        hint={t("Its share among trunks of the same order.")}
        min={1}
        max={1000}
      />
      <NumberField
        form={form}
        name="max_calls"
        label={t("Calls at once")}
        hint={t("0: as many as we can.")}
        min={0}
        max={10_000}
      />
      <NumberField
        form={form}
        name="max_cps"
        label={t("New calls a second")}
        hint={t("0: no limit.")}
        min={0}
        max={1000}
      />
      <NumberField
        form={form}
        name="first_response_s"
        label={t("The next is tried after silence of")}
        end="s"
        step={0.1}
        min={0.2}
        max={32}
      />
      <NumberField
        form={form}
        name="progress_s"
        label={t("… and without ringing for")}
        end="s"
        min={0}
        max={300}
        hint={t("0: as long as the caller waits.")}
      />
      <TextField form={form} name="dial_strip" dir="ltr" label={t("Taken from the number")} placeholder="+" />
      <TextField form={form} name="dial_prepend" dir="ltr" label={t("Put before it")} placeholder="00" />
      <SelectField
        form={form}
        name="caller_mode"
        label={t("Caller's number")}
        choices={[
          { value: "pass", label: t("Its own") },
          { value: "fixed", label: t("Always the one below") },
          { value: "allowed", label: t("Its own where allowed") },
        ]}
      />
      <TextField
        form={form}
        name="caller_number"
        dir="ltr"
        type="tel"
        label={t("Number")}
        placeholder="+4930123456"
      />
      {form.values.caller_mode === "allowed" && (
        <WordsField
          form={form}
          name="caller_allowed"
          label={t("Allowed")}
          placeholder="+4930123*"
          className="sm:col-span-2"
        />
      )}
      <SelectField
        form={form}
        name="caller_privacy"
        label={t("Hidden from the called")}
        choices={[
          { value: "pass", label: t("As the caller wants it") },
          { value: "always", label: t("Always") },
          { value: "never", label: t("Never") },
        ]}
      />
      <TextField
        form={form}
        name="from_domain"
        dir="ltr"
        label={t("Our domain")}
        hint={t("Empty: its host.")}
      />
      <SwitchField
        form={form}
        name="user_phone"
        label={t("Write ;user=phone behind numbers")}
        className="sm:col-span-2"
      />
    </div>
  );
}
