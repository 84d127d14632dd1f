import { X } from "lucide-react";
import { t } from "@/app/i18n";
import { IconButton } from "@/ui";
import type { Comparison } from "../useComparison";

/** Over the canvas while it draws two documents in one picture: which, and back to the one. */
export function Comparing({
  comparison: { difference, suggested, version, stop },
}: {
  comparison: Comparison;
}) {
  if (difference === null) return null;
  return (
    <div className="glass absolute inset-x-0 top-3 mx-auto flex w-fit max-w-[calc(100%-2rem)] items-center gap-3 rounded-full px-4 py-2 text-sm">
      <span className="truncate text-fg">
        {suggested !== null
          ? t("What would change")
          : t("Against version {number}", { number: version ?? 0 })}
      </span>
      <IconButton label={t("Stop comparing")} size="sm" quiet onClick={stop}>
        <X />
      </IconButton>
    </div>
  );
}
