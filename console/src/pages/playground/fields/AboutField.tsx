import { Plus } from "lucide-react";
import { useState } from "react";
import { t } from "@/app/i18n";
import { Button, Field, TextArea } from "@/ui";
import { aboutFault } from "../settings";

/** What the agent knows of who talks to it, as JSON. */
export function AboutField({ value, onChange }: { value: string; onChange: (about: string) => void }) {
  const [open, setOpen] = useState(value !== "");
  const fault = aboutFault(value);
  if (!open)
    return (
      <Button size="sm" variant="ghost" icon={<Plus />} onClick={() => setOpen(true)}>
        {t("Data for the agent to know")}
      </Button>
    );
  return (
    <Field
      label={t("Data for the agent")}
      hint={t("An object as JSON; a flow has it as variables.")}
      error={
        fault === "json"
          ? t("This is no JSON yet: names and texts stand in double quotes.")
          : fault === "object"
            ? t('An object is needed: {"name": "Ann"}.')
            : undefined
      }
    >
      <TextArea
        rows={2}
        maxLength={10_000}
        className="font-mono text-xs"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        placeholder='{"name": "Ann"}'
      />
    </Field>
  );
}
