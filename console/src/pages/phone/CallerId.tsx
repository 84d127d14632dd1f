// By which of our numbers the called see a call from here.
import { useEffect, useState } from "react";
import { phoneNumber } from "@/app/format";
import { t } from "@/app/i18n";
import { useSession } from "@/app/session";
import { showAs, shownAs } from "@/phone/callerId";
import { Field, Select } from "@/ui";
import { useNumbers } from "./useDirectory";

/** Nothing where there is no choice: a key's phone calls nobody elsewhere. */
export function CallerId() {
  const { may } = useSession();
  const numbers = useNumbers();
  const [chosen, setChosen] = useState(shownAs);
  const ours = numbers.data?.items ?? [];
  // A number that is ours no more is neither offered nor asked for.
  const gone = numbers.isSuccess && chosen !== "" && !ours.some(({ number }) => number === chosen);
  useEffect(() => {
    if (gone) showAs("");
  }, [gone]);
  if (!may("admin") || ours.length === 0) return null;
  return (
    <div className="mt-4">
      <Field
        label={t("Shown to them as")}
        hint={t("On calls to numbers elsewhere, where the trunk lets you choose.")}
      >
        <Select
          value={gone ? "" : chosen}
          onChange={(number) => {
            showAs(number);
            setChosen(number);
          }}
          choices={[
            { value: "", label: t("The trunk's own") },
            ...ours.map(({ number, label }) => ({
              value: number,
              label: label ? `${phoneNumber(number)} · ${label}` : phoneNumber(number),
            })),
          ]}
        />
      </Field>
    </div>
  );
}
