import { ChevronDown, CircleCheck, ShieldAlert, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { t, tn } from "@/app/i18n";
import { Button, Card, cn, ErrorState, Skeleton, Words } from "@/ui";
import { type Attention, attentionTitle } from "./attention";

const FIRST = 4;

interface Props {
  found: readonly Attention[];
  loading: boolean;
  /** Something could not be asked for: there may be more than what was found. */
  error: unknown;
  onRetry: () => void;
}

/** What needs attention, each with how to mend it; says so when nothing does. */
export function Attentions({ found, loading, error, onRetry }: Props) {
  const [all, setAll] = useState(false);
  if (loading) return <Skeleton className="h-16 rounded-2xl" />;
  const unknown = error != null && (
    <ErrorState
      inline
      title={t("Not everything could be looked at: more may need attention")}
      error={error}
      onRetry={onRetry}
    />
  );
  if (found.length === 0 && unknown) return unknown;
  if (found.length === 0)
    return (
      <p className="glass flex items-center gap-3 rounded-2xl px-5 py-4 text-fg text-sm">
        <CircleCheck className="size-5 shrink-0 text-ok" aria-hidden />
        {t("All is well: everything that calls need is ready.")}
      </p>
    );
  const shown = all ? found : found.slice(0, FIRST);
  return (
    <Card flush title={attentionTitle(found)}>
      <ul className="divide-y divide-line border-line border-t">
        {shown.map((one) => (
          <Entry key={one.id} one={one} />
        ))}
      </ul>
      {unknown && <div className="border-line border-t p-4">{unknown}</div>}
      {found.length > FIRST && (
        <div className="border-line border-t px-3 py-2">
          <Button
            size="sm"
            variant="ghost"
            icon={<ChevronDown className={cn("transition-transform", all && "rotate-180")} />}
            aria-expanded={all}
            onClick={() => setAll(!all)}
          >
            {all ? t("Show fewer") : tn("Show {count} more", "Show {count} more", found.length - FIRST)}
          </Button>
        </div>
      )}
    </Card>
  );
}

function Entry({ one }: { one: Attention }) {
  const Icon = one.tone === "bad" ? ShieldAlert : TriangleAlert;
  return (
    <li className="flex items-start gap-3.5 px-5 py-3.5">
      <span
        className={cn(
          "grid size-8 shrink-0 place-items-center rounded-lg [&_svg]:size-4",
          one.tone === "bad" ? "bg-bad-soft text-bad" : "bg-warn-soft text-warn",
        )}
      >
        <Icon aria-label={one.tone === "bad" ? t("Broken") : t("Worth a look")} />
      </span>
      <div className="min-w-0 flex-1 text-sm">
        <p className="font-medium text-fg">{one.title}</p>
        {one.lines.map((line) => (
          <p key={line} className="mt-0.5 break-words text-muted leading-relaxed">
            <Words text={line} />
          </p>
        ))}
      </div>
      {one.href && (
        <Button size="sm" asChild className="shrink-0">
          <Link href={one.href} aria-label={t("Open: {title}", { title: one.title })}>
            {t("Open")}
          </Link>
        </Button>
      )}
    </li>
  );
}
