import { Cloud, CloudAlert, LoaderCircle } from "lucide-react";
import { t } from "@/app/i18n";
import { cn } from "@/ui";
import type { useDraft } from "../useDraft";

/** Whether what is drawn is saved. */
export function SavedWord({
  draft,
  readOnly,
}: {
  draft: ReturnType<typeof useDraft>["saved"];
  readOnly: boolean;
}) {
  if (readOnly) return <p className="text-faint text-xs">{t("To look at")}</p>;
  const busy = draft.state === "saving" || draft.state === "changed";
  const Icon =
    draft.state === "failed" || draft.state === "conflict" ? CloudAlert : busy ? LoaderCircle : Cloud;
  const words = {
    saved: t("All changes are saved"),
    changed: t("Changed"),
    saving: t("Saving…"),
    failed: t("Not saved: it is tried again"),
    conflict: t("Changed elsewhere"),
  }[draft.state];
  return (
    <p
      className={cn("flex items-center gap-1.5 text-xs", Icon === CloudAlert ? "text-bad" : "text-faint")}
      role="status"
    >
      <Icon className={cn("size-3.5", busy && "animate-spin")} aria-hidden />
      {words}
    </p>
  );
}
