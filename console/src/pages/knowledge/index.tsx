import { useQuery } from "@tanstack/react-query";
import { BookOpen, Bot, FileText, Plus, Sparkles } from "lucide-react";
import { useState } from "react";
import { Link, useLocation, useSearch } from "wouter";
import { useActions } from "@/app/actions";
import { bytes, number, relative } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { useSession } from "@/app/session";
import { Avatar } from "@/parts/Avatar";
import { knowledgeQuery } from "@/parts/data";
import { Notice } from "@/parts/Notice";
import { Badge, Button, Card, EmptyState, ErrorState, Page, Progress, SkeletonList } from "@/ui";
import { AddDialog } from "./AddDialog";
import { CollectionView } from "./Collection";

export default function KnowledgePage() {
  const { may } = useSession();
  const [, go] = useLocation();
  const chosen = new URLSearchParams(useSearch()).get("collection") ?? "";
  const [adding, setAdding] = useState(false);
  const { data, error, refetch } = useQuery({
    ...knowledgeQuery,
    refetchInterval: (query) =>
      query.state.data?.collections.some((one) => one.embedding.running) ? 2000 : false,
  });
  const collections = data?.collections ?? [];
  const writes = may("admin");
  useActions(
    writes
      ? [
          {
            id: "knowledge.add",
            label: t("Add documents"),
            keys: "n",
            icon: <Plus />,
            run: () => setAdding(true),
          },
        ]
      : [],
  );
  const dialog = adding && (
    <AddDialog
      collection={chosen}
      names={collections.map((one) => one.name)}
      onClose={(into) => {
        setAdding(false);
        if (into) go(`/knowledge?collection=${encodeURIComponent(into)}`);
      }}
    />
  );
  if (chosen)
    return (
      <>
        <CollectionView key={chosen} name={chosen} onAdd={() => setAdding(true)} />
        {dialog}
      </>
    );
  const add = (
    <Button variant="primary" icon={<Plus />} onClick={() => setAdding(true)}>
      {t("Add documents")}
    </Button>
  );
  return (
    <Page
      title={t("Knowledge")}
      description={t(
        "Documents that agents search while they talk, so that they answer from what you know and quote it.",
      )}
      actions={writes && collections.length > 0 && add}
    >
      {data === undefined ? (
        <Card>
          {error ? (
            <ErrorState
              title={t("The collections could not be loaded")}
              error={error}
              onRetry={() => void refetch()}
            />
          ) : (
            <SkeletonList />
          )}
        </Card>
      ) : (
        <>
          {data.meaning.fault && (
            <Notice className="mb-4" title={t("Searched by words alone for now")}>
              {data.meaning.fault}
            </Notice>
          )}
          {collections.length === 0 ? (
            <Card>
              <EmptyState
                icon={<BookOpen />}
                title={t("No documents yet")}
                text={t(
                  "Opening hours, prices, house rules: hand them in as Markdown, text, HTML or PDF, or by a page's address, and name the collection among an agent's tools.",
                )}
                action={writes && add}
              />
            </Card>
          ) : (
            <ul className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
              {collections.map((one) => (
                <li
                  key={one.name}
                  className="glass relative min-w-0 rounded-2xl p-5 focus-within:border-line-strong hover:border-line-strong"
                >
                  <div className="flex items-start gap-3">
                    <Avatar name={one.name} className="size-11 rounded-2xl text-sm" />
                    <div className="min-w-0 flex-1">
                      <Link
                        href={`/knowledge?collection=${encodeURIComponent(one.name)}`}
                        dir="auto"
                        className="block truncate font-display font-semibold after:absolute after:inset-0 after:rounded-2xl"
                      >
                        {one.name}
                      </Link>
                      <p className="text-faint text-xs">
                        {t("changed {when}", { when: relative(one.changed_at) })}
                      </p>
                    </div>
                  </div>
                  <p className="figures mt-4 text-muted text-sm">
                    {tn("{count} passage", "{count} passages", one.passages)} · {bytes(one.bytes)}
                  </p>
                  {data.meaning.model && (
                    <Progress
                      className="mt-3"
                      value={one.passages > 0 ? one.embedded / one.passages : 0}
                      label={tn(
                        "{done} of {count} passage has a vector",
                        "{done} of {count} passages have a vector",
                        one.passages,
                        { done: number(one.embedded) },
                      )}
                    />
                  )}
                  <div className="mt-4 flex flex-wrap gap-1.5">
                    <Badge tone="primary" icon={<FileText />}>
                      {tn("{count} document", "{count} documents", one.documents)}
                    </Badge>
                    <Badge tone={one.agents.length > 0 ? "gold" : "warn"} icon={<Bot />}>
                      {one.agents.length > 0
                        ? tn("{count} agent", "{count} agents", one.agents.length)
                        : t("no agent searches it")}
                    </Badge>
                    {one.lent && <Badge>{t("lent to keys")}</Badge>}
                    {one.embedding.running && (
                      <Badge tone="info" icon={<Sparkles />}>
                        {t("making vectors")}
                      </Badge>
                    )}
                    {one.embedding.fault && <Badge tone="bad">{t("vectors missing")}</Badge>}
                  </div>
                </li>
              ))}
            </ul>
          )}
          <p className="mt-5 text-faint text-sm">
            {data.meaning.engine
              ? t("Searched by words, and by meaning with {engine}.", {
                  engine: data.meaning.model || data.meaning.engine,
                })
              : t("Searched by words. To search by meaning as well, name a model in engines.embedding.")}
          </p>
        </>
      )}
      {dialog}
    </Page>
  );
}
