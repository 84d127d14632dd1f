import { CircleAlert, CircleCheck, TriangleAlert } from "lucide-react";
import { t } from "@/app/i18n";
import { EmptyState, ErrorState } from "@/ui";
import type { Problem } from "../model/problems";
import type { Checked } from "../useChecked";

/** All that is wrong; each leads to where it is mended. */
export function Problems({ checked, onShow }: { checked: Checked; onShow: (problem: Problem) => void }) {
  if (checked.error !== null)
    return <ErrorState inline title={t("The flow could not be checked")} error={checked.error} />;
  if (checked.problems.length === 0)
    return (
      <EmptyState
        icon={<CircleCheck />}
        title={checked.pending ? t("Being checked…") : t("Nothing is wrong")}
        text={t("Each change is checked as you draw: what would go wrong in a call is told here.")}
        className="py-10"
      />
    );
  return (
    <ol className="space-y-1.5" aria-busy={checked.pending || undefined}>
      {checked.problems.map((one) => {
        const bad = one.severity === "error";
        const Icon = bad ? CircleAlert : TriangleAlert;
        return (
          <li key={`${one.node} ${one.field} ${one.what}`}>
            <button
              type="button"
              onClick={() => onShow(one)}
              className="flex w-full items-start gap-2.5 rounded-xl border border-line bg-sunken px-3 py-2.5 text-start transition-colors hover:border-line-strong"
            >
              <Icon
                className={`mt-0.5 size-4 shrink-0 ${bad ? "text-bad" : "text-warn"}`}
                aria-label={bad ? t("Error") : t("Warning")}
              />
              <span className="min-w-0 text-sm">
                <span className="block break-words text-fg">{one.what}</span>
                {one.remedy && (
                  <span className="mt-0.5 block break-words text-muted text-xs leading-relaxed">
                    {one.remedy}
                  </span>
                )}
                <span dir="auto" className="mt-1 block truncate font-mono text-faint text-xs">
                  {[one.node, one.field].filter(Boolean).join(" · ") || t("the flow")}
                </span>
              </span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}
