import { useMutation } from "@tanstack/react-query";
import {
  CircleAlert,
  CirclePause,
  Download,
  Ellipsis,
  KeyRound,
  PencilLine,
  Plus,
  Rocket,
  RotateCcw,
  Sparkles,
  Trash2,
  Workflow,
} from "lucide-react";
import { useState } from "react";
import { useLocation } from "wouter";
import { api, fetched, ok, queries, type Schema, useKeyset, useLiveEvents } from "@/api";
import { useActions } from "@/app/actions";
import { dateTime, list as listed, relative } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { useSession } from "@/app/session";
import {
  Badge,
  Button,
  Card,
  ConfirmDialog,
  DropdownMenu,
  EmptyState,
  ErrorState,
  IconButton,
  Page,
  SkeletonList,
  Table,
  toast,
} from "@/ui";
import { type Beginning, NewFlow } from "./NewFlow";
import { Secrets } from "./Secrets";

type Flow = Schema["FlowShown"];

/** All flows: what calls run of each, what is being drawn, who uses it, and what is wrong. */
export default function FlowsPage() {
  const [, go] = useLocation();
  const { may } = useSession();
  const writes = may("flows:write");
  const [begin, setBegin] = useState<Beginning | null>(null);
  const [pausing, setPausing] = useState<Flow | null>(null);
  const [secrets, setSecrets] = useState(false);
  const [removing, setRemoving] = useState<Flow | null>(null);
  const list = useKeyset(["flows", "list"], (cursor, signal) =>
    ok(api.GET("/api/flows", { params: { query: { cursor } }, signal })),
  );
  useLiveEvents(["flow.changed"], () => void queries.invalidateQueries({ queryKey: ["flows", "list"] }));
  useActions(
    writes
      ? [
          {
            id: "flows.new",
            label: t("New flow"),
            keys: "n",
            icon: <Plus />,
            run: () => setBegin("template"),
          },
        ]
      : [],
  );
  const publish = useMutation({
    mutationFn: (name: string) =>
      ok(api.POST("/api/flows/{name}/publish", { params: { path: { name } }, body: { version: null } })),
    onSuccess: (made) => {
      toast.ok(t("{flow}: version {number} is published.", { flow: made.flow, number: made.version }));
      void queries.invalidateQueries({ queryKey: ["flows"] });
    },
    onError: toast.error,
  });
  const back = useMutation({
    mutationFn: (name: string) => ok(api.POST("/api/flows/{name}/rollback", { params: { path: { name } } })),
    onSuccess: (made) => {
      toast.ok(t("{flow}: version {number} is published again.", { flow: made.flow, number: made.version }));
      void queries.invalidateQueries({ queryKey: ["flows"] });
    },
    onError: toast.error,
  });
  const open = (flow: Flow) => go(`/flows/${encodeURIComponent(flow.name)}`);

  return (
    <Page
      title={t("Flows")}
      description={t(
        "What shall happen on a call, drawn as a graph: what is said, asked, looked up and decided, and who takes over.",
      )}
      actions={
        writes && (
          <>
            {may("admin") && (
              <Button variant="ghost" icon={<KeyRound />} onClick={() => setSecrets(true)}>
                {t("Secrets")}
              </Button>
            )}
            <Button icon={<Sparkles />} onClick={() => setBegin("words")}>
              {t("Describe it")}
            </Button>
            <Button variant="primary" icon={<Plus />} onClick={() => setBegin("template")}>
              {t("New flow")}
            </Button>
          </>
        )
      }
    >
      <Card flush>
        {list.isPending ? (
          <SkeletonList />
        ) : list.isLoadingError ? (
          <ErrorState
            error={list.error}
            title={t("The flows could not be loaded")}
            onRetry={() => void list.refetch()}
          />
        ) : list.rows.length === 0 ? (
          <EmptyState
            icon={<Workflow />}
            title={t("No flows yet")}
            text={t(
              "A flow tells an agent what to say and ask. Begin with a template: a booking, a survey, a front desk.",
            )}
            action={
              writes && (
                <>
                  <Button variant="primary" icon={<Plus />} onClick={() => setBegin("template")}>
                    {t("Choose a template")}
                  </Button>
                  <Button icon={<Sparkles />} onClick={() => setBegin("words")}>
                    {t("Say it in words")}
                  </Button>
                </>
              )
            }
          />
        ) : (
          <Table<Flow>
            label={t("Flows")}
            rows={list.rows}
            rowKey={(flow) => flow.name}
            onOpen={open}
            onEnd={list.more}
            rowHeight={68}
            columns={[
              {
                id: "name",
                header: t("Flow"),
                width: "2.4fr",
                sort: (flow) => flow.name,
                cell: (flow) => (
                  <span className="flex min-w-0 items-center gap-3">
                    <span className="grid size-9 shrink-0 place-items-center rounded-xl border border-line bg-linear-to-b from-primary-soft to-transparent text-gold-text">
                      <Workflow className="size-4.5" aria-hidden />
                    </span>
                    <span className="min-w-0">
                      <span dir="auto" className="block truncate font-medium text-fg">
                        {flow.name}
                      </span>
                      <span className="block truncate text-faint text-xs" dir="auto">
                        {flow.about || tn("{count} version", "{count} versions", flow.versions)}
                      </span>
                    </span>
                  </span>
                ),
              },
              {
                id: "live",
                header: t("Live"),
                width: "1.3fr",
                wide: true,
                sort: (flow) => flow.published ?? 0,
                cell: (flow) => <Live flow={flow} />,
              },
              {
                id: "state",
                header: t("Newest"),
                width: "1.3fr",
                cell: (flow) => <Newest flow={flow} />,
              },
              {
                id: "agents",
                header: t("Used by"),
                width: "1.2fr",
                wide: true,
                cell: (flow) =>
                  flow.agents.length === 0 ? (
                    <span className="text-faint">{t("nobody")}</span>
                  ) : (
                    <span className="truncate" title={flow.agents.join(", ")}>
                      {flow.agents.join(", ")}
                    </span>
                  ),
              },
              {
                id: "changed",
                header: t("Changed"),
                width: "1fr",
                wide: true,
                sort: (flow) => flow.drafted_at ?? flow.updated_at,
                cell: (flow) => (
                  <span className="text-muted" title={dateTime(flow.drafted_at ?? flow.updated_at)}>
                    {relative(flow.drafted_at ?? flow.updated_at)}
                  </span>
                ),
              },
              {
                id: "do",
                header: "",
                width: "3rem",
                align: "end",
                cell: (flow) => (
                  <DropdownMenu
                    trigger={
                      <IconButton label={t("What to do with {name}", { name: flow.name })} size="sm" quiet>
                        <Ellipsis />
                      </IconButton>
                    }
                    entries={[
                      { label: t("Open"), icon: <PencilLine />, onSelect: () => open(flow) },
                      {
                        label: t("Export"),
                        icon: <Download />,
                        disabled: flow.newest === null,
                        onSelect: () => void exported(flow.name),
                      },
                      "line",
                      {
                        label: t("Publish the newest"),
                        icon: <Rocket />,
                        disabled: !writes || flow.newest_state !== "valid" || flow.newest === flow.published,
                        onSelect: () => publish.mutate(flow.name),
                      },
                      {
                        label: t("Back to the one before"),
                        icon: <RotateCcw />,
                        disabled: !writes || flow.published === null,
                        onSelect: () => back.mutate(flow.name),
                      },
                      {
                        label: t("Take it off the air"),
                        icon: <CirclePause />,
                        disabled: !writes || flow.published === null,
                        onSelect: () => setPausing(flow),
                      },
                      "line",
                      {
                        label: t("Remove"),
                        icon: <Trash2 />,
                        danger: true,
                        disabled: !writes,
                        onSelect: () => setRemoving(flow),
                      },
                    ]}
                  />
                ),
              },
            ]}
          />
        )}
      </Card>
      {secrets && <Secrets onClose={() => setSecrets(false)} />}
      <ConfirmDialog
        open={pausing !== null}
        onOpenChange={(now) => !now && setPausing(null)}
        title={t("Take {name} off the air?", { name: pausing?.name ?? "" })}
        text={
          pausing !== null && pausing.agents.length > 0
            ? t(
                "No new call gets it: {agents} refuse theirs until it is published again. Calls that are up go on.",
                {
                  agents: listed(pausing.agents),
                },
              )
            : t("No new call gets it until it is published again. Calls that are up go on.")
        }
        action={t("Take it off the air")}
        danger
        onConfirm={async () => {
          if (pausing === null) return;
          await ok(api.DELETE("/api/flows/{name}/publish", { params: { path: { name: pausing.name } } }));
          await queries.invalidateQueries({ queryKey: ["flows"] });
        }}
      />
      <NewFlow begin={begin} onClose={() => setBegin(null)} />
      <ConfirmDialog
        open={removing !== null}
        onOpenChange={(now) => !now && setRemoving(null)}
        title={t("Remove {name}?", { name: removing?.name ?? "" })}
        text={
          removing !== null && removing.agents.length > 0
            ? t(
                "{agents} run it and could take no more calls. It goes with all its versions, for good; calls that are up go on.",
                {
                  agents: listed(removing.agents),
                },
              )
            : t("It goes with all its versions, for good; calls that are up go on.")
        }
        action={t("Remove")}
        danger
        onConfirm={async () => {
          if (removing === null) return;
          await ok(
            api.DELETE("/api/flows/{name}", {
              params: { path: { name: removing.name }, query: { force: removing.agents.length > 0 } },
            }),
          );
          await queries.invalidateQueries({ queryKey: ["flows"] });
        }}
      />
    </Page>
  );
}

