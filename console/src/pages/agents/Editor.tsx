import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowLeft, PhoneCall, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import { Link, useLocation } from "wouter";
import { api, ifMatch, ok } from "@/api";
import { t } from "@/app/i18n";
import { useUnsaved } from "@/app/leaving";
import { ClashDialog, type Form, useForm } from "@/forms";
import { type Agent, agentsQuery, numbersQuery, routesQuery } from "@/parts/data";
import { History } from "@/parts/History";
import { Notice } from "@/parts/Notice";
import { RemoveDialog } from "@/parts/RemoveDialog";
import { Badge, Button, Card, ErrorState, Page, SkeletonList, Tabs, toast } from "@/ui";
import { Basics } from "./Basics";
import {
  type AgentForm,
  bodyOf,
  fieldLabel,
  formOf,
  kindLabel,
  NEW_AGENT,
  PART_OF,
  type Part,
} from "./model";
import { EnginesPart, PrivacyPart, RoomPart, ToolsPart, TurnPart } from "./Parts";
import { UsedBy } from "./UsedBy";

export function EditAgent({ name }: { name: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["agents", "one", name],
    queryFn: ({ signal }) => ok(api.GET("/api/agents/{name}", { params: { path: { name } }, signal })),
    staleTime: Number.POSITIVE_INFINITY, // what is being edited is not pulled from under one's hands
    refetchOnWindowFocus: false,
  });
  if (data) return <AgentEditor key={data.id} agent={data} />;
  return (
    <Page title={name} before={<Back />}>
      <Card>{error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonList />}</Card>
    </Page>
  );
}

export function NewAgent({ copyOf, voice }: { copyOf?: Agent; voice?: string }) {
  return <AgentEditor copyOf={copyOf} voice={voice} />;
}

function Back() {
  return (
    <Link
      href="/agents"
      className="inline-flex items-center gap-1.5 rounded text-muted text-sm hover:text-fg"
    >
      <ArrowLeft className="size-4 rtl:rotate-180" aria-hidden />
      {t("All agents")}
    </Link>
  );
}

function AgentEditor({ agent, copyOf, voice }: { agent?: Agent; copyOf?: Agent; voice?: string }) {
  const [, go] = useLocation();
  const queries = useQueryClient();
  const [part, setPart] = useState<Part>("basics");
  const [removing, setRemoving] = useState(false);
  const fresh = agent === undefined;
  const form = useForm<AgentForm>({
    initial: agent
      ? formOf(agent)
      : copyOf
        ? { ...formOf(copyOf), name: "" }
        : { ...NEW_AGENT, voice: voice ?? "" },
    version: agent?.version,
    check: (values) => ({
      ...(values.name.trim() ? {} : { name: t("Give it a name: calls and routes know it by that.") }),
      ...(values.kind === "flow" && !values.flow ? { flow: t("Choose the flow that it runs.") } : {}),
    }),
    save: async (values, version) => {
      const path = { name: values.name };
      const saved = fresh
        ? await ok(api.POST("/api/agents", { body: { ...bodyOf(values), name: values.name.trim() } }))
        : await ok(
            api.PUT("/api/agents/{name}", {
              params: { path },
              body: bodyOf(values),
              headers: ifMatch(version),
            }),
          );
      queries.setQueryData(["agents", "one", saved.name], saved);
      await queries.invalidateQueries({ queryKey: ["agents"], exact: true });
      void queries.invalidateQueries({ queryKey: ["audit"] });
      toast.ok(
        fresh
          ? t("{name} is ready to be called.", { name: saved.name })
          : t("{name} is saved. It counts from the next call on.", { name: saved.name }),
      );
      go(`/agents?agent=${encodeURIComponent(saved.name)}`, { replace: true });
    },
    reread: async () => {
      const now = await ok(api.GET("/api/agents/{name}", { params: { path: { name: agent?.name ?? "" } } }));
      return { values: formOf(now), version: now.version };
    },
  });
  useUnsaved(form.dirty && !form.busy && !removing);

  const wrong = (Object.keys(PART_OF) as (keyof AgentForm)[]).filter((field) => form.error(field));
  const faulty = new Set(wrong.map((field) => PART_OF[field]));
  const first = wrong[0];
  // A fault in a part that is not shown would not be seen.
  useEffect(() => {
    if (first !== undefined) setPart(PART_OF[first]);
  }, [first]);

  const title = fresh ? t("New agent") : form.values.name;
  const mark = (of: Part) => (faulty.has(of) ? t("check") : undefined);
  const thinks = form.values.kind === "llm" || form.values.kind === "realtime";
  return (
    <Page
      title={title}
      before={<Back />}
      badge={!fresh && <Badge tone="primary">{kindLabel(form.values.kind)}</Badge>}
      description={
        fresh
          ? t("Who answers calls, and how. What you leave out is as the server's settings say.")
          : t("Changes count from the next call on; calls that are up keep the agent that they began with.")
      }
      actions={
        !fresh && (
          <>
            <Button asChild variant="gold">
              <Link href={`/phone?to=${encodeURIComponent(form.values.name)}`}>
                <PhoneCall aria-hidden />
                {t("Call it")}
              </Link>
            </Button>
            <Button variant="dangerGhost" icon={<Trash2 />} onClick={() => setRemoving(true)}>
              {t("Remove")}
            </Button>
          </>
        )
      }
    >
      {agent?.fault && (
        <Notice tone="bad" className="mb-5" title={t("It cannot answer calls")}>
          {agent.fault}
        </Notice>
      )}
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void form.submit();
        }}
      >
        <Tabs
          label={t("Parts of the agent")}
          value={part}
          onChange={(value) => setPart(value as Part)}
          tabs={[
            {
              value: "basics",
              label: t("Basics"),
              badge: mark("basics"),
              content: <Basics form={form} fresh={fresh} />,
            },
            ...(thinks || form.values.tools.length > 0
              ? [
                  {
                    value: "tools",
                    label: t("Tools & memory"),
                    badge: mark("tools"),
                    content: <ToolsPart form={form} />,
                  },
                ]
              : []),
            {
              value: "engines",
              label: t("Engines"),
              badge: mark("engines"),
              content: <EnginesPart form={form} />,
            },
            {
              value: "turn",
              label: t("Turn-taking"),
              badge: mark("turn"),
              content: <TurnPart form={form} />,
            },
            {
              value: "room",
              label: t("Insight & room"),
              badge: mark("room"),
              content: <RoomPart form={form} />,
            },
            {
              value: "privacy",
              label: t("Privacy"),
              badge: mark("privacy"),
              content: <PrivacyPart form={form} />,
            },
            ...(agent
              ? [
                  { value: "used", label: t("Used by"), content: <UsedBy agent={agent.name} /> },
                  {
                    value: "history",
                    label: t("History"),
                    content: (
                      <Card
                        title={t("Who changed it")}
                        description={t("It is version {version} now.", { version: agent.version })}
                      >
                        <History subject={`agent:${agent.name}`} />
                      </Card>
                    ),
                  },
                ]
              : []),
          ]}
        />
        <SaveBar form={form} fresh={fresh} onBack={() => go("/agents")} />
      </form>
      <ClashDialog form={form} what={title} label={fieldLabel} />
      {agent && <RemoveAgent agent={agent} open={removing} onOpenChange={setRemoving} />}
    </Page>
  );
}

