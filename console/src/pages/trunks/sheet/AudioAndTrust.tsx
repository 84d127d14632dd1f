import { t } from "@/app/i18n";
import { type Form, SelectField, WordsField } from "@/forms";
import type { TrunkForm } from "../model";

/** Codecs, encryption, and whose word about callers counts. */
export function AudioAndTrust({ form }: { form: Form<TrunkForm> }) {
  return (
    <div className="grid gap-5 sm:grid-cols-2">
      <WordsField
        form={form}
        name="codecs"
        className="sm:col-span-2"
        label={t("Codecs, in this order")}
        placeholder="PCMU, PCMA, G722, opus"
      />
      <SelectField
        form={form}
        name="encryption"
        label={t("Encryption (SRTP)")}
        choices={[
          { value: "off", label: t("Off") },
          { value: "optional", label: t("Where it can") },
          { value: "required", label: t("Always") },
        ]}
      />
      <SelectField
        form={form}
        name="identity"
        label={t("Callers' signatures (STIR/SHAKEN)")}
        choices={[
          { value: "pass", label: t("Handed on") },
          { value: "verify", label: t("Verified") },
          { value: "require", label: t("No call without one that holds") },
        ]}
      />
      <SelectField
        form={form}
        name="sign"
        label={t("We vouch for our callers")}
        choices={[
          { value: "off", label: t("No") },
          { value: "A", label: t("A: in full") },
          { value: "B", label: t("B: in part") },
          { value: "C", label: t("C: as a gateway") },
        ]}
      />
    </div>
  );
}
