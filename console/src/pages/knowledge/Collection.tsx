import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowLeft, FileText, Globe, Plus, Sparkles, Trash2 } from "lucide-react";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { api, ok, type Schema, useKeyset } from "@/api";
import { bytes, number, outOf, relative } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { useSession } from "@/app/session";
import { knowledgeQuery } from "@/parts/data";
import { Notice } from "@/parts/Notice";
import { RemoveDialog } from "@/parts/RemoveDialog";
import {
  Badge,
  Button,
  Card,
  EmptyState,
  ErrorState,
  IconButton,
  Page,
  Progress,
  SkeletonList,
  Table,
  toast,
} from "@/ui";
import { TryOut } from "./TryOut";

type Document = Schema["DocumentShown"];

/** One collection: its documents, its vectors, and a search to try. */
export function CollectionView({ name, onAdd }: { name: string; onAdd: () => void }) {
  const { may } = useSession();
  const [, go] = useLocation();
  const queries = useQueryClient();
  const [removing, setRemoving] = useState<Document | "all" | null>(null);
  const { data: all } = useQuery(knowledgeQuery);
  const path = { collection: name };
  const collection = useQuery({
    queryKey: ["knowledge", name],
    queryFn: ({ signal }) => ok(api.GET("/api/knowledge/{collection}", { params: { path }, signal })),
    refetchInterval: (query) => (query.state.data?.embedding.running ? 1500 : false),
  });
  const documents = useKeyset(["knowledge", name, "documents"], (cursor, signal) =>
    ok(
      api.GET("/api/knowledge/{collection}/documents", {
        params: { path, query: { cursor: cursor || undefined } },
        signal,
      }),
    ),
  );
  const embed = useMutation({
    mutationFn: () => ok(api.POST("/api/knowledge/{collection}/embed", { params: { path } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["knowledge"] }),
    onError: toast.error,
  });
  const writes = may("admin");
  const { data } = collection;
  const meaning = all?.meaning;
  return (
    <Page
      title={name}
      before={
        <Link
          href="/knowledge"
          className="inline-flex items-center gap-1.5 rounded text-muted text-sm hover:text-fg"
        >
          <ArrowLeft className="size-4 rtl:rotate-180" aria-hidden />
          {t("All collections")}
        </Link>
      }
      description={
        data &&
        t("{documents}, {passages}. Agents have it as the tool knowledge/{name}.", {
          documents: tn("{count} document", "{count} documents", data.documents),
          passages: tn("{count} passage", "{count} passages", data.passages),
          name,
        })
      }
      actions={
        writes && (
          <>
            <Button variant="primary" icon={<Plus />} onClick={onAdd}>
              {t("Add documents")}
            </Button>
            <Button variant="dangerGhost" icon={<Trash2 />} onClick={() => setRemoving("all")}>
              {t("Remove")}
            </Button>
          </>
        )
      }
    >
      {collection.error && !data ? (
        <Card>
          <ErrorState
            title={t("The collection could not be loaded")}
            error={collection.error}
            onRetry={() => void collection.refetch()}
          />
        </Card>
      ) : (
        <div className="grid gap-5 xl:grid-cols-[1.3fr_1fr]">
          <div className="min-w-0 space-y-4">
            {data?.embedding.running && (
              <Card title={t("Vectors are being made")}>
                <Progress
                  value={data.embedding.to_do > 0 ? data.embedding.done / data.embedding.to_do : undefined}
                  label={t("Vectors are being made")}
                />
                <p className="figures mt-2 text-muted text-sm">
                  {tn("{done} of {count} passage", "{done} of {count} passages", data.embedding.to_do, {
                    done: number(data.embedding.done),
                  })}
                </p>
              </Card>
            )}
            {data?.embedding.fault && (
              <Notice
                tone="bad"
                title={t("Not all passages have a vector: they are found by their words")}
                action={
                  <Button size="sm" loading={embed.isPending} onClick={() => embed.mutate()}>
                    {t("Try again")}
                  </Button>
                }
              >
                {data.embedding.fault}
              </Notice>
            )}
            {meaning?.engine &&
              data &&
              !data.embedding.running &&
              !data.embedding.fault &&
              data.embedded < data.passages &&
              writes && (
                <Notice
                  tone="info"
                  title={tn(
                    "{count} passage has no vector yet",
                    "{count} passages have no vector yet",
                    data.passages - data.embedded,
                  )}
                  action={
                    <Button
                      size="sm"
                      icon={<Sparkles />}
                      loading={embed.isPending}
                      onClick={() => embed.mutate()}
                    >
                      {t("Make them")}
                    </Button>
                  }
                >
                  {t("Until then they are found by their words alone.")}
                </Notice>
              )}
            <Card flush title={t("Documents")}>
              {documents.isPending ? (
                <SkeletonList rows={4} />
              ) : documents.isError && documents.rows.length === 0 ? (
                <ErrorState error={documents.error} onRetry={() => void documents.refetch()} />
              ) : documents.rows.length === 0 ? (
                <EmptyState
                  icon={<FileText />}
                  title={t("No documents")}
                  text={t("Add files, a text, or a page from its address.")}
                  action={writes && <Button onClick={onAdd}>{t("Add documents")}</Button>}
                />
              ) : (
                <Table<Document>
                  label={t("Documents")}
                  rows={documents.rows}
                  rowKey={(one) => one.name}
                  onEnd={documents.more}
                  rowHeight={60}
                  columns={[
                    {
                      id: "name",
                      header: t("Name"),
                      width: "minmax(0,2fr)",
                      sort: (one) => one.name,
                      cell: (one) => (
                        <span className="flex items-center gap-3">
                          <span
                            className="grid size-8 shrink-0 place-items-center rounded-lg bg-primary-soft text-link [&_svg]:size-4"
                            aria-hidden
                          >
                            {one.name.includes("/") ? <Globe /> : <FileText />}
                          </span>
                          <span className="min-w-0">
                            <span dir="auto" className="block truncate">
                              {one.name}
                            </span>
                            <span className="block truncate text-faint text-xs">
                              {[
                                one.language,
                                one.pages ? tn("{count} page", "{count} pages", one.pages) : "",
                                bytes(one.bytes),
                              ]
                                .filter(Boolean)
                                .join(" · ")}
                            </span>
                          </span>
                        </span>
                      ),
                    },
                    {
                      id: "passages",
                      header: t("Passages"),
                      align: "end",
                      width: "5.5rem",
                      sort: (one) => one.passages,
                      cell: (one) => number(one.passages),
                    },
                    ...(meaning?.model
                      ? [
                          {
                            id: "embedded",
                            header: t("Vectors"),
                            wide: true,
                            width: "6rem",
                            cell: (one: Document) =>
                              one.embedded >= one.passages ? (
                                <Badge tone="ok">{t("all")}</Badge>
                              ) : (
                                <Badge tone="warn">{outOf(one.embedded, one.passages)}</Badge>
                              ),
                          },
                        ]
                      : []),
                    {
                      id: "added",
                      header: t("Added"),
                      wide: true,
                      width: "8rem",
                      sort: (one) => one.added_at,
                      cell: (one) => <span className="text-muted">{relative(one.added_at)}</span>,
                    },
                    ...(writes
                      ? [
                          {
                            id: "remove",
                            header: <span className="sr-only">{t("Remove")}</span>,
                            width: "2.5rem",
                            cell: (one: Document) => (
                              <IconButton
                                size="sm"
                                label={t("Remove {what}", { what: one.name })}
                                onClick={() => setRemoving(one)}
                              >
                                <Trash2 />
                              </IconButton>
                            ),
                          },
                        ]
                      : []),
                  ]}
                />
              )}
            </Card>
            <Card title={t("Agents that search it")}>
              {data && data.agents.length === 0 ? (
                <p className="text-muted text-sm">
                  {t("None yet. Choose it among an agent's tools.")}{" "}
                  <Link href="/agents" className="text-link underline underline-offset-2">
                    {t("All agents")}
                  </Link>
                </p>
              ) : (
                <div className="flex flex-wrap gap-2">
                  {data?.agents.map((agent) => (
                    <Link key={agent} href={`/agents?agent=${encodeURIComponent(agent)}`}>
                      <Badge tone="primary">{agent}</Badge>
                    </Link>
                  ))}
                </div>
              )}
            </Card>
          </div>
          <TryOut collection={name} />
        </div>
      )}
      {removing === "all" && (
        <RemoveDialog
          open
          onOpenChange={(open) => !open && setRemoving(null)}
          name={name}
          text={t("All its documents go, at once, also for calls that are up.")}
          dependents={[{ what: t("Agents that search it"), names: data?.agents ?? [] }]}
          onConfirm={async () => {
            const query = { force: (data?.agents.length ?? 0) > 0 };
            await ok(api.DELETE("/api/knowledge/{collection}", { params: { path, query } }));
            go("/knowledge");
            await queries.invalidateQueries({ queryKey: knowledgeQuery.queryKey, exact: true });
            toast.ok(t("{name} is removed.", { name }));
          }}
        />
      )}
      {removing !== null && removing !== "all" && (
        <RemoveDialog
          open
          onOpenChange={(open) => !open && setRemoving(null)}
          name={removing.name}
          text={t("Nothing of it is found any more, at once.")}
          onConfirm={async () => {
            await ok(
              api.DELETE("/api/knowledge/{collection}/documents/{name}", {
                params: { path: { collection: name, name: removing.name } },
              }),
            );
            if (data?.documents === 1) go("/knowledge");
            await queries.invalidateQueries({ queryKey: ["knowledge"] });
            toast.ok(t("{name} is removed.", { name: removing.name }));
          }}
        />
      )}
    </Page>
  );
}
