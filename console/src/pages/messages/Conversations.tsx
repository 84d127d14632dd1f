import { ArrowDownLeft, ArrowUpRight, Ban, MessagesSquare } from "lucide-react";
import { useEffect, useRef } from "react";
import { Link } from "wouter";
import { phoneNumber, relative } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { Badge, Button, cn } from "@/ui";
import { type Between, type Conversation, pathOf, same, stateOf } from "./model";

/** With whom there were texts, the newest first. */
export function Conversations({
  rows,
  chosen,
  more,
  loadingMore,
}: {
  rows: readonly Conversation[];
  chosen: Between | null;
  /** Reads the next page; none: these are all. */
  more: (() => void) | null;
  loadingMore: boolean;
}) {
  return (
    <>
      <ul aria-label={t("Conversations")} className="divide-y divide-line">
        {rows.map((one) => (
          <Row key={`${one.account} ${one.number} ${one.ours}`} one={one} chosen={same(one, chosen)} />
        ))}
      </ul>
      {more && (
        <div className="p-3 text-center">
          <Button size="sm" variant="ghost" loading={loadingMore} onClick={more}>
            {t("Older conversations")}
          </Button>
        </div>
      )}
    </>
  );
}

function Row({ one, chosen }: { one: Conversation; chosen: boolean }) {
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (chosen) link.current?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const Arrow = one.direction === "in" ? ArrowDownLeft : ArrowUpRight;
  const { text, tone } = stateOf(one.state);
  return (
    <li>
      <Link
        ref={link}
        href={pathOf(one)}
        aria-current={chosen ? "true" : undefined}
        className={cn(
          "block px-4 py-3 transition-colors hover:bg-hover focus-visible:-outline-offset-2",
          chosen && "bg-selected",
        )}
      >
        <span className="flex items-baseline justify-between gap-3">
          <span className="figures min-w-0 truncate font-medium text-fg">{phoneNumber(one.number)}</span>
          <span className="shrink-0 text-faint text-xs">{relative(one.at)}</span>
        </span>
        <span className="mt-0.5 flex items-start gap-1.5 text-muted text-sm">
          <Arrow
            className="mt-0.5 size-4 shrink-0 text-faint rtl:-scale-x-100"
            role="img"
            aria-label={one.direction === "in" ? t("Came in") : t("Went out")}
          />
          <span dir="auto" className="line-clamp-2 min-w-0 flex-1 break-words">
            {one.text}
          </span>
        </span>
        <span className="mt-1.5 flex flex-wrap items-center gap-1.5">
          {(tone === "bad" || tone === "warn") && <Badge tone={tone}>{text}</Badge>}
          {one.opted_out && (
            <Badge tone="warn" icon={<Ban />}>
              {t("wants no texts")}
            </Badge>
          )}
          {one.agent && <Badge>{one.agent}</Badge>}
          <span className="ms-auto inline-flex items-center gap-1 text-faint text-xs">
            <MessagesSquare className="size-3.5" aria-hidden />
            {tn("{count} message", "{count} messages", one.messages)}
          </span>
        </span>
      </Link>
    </li>
  );
}
