import type { ReactNode } from "react";
import { t } from "@/app/i18n";
import { ConfirmDialog } from "@/ui";

export interface Dependent {
  what: string;
  names: readonly string[];
}

/** Asks before something is removed, and says what depends on it. */
export function RemoveDialog({
  open,
  onOpenChange,
  name,
  text,
  dependents = [],
  onConfirm,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  name: string;
  /** What is gone with it. */
  text: ReactNode;
  dependents?: readonly Dependent[];
  onConfirm: () => Promise<unknown>;
}) {
  const used = dependents.filter((one) => one.names.length > 0);
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={t("Remove {name}?", { name })}
      action={t("Remove")}
      danger
      text={
        <>
          {text}
          {used.length > 0 && (
            <span className="mt-3 block rounded-lg bg-warn-soft px-3 py-2 text-fg">
              {used.map((one) => (
                <span key={one.what} className="block break-words">
                  {one.what}: {shortened(one.names)}
                </span>
              ))}
            </span>
          )}
        </>
      }
      onConfirm={onConfirm}
    />
  );
}

function shortened(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(", ");
  return names.length > 8 ? t("{names} and {count} more", { names: shown, count: names.length - 8 }) : shown;
}