function SaveBar({ form, fresh, onBack }: { form: Form<AgentForm>; fresh: boolean; onBack: () => void }) {
  if (!form.dirty && !form.fault && !fresh) return null;
  return (
    <div className="sticky bottom-4 z-20 mt-6">
      <div className="glass flex flex-wrap items-center justify-between gap-3 rounded-2xl bg-raised/90 px-5 py-3">
        <p
          role={form.fault ? "alert" : undefined}
          className={form.fault ? "whitespace-pre-line text-bad text-sm" : "text-muted text-sm"}
        >
          {form.fault || (form.dirty ? t("Not saved yet.") : t("Fill in a name and what it runs."))}
        </p>
        <div className="flex gap-2">
          <Button variant="ghost" onClick={onBack}>
            {fresh ? t("Cancel") : t("Leave")}
          </Button>
          <Button type="submit" variant="primary" loading={form.busy}>
            {fresh ? t("Make it") : t("Save")}
          </Button>
        </div>
      </div>
    </div>
  );
}

export function RemoveAgent({
  agent,
  open,
  onOpenChange,
}: {
  agent: Agent;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const [, go] = useLocation();
  const queries = useQueryClient();
  const { data: routes = [] } = useQuery({ ...routesQuery, enabled: open });
  const { data: numbers = [] } = useQuery({ ...numbersQuery, enabled: open });
  return (
    <RemoveDialog
      open={open}
      onOpenChange={onOpenChange}
      name={agent.name}
      text={t("Calls that it has go on to their end. It cannot be taken back.")}
      dependents={[
        {
          what: t("Numbers that it answers"),
          names: numbers.filter((one) => one.agent === agent.name).map((one) => one.number),
        },
        {
          what: t("Routes that lead to it"),
          names: routes
            .filter((one) => one.agent === agent.name || one.fallback?.agent === agent.name)
            .map((one) => one.pattern),
        },
      ]}
      onConfirm={async () => {
        await ok(api.DELETE("/api/agents/{name}", { params: { path: { name: agent.name } } }));
        queries.removeQueries({ queryKey: ["agents", "one", agent.name] });
        await queries.invalidateQueries({ queryKey: agentsQuery.queryKey });
        toast.ok(t("{name} is removed.", { name: agent.name }));
        go("/agents");
      }}
    />
  );
}
