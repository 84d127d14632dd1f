import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, Copy } from "lucide-react";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { Link, useLocation, useParams } from "wouter";
import { ApiError, api, ok, queries } from "@/api";
import { t } from "@/app/i18n";
import { useSession } from "@/app/session";
import { Button, Card, ErrorState, Skeleton, toast } from "@/ui";
import { documentOf, type FlowDocument } from "./model/document";
import { DocumentSchema } from "./model/schema";

const Editor = lazy(() => import("./Editor"));

interface Loaded {
  document: FlowDocument;
  revision: number | null;
  base: number | null;
}

/** The flow editor: the working copy where there is one, else the newest version. */
export default function FlowPage() {
  const name = decodeURIComponent(useParams<{ id: string }>().id);
  const { may } = useSession();
  const flow = useQuery({
    queryKey: ["flows", "one", name],
    queryFn: ({ signal }) => ok(api.GET("/api/flows/{name}", { params: { path: { name } }, signal })),
  });
  const schema = useQuery({
    queryKey: ["flows", "schema"],
    queryFn: async ({ signal }) => {
      const found = await ok(api.GET("/api/flows/schema", { signal }));
      return new DocumentSchema(JSON.parse(JSON.stringify(found)));
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  // Read once: from here on the editor has what counts, and no other tab's answer may take its place.
  const drawn = useQuery({
    queryKey: ["flow", name, "drawn"],
    queryFn: () => load(name, flow.data?.drafted_at !== null),
    enabled: flow.data !== undefined && flow.data.name === name,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  useEffect(() => {
    document.title = `${name} · VoiceForge`;
  }, [name]);
  const loaded = useKept(drawn.data, name);
  const error = flow.error ?? schema.error ?? drawn.error;
  if (error !== null && (flow.data === undefined || loaded === null))
    return (
      <Card className="mx-auto max-w-2xl">
        <ErrorState
          error={error}
          title={t("The flow could not be opened")}
          onRetry={() => {
            void flow.refetch();
            void schema.refetch();
            void drawn.refetch();
          }}
        />
        <div className="pb-6 text-center">
          <Button asChild>
            <Link href="/flows">{t("All flows")}</Link>
          </Button>
        </div>
      </Card>
    );
  if (flow.data === undefined || schema.data === undefined || loaded === null) return <Opening />;
  // The operator's flows may be looked at and copied by every key, and changed by none.
  const foreign = flow.data.owner === null && !may("admin");
  const readOnly = foreign || !may("flows:write");
  return (
    <Suspense fallback={<Opening />}>
      {foreign && may("flows:write") && <Foreign name={name} drawn={loaded.document} />}
      <Editor
        key={name}
        flow={flow.data}
        schema={schema.data}
        document={loaded.document}
        revision={loaded.revision}
        base={loaded.base}
        readOnly={readOnly}
      />
    </Suspense>
  );
}

/** What was read first of this flow: reading again changes nothing under the hands of who draws. */
function useKept(found: Loaded | undefined, name: string): Loaded | null {
  const [kept, setKept] = useState<{ name: string; loaded: Loaded } | null>(null);
  useEffect(() => {
    if (found !== undefined) setKept((before) => (before?.name === name ? before : { name, loaded: found }));
  }, [found, name]);
  return useMemo(() => (kept?.name === name ? kept.loaded : null), [kept, name]);
}

async function load(name: string, drafted: boolean): Promise<Loaded> {
  if (drafted) {
    try {
      const draft = await ok(api.GET("/api/flows/{name}/draft", { params: { path: { name } } }));
      return { document: documentOf(draft.document), revision: draft.revision, base: draft.base };
    } catch (error) {
      // Published or given up meanwhile, or the operator's, whose working copy is not ours to see.
      if (!(error instanceof ApiError) || (error.status !== 404 && error.status !== 403)) throw error;
    }
  }
  const versions = await ok(
    api.GET("/api/flows/{name}/versions", { params: { path: { name }, query: { limit: 1 } } }),
  );
  const number = versions.items[0]?.number;
  if (number === undefined) return { document: documentOf(empty(name)), revision: null, base: null };
  const whole = await ok(
    api.GET("/api/flows/{name}/versions/{number}", { params: { path: { name, number } } }),
  );
  return { document: documentOf(whole.document), revision: null, base: number };
}

/** A flow that has no version yet. */
function empty(name: string): unknown {
  return { format: 1, name, nodes: [{ id: "start", type: "start" }], edges: [] };
}

function Foreign({ name, drawn }: { name: string; drawn: FlowDocument }) {
  const [, go] = useLocation();
  const [busy, setBusy] = useState(false);
  async function copy() {
    setBusy(true);
    const own = `${name}-copy`.slice(0, 60);
    try {
      const made = await ok(
        api.POST("/api/flows", {
          body: { document: { ...drawn, name: own }, name: own, note: "", publish: false },
        }),
      );
      await queries.invalidateQueries({ queryKey: ["flows"] });
      go(`/flows/${encodeURIComponent(made.flow)}`);
    } catch (error) {
      toast.error(error);
    } finally {
      setBusy(false);
    }
  }
  return (
    <div className="-mx-4 -mt-6 sm:-mx-6 sm:-mt-8 lg:-mx-8 mb-6 flex flex-wrap items-center gap-3 border-line border-b bg-gold-soft px-6 py-2 text-sm sm:mb-8">
      <p className="flex-1 text-gold-text">
        {t("This flow is the operator's: look at it, and make a copy to change it.")}
      </p>
      <Button size="sm" icon={<Copy />} loading={busy} onClick={() => void copy()}>
        {t("Make a copy")}
      </Button>
    </div>
  );
}

function Opening() {
  return (
    <div role="status" aria-label={t("Loading…")} data-skeleton className="space-y-4">
      <div className="flex items-center gap-3 text-faint">
        <ArrowLeft className="size-4 rtl:-scale-x-100" aria-hidden />
        <Skeleton className="h-6 w-48" />
      </div>
      <div className="relative h-[60dvh] overflow-hidden rounded-2xl border border-line">
        <Skeleton className="absolute start-[8%] top-[40%] h-24 w-48 rounded-2xl" />
        <Skeleton className="absolute start-[38%] top-[22%] h-24 w-48 rounded-2xl" />
        <Skeleton className="absolute start-[38%] top-[60%] h-24 w-48 rounded-2xl" />
        <Skeleton className="absolute start-[68%] top-[40%] h-24 w-48 rounded-2xl" />
      </div>
    </div>
  );
}
