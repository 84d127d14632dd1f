import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { t } from "@/app/i18n";
import type { Settings } from "@/forms";
import { Button, IconButton, Input } from "@/ui";

type Line = readonly [name: string, to: string];

/** To whom an assistant may hand callers over: a name that its model knows, and where that is. */
export function Transfers({ value, onChange }: { value: Settings; onChange: (value: Settings) => void }) {
  const [lines, setLines] = useState<readonly Line[]>(() =>
    Object.entries(
      typeof value.transfers === "object" && value.transfers !== null ? value.transfers : {},
    ).map(([name, to]) => [name, String(to)]),
  );
  function change(next: readonly Line[]) {
    setLines(next);
    const whole = next.filter(([name, to]) => name.trim() && to.trim());
    const { transfers: _, ...others } = value;
    onChange(whole.length > 0 ? { ...others, transfers: Object.fromEntries(whole) } : others);
  }
  return (
    <fieldset className="min-w-0">
      <legend className="font-medium text-sm">{t("May transfer to")}</legend>
      <p className="mt-0.5 mb-2 text-faint text-xs leading-relaxed">
        {t(
          "The model chooses by the name: “sales”, “the doctor on duty”. Where it leads is an extension, a number or an address.",
        )}
      </p>
      <div className="space-y-2">
        {lines.map(([name, to], at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines are edited in place
          <div key={at} className="flex items-center gap-2">
            <Input
              aria-label={t("Name")}
              placeholder={t("sales")}
              value={name}
              onChange={(event) =>
                change(lines.map((line, index) => (index === at ? [event.target.value, to] : line)))
              }
            />
            <Input
              aria-label={t("Leads to")}
              dir="ltr"
              placeholder="101"
              value={to}
              onChange={(event) =>
                change(lines.map((line, index) => (index === at ? [name, event.target.value] : line)))
              }
            />
            <IconButton
              label={t("Remove {what}", { what: name || t("this line") })}
              onClick={() => change(lines.filter((_, index) => index !== at))}
            >
              <Trash2 />
            </IconButton>
          </div>
        ))}
      </div>
      <Button
        size="sm"
        variant="ghost"
        className="mt-1.5"
        icon={<Plus />}
        onClick={() => setLines([...lines, ["", ""]])}
      >
        {t("Add a destination")}
      </Button>
    </fieldset>
  );
}
