import type { ReactNode } from "react";
import { t } from "@/app/i18n";
import { Button } from "@/ui";

/** The foot of a form in a sheet: what went wrong, and its buttons. */
export function FormFoot({
  form,
  onCancel,
  verb,
  remove,
  disabled,
}: {
  form: { busy: boolean; fault: string; dirty: boolean };
  onCancel: () => void;
  verb: string;
  remove?: { icon: ReactNode; onClick: () => void };
  disabled?: boolean;
}) {
  return (
    <div className="w-full space-y-3">
      {form.fault && (
        <p
          role="alert"
          className="whitespace-pre-line break-words rounded-lg bg-bad-soft px-3 py-2 text-bad text-sm"
        >
          {form.fault}
        </p>
      )}
      <div className="flex flex-wrap items-center gap-2">
        {remove && (
          <Button variant="dangerGhost" icon={remove.icon} onClick={remove.onClick}>
            {t("Remove")}
          </Button>
        )}
        <span className="flex-1" />
        <Button variant="ghost" onClick={onCancel}>
          {t("Cancel")}
        </Button>
        <Button type="submit" variant="primary" loading={form.busy} disabled={disabled}>
          {verb}
        </Button>
      </div>
    </div>
  );
}