function Live({ flow }: { flow: Flow }) {
  if (flow.published === null) return <span className="text-faint">{t("not published")}</span>;
  return (
    <span className="flex min-w-0 flex-col items-start gap-0.5">
      <Badge tone="gold">
        {flow.split_version === null
          ? t("version {number}", { number: flow.published })
          : t("{one} and {other} ({percent} %)", {
              one: flow.published,
              other: flow.split_version,
              percent: flow.split_percent ?? 0,
            })}
      </Badge>
      <span className="text-faint text-xs" title={dateTime(flow.published_at)}>
        {relative(flow.published_at)}
      </span>
    </span>
  );
}

function Newest({ flow }: { flow: Flow }) {
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-1">
      {flow.errors > 0 && (
        <Badge tone="bad" icon={<CircleAlert />}>
          {tn("{count} error", "{count} errors", flow.errors)}
        </Badge>
      )}
      {flow.errors === 0 && flow.warnings > 0 && (
        <Badge tone="warn">{tn("{count} warning", "{count} warnings", flow.warnings)}</Badge>
      )}
      {flow.drafted_at !== null && (
        <Badge tone="primary" icon={<PencilLine />}>
          {t("working copy")}
        </Badge>
      )}
      {flow.drafted_at === null && flow.newest !== null && flow.newest !== flow.published && (
        <Badge tone="info">{t("version {number} waits", { number: flow.newest })}</Badge>
      )}
      {flow.errors + flow.warnings === 0 &&
        flow.drafted_at === null &&
        flow.newest === flow.published &&
        flow.newest !== null && <span className="text-ok text-sm">{t("in order")}</span>}
    </span>
  );
}

async function exported(name: string): Promise<void> {
  try {
    const response = await fetched(`/api/flows/${encodeURIComponent(name)}/export`);
    const url = URL.createObjectURL(await response.blob());
    const link = document.createElement("a");
    link.href = url;
    link.download = `${name}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  } catch (error) {
    toast.error(error);
  }
}
