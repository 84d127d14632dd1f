import { useState } from "react";
import { t, tn } from "@/app/i18n";
import { Button, Dialog, Segmented } from "@/ui";
import type { Merged } from "./merging";
import type { Form } from "./useForm";

/** Somebody else changed the same thing meanwhile: what they changed alone is taken over, what both changed is asked. */
export function ClashDialog<T extends object>({
  form,
  what,
  label,
}: {
  form: Form<T>;
  what: string;
  /** A field's name for people. */
  label: (field: keyof T & string) => string;
}) {
  if (form.clash === null) return null;
  return <Asked clash={form.clash} form={form} what={what} label={label} />;
}

function Asked<T extends object>({
  clash,
  form,
  what,
  label,
}: {
  clash: Merged<T>;
  form: Form<T>;
  what: string;
  label: (field: keyof T & string) => string;
}) {
  const [theirs, setTheirs] = useState<ReadonlySet<string>>(new Set());
  function save() {
    const values = { ...clash.values };
    for (const one of clash.clashes)
      if (theirs.has(one.field)) values[one.field] = one.theirs as T[typeof one.field];
    void form.settle(values);
  }
  return (
    <Dialog
      open
      sticky
      size="lg"
      onOpenChange={(open) => !open && void form.settle(null)}
      title={t("{what} was changed meanwhile", { what })}
      description={
        clash.clashes.length > 0
          ? t("Somebody else saved it while you were writing. Choose what counts; nothing of yours is lost.")
          : t("Somebody else saved it while you were writing. Your changes and theirs go together.")
      }
      footer={
        <>
          <Button variant="ghost" onClick={() => void form.settle(null)}>
            {t("Go on editing")}
          </Button>
          <Button variant="primary" loading={form.busy} onClick={save}>
            {t("Save both")}
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        {clash.clashes.map((one) => (
          <div key={one.field} className="rounded-xl border border-line p-4">
            <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
              <p className="font-medium text-sm">{label(one.field)}</p>
              <Segmented
                size="sm"
                label={label(one.field)}
                value={theirs.has(one.field) ? "theirs" : "mine"}
                onChange={(value) =>
                  setTheirs((now) => {
                    const next = new Set(now);
                    if (value === "theirs") next.add(one.field);
                    else next.delete(one.field);
                    return next;
                  })
                }
                choices={[
                  { value: "mine", label: t("Mine") },
                  { value: "theirs", label: t("Theirs") },
                ]}
              />
            </div>
            <div className="grid gap-3 sm:grid-cols-2">
              <Side name={t("Mine")} value={one.mine} chosen={!theirs.has(one.field)} />
              <Side name={t("Theirs")} value={one.theirs} chosen={theirs.has(one.field)} />
            </div>
          </div>
        ))}
        {clash.taken.length > 0 && (
          <p className="text-muted text-sm">
            {tn("Taken over from them: {fields}.", "Taken over from them: {fields}.", clash.taken.length, {
              fields: clash.taken.map(label).join(", "),
            })}
          </p>
        )}
      </div>
    </Dialog>
  );
}

function Side({ name, value, chosen }: { name: string; value: unknown; chosen: boolean }) {
  return (
    <div className={chosen ? "" : "opacity-60"}>
      <p className="mb-1 text-faint text-xs">{name}</p>
      <pre className="scroll-quiet max-h-40 overflow-auto whitespace-pre-wrap break-words rounded-lg bg-sunken p-2.5 text-xs">
        {told(value)}
      </pre>
    </div>
  );
}

function told(value: unknown): string {
  if (typeof value === "string") return value || "–";
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value.join(", ") || "–";
  return value === null ? "–" : JSON.stringify(value, null, 2);
}
