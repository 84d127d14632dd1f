import { History as HistoryIcon } from "lucide-react";
import { api, ok, useKeyset } from "@/api";
import { dateTime, relative } from "@/app/format";
import { t } from "@/app/i18n";
import { Button, EmptyState, ErrorState, SkeletonList } from "@/ui";
import { Avatar } from "./Avatar";
import { did, inWords } from "./audited";

/** Who changed one thing, and what: the audit log's lines of it. */
export function History({ subject }: { subject: string }) {
  const list = useKeyset(["audit", subject], (cursor, signal) =>
    ok(
      api.GET("/api/audit", {
        params: { query: { subject, cursor: cursor || undefined, limit: 30 } },
        signal,
      }),
    ),
  );
  if (list.isPending) return <SkeletonList rows={3} />;
  if (list.isError && list.rows.length === 0)
    return <ErrorState inline error={list.error} onRetry={() => void list.refetch()} />;
  if (list.rows.length === 0)
    return (
      <EmptyState
        icon={<HistoryIcon />}
        title={t("No changes are on record")}
        text={t("From now on each change stands here, with who made it.")}
      />
    );
  return (
    <>
      <ol className="divide-y divide-line">
        {list.rows.map((line) => (
          <li key={line.id} className="flex items-start gap-3 py-3">
            <Avatar name={line.actor} />
            <div className="min-w-0 flex-1 text-sm">
              <p className="break-words text-fg">
                <span className="font-medium">{line.actor}</span>{" "}
                <span className="text-muted">{did(line.action)}</span>
              </p>
              <p className="mt-0.5 break-words text-faint text-xs">{inWords(line.change)}</p>
            </div>
            <time dateTime={line.at} title={dateTime(line.at)} className="shrink-0 text-faint text-xs">
              {relative(line.at)}
            </time>
          </li>
        ))}
      </ol>
      {list.hasNextPage && (
        <Button
          size="sm"
          variant="ghost"
          className="mt-2"
          loading={list.isFetchingNextPage}
          onClick={list.more}
        >
          {t("Show older changes")}
        </Button>
      )}
    </>
  );
}
