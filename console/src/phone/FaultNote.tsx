import { TriangleAlert, X } from "lucide-react";
import type { ReactNode } from "react";
import { t } from "@/app/i18n";
import { cn, IconButton } from "@/ui";
import { type Fault, inWords } from "./faults";

/** A fault in words: what it is, and what to do. */
export function FaultNote({
  fault,
  action,
  onClose,
  className,
}: {
  fault: Fault;
  action?: ReactNode;
  onClose?: () => void;
  className?: string;
}) {
  const { title, help } = inWords(fault);
  return (
    <div
      role="alert"
      className={cn(
        "flex items-start gap-3 rounded-xl border border-bad/30 bg-bad-soft px-3.5 py-3 text-start",
        className,
      )}
    >
      <TriangleAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="break-words font-medium text-fg text-sm">{title}</p>
        {help && <p className="mt-0.5 break-words text-muted text-xs leading-relaxed">{help}</p>}
        {action && <div className="mt-2.5 flex flex-wrap gap-2">{action}</div>}
      </div>
      {onClose && (
        <IconButton label={t("Close")} size="sm" quiet onClick={onClose} className="-me-1.5 -mt-1.5">
          <X />
        </IconButton>
      )}
    </div>
  );
}
