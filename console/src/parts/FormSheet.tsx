import { Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { t } from "@/app/i18n";
import type { Form } from "@/forms";
import { Button, Sheet } from "@/ui";

/** A sheet that is a form over one thing: made anew, changed, or removed. */
export function FormSheet<T extends object>({
  form,
  title,
  description,
  fresh,
  size,
  readOnly,
  removal,
  onClose,
  children,
}: {
  form: Form<T>;
  title: string;
  description?: string;
  /** It is not there yet. */
  fresh: boolean;
  size?: "md" | "lg";
  /** It is looked at, and changed elsewhere. */
  readOnly?: boolean;
  /** Asks before it is removed (a RemoveDialog); nothing for what is not there yet. */
  removal: (dialog: { open: boolean; onOpenChange: (open: boolean) => void }) => ReactNode;
  onClose: () => void;
  children: ReactNode;
}) {
  const [removing, setRemoving] = useState(false);
  return (
    <Sheet
      open
      size={size}
      unsaved={form.dirty && !form.busy && !readOnly}
      onOpenChange={(open) => !open && onClose()}
      title={title}
      description={description}
      onSubmit={readOnly ? undefined : () => void form.submit()}
      footer={
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
            {!fresh && !readOnly && (
              <Button variant="dangerGhost" icon={<Trash2 />} onClick={() => setRemoving(true)}>
                {t("Remove")}
              </Button>
            )}
            <span className="flex-1" />
            <Button variant="ghost" onClick={onClose}>
              {readOnly ? t("Close") : t("Cancel")}
            </Button>
            {!readOnly && (
              <Button type="submit" variant="primary" loading={form.busy}>
                {fresh ? t("Add it") : t("Save")}
              </Button>
            )}
          </div>
        </div>
      }
    >
      {children}
      {!fresh && removal({ open: removing, onOpenChange: setRemoving })}
    </Sheet>
  );
}
