import { useQuery } from "@tanstack/react-query";
import { GitCompareArrows, RotateCcw } from "lucide-react";
import { useMemo } from "react";
import { api, ok, type Schema, useKeyset } from "@/api";
import { dateTime, relative } from "@/app/format";
import { t } from "@/app/i18n";
import { Badge, Button, ErrorState, SkeletonList } from "@/ui";
import { difference } from "../model/diff";
import { documentOf, type FlowDocument } from "../model/document";
import { DifferenceList } from "./DifferenceList";
import { Sharing } from "./Sharing";

export interface VersionsProps {
  flow: Schema["FlowShown"];
  document: FlowDocument;
  /** The version that is compared with what is drawn. */
  compared: number | null;
  onCompare: (number: number | null) => void;
  onRestore: (document: FlowDocument, number: number) => void;
  onPublish: (number: number) => void;
  onShow: (node: string) => void;
  readOnly: boolean;
}

/** What the flow was: each version compared with what is drawn now, and brought back. */
export function Versions(props: VersionsProps) {
  const { compared, onCompare, readOnly } = props;
  const { name, published } = props.flow;
  const list = useKeyset(["flows", "one", name, "versions"], (cursor, signal) =>
    ok(api.GET("/api/flows/{name}/versions", { params: { path: { name }, query: { cursor } }, signal })),
  );
  if (list.isPending) return <SkeletonList />;
  if (list.isLoadingError)
    return (
      <ErrorState
        inline
        error={list.error}
        title={t("The versions could not be loaded")}
        onRetry={() => void list.refetch()}
      />
    );
  return (
    <div>
      <Sharing
        flow={props.flow}
        versions={list.rows.flatMap((one) => (one.state === "valid" ? [one.number] : []))}
        readOnly={readOnly}
      />
      <ol className="relative space-y-2 border-line border-s ps-4">
        {list.rows.map((one) => {
          const open = compared === one.number;
          return (
            <li key={one.number} className="relative">
              <span
                aria-hidden
                className={`absolute -start-[1.32rem] top-3.5 size-2.5 rounded-full border-2 border-raised ${one.number === published ? "bg-gold" : one.state === "draft" ? "bg-faint" : "bg-primary"}`}
              />
              <div
                className={`rounded-xl border px-3 py-2.5 ${open ? "border-gold-text/60 bg-gold-soft" : "border-line bg-sunken"}`}
              >
                <div className="flex flex-wrap items-center gap-2">
                  <span className="figures font-medium text-fg text-sm">
                    {t("Version {number}", { number: one.number })}
                  </span>
                  {one.number === published && <Badge tone="gold">{t("published")}</Badge>}
                  {one.state === "draft" && <Badge tone="warn">{t("has errors")}</Badge>}
                  <span className="ms-auto text-faint text-xs" title={dateTime(one.made_at)}>
                    {relative(one.made_at)}
                  </span>
                </div>
                {one.note && <p className="mt-1 break-words text-muted text-sm">{one.note}</p>}
                <p className="mt-0.5 text-faint text-xs">
                  {one.made_by && t("by {name}", { name: one.made_by })}
                </p>
                <div className="mt-1.5 flex flex-wrap gap-1">
                  <Button
                    size="sm"
                    variant="ghost"
                    icon={<GitCompareArrows />}
                    aria-pressed={open}
                    onClick={() => onCompare(open ? null : one.number)}
                  >
                    {open ? t("Stop comparing") : t("Compare")}
                  </Button>
                  {!readOnly && one.state === "valid" && one.number !== published && (
                    <Button size="sm" variant="ghost" onClick={() => props.onPublish(one.number)}>
                      {t("Publish this")}
                    </Button>
                  )}
                </div>
                {open && <Compared {...props} number={one.number} />}
              </div>
            </li>
          );
        })}
      </ol>
      {list.hasNextPage && (
        <Button
          size="sm"
          variant="ghost"
          className="mt-3"
          loading={list.isFetchingNextPage}
          onClick={list.more}
        >
          {t("Older versions")}
        </Button>
      )}
    </div>
  );
}

/** Reads a version once: it never changes. */
export function useVersion(name: string, number: number | null) {
  return useQuery({
    queryKey: ["flows", "one", name, "version", number],
    queryFn: ({ signal }) =>
      ok(
        api.GET("/api/flows/{name}/versions/{number}", {
          params: { path: { name, number: number ?? 1 } },
          signal,
        }),
      ),
    enabled: number !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

function Compared({
  flow,
  document,
  number,
  onRestore,
  onShow,
  readOnly,
}: VersionsProps & { number: number }) {
  const version = useVersion(flow.name, number);
  const before = useMemo(
    () => (version.data === undefined ? null : documentOf(version.data.document)),
    [version.data],
  );
  const found = useMemo(() => (before === null ? null : difference(before, document)), [before, document]);
  if (version.isLoadingError)
    return <ErrorState inline error={version.error} onRetry={() => void version.refetch()} />;
  if (found === null || before === null) return <SkeletonList rows={2} className="p-2" />;
  return (
    <div className="mt-2 space-y-3 border-line border-t pt-3">
      <p className="text-faint text-xs">{t("What is drawn now, against this version:")}</p>
      <DifferenceList difference={found} onShow={onShow} />
      {!readOnly && (
        <Button size="sm" icon={<RotateCcw />} onClick={() => onRestore(before, number)}>
          {t("Bring this version back")}
        </Button>
      )}
    </div>
  );
}
