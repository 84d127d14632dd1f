import { useQuery } from "@tanstack/react-query";
import { Bot, Copy, EllipsisVertical, Hash, Mic, PhoneCall, Plus, Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import { Link, useLocation, useSearch } from "wouter";
import { useActions } from "@/app/actions";
import { t, tn } from "@/app/i18n";
import { useSession } from "@/app/session";
import { Avatar } from "@/parts/Avatar";
import { type Agent, agentsQuery, numbersQuery, routesQuery } from "@/parts/data";
import {
  Badge,
  Button,
  Card,
  DropdownMenu,
  EmptyState,
  ErrorState,
  IconButton,
  Page,
  SearchInput,
  Segmented,
  SkeletonList,
  StatusDot,
} from "@/ui";
import { EditAgent, NewAgent, RemoveAgent } from "./Editor";
import { kindLabel } from "./model";

export default function AgentsPage() {
  const asked = new URLSearchParams(useSearch());
  const name = asked.get("agent");
  const like = asked.get("like");
  const { data } = useQuery({ ...agentsQuery, enabled: like !== null });
  if (name) return <EditAgent key={name} name={name} />;
  if (asked.has("new") || like !== null) {
    const copyOf = data?.find((one) => one.name === like);
    if (like && data === undefined) return <SkeletonList />;
    return <NewAgent key={like ?? "new"} copyOf={copyOf} voice={asked.get("voice") ?? undefined} />;
  }
  return <AgentList />;
}

function AgentList() {
  const { may } = useSession();
  const agents = useQuery(agentsQuery);
  const numbers = useQuery({ ...numbersQuery, enabled: may("telephony:read") });
  const routes = useQuery({ ...routesQuery, enabled: may("telephony:read") });
  const [text, setText] = useState("");
  const [kind, setKind] = useState("");
  const [removing, setRemoving] = useState<Agent | null>(null);
  const all = agents.data ?? [];
  const kinds = [...new Set(all.map((one) => one.kind))];
  const shown = all.filter(
    (one) =>
      (!kind || one.kind === kind) &&
      `${one.name} ${one.voice} ${one.language} ${one.flow}`
        .toLocaleLowerCase()
        .includes(text.toLocaleLowerCase()),
  );
  const used = useMemo(() => {
    const counts = new Map<string, number>();
    const add = (agent: string | null | undefined) =>
      agent && counts.set(agent, (counts.get(agent) ?? 0) + 1);
    for (const one of numbers.data ?? []) add(one.agent);
    for (const one of routes.data ?? []) add(one.agent);
    return counts;
  }, [numbers.data, routes.data]);
  const writes = may("agents:write");
  const [, go] = useLocation();
  useActions(
    writes
      ? [{ id: "agents.new", label: t("New agent"), keys: "n", icon: <Plus />, run: () => go("/agents?new") }]
      : [],
  );
  function showAll() {
    setText("");
    setKind("");
  }
  return (
    <Page
      title={t("Agents")}
      description={t("Who answers your calls: what each runs, how it sounds, and which numbers lead to it.")}
      actions={
        writes && (
          <Button asChild variant="primary">
            <Link href="/agents?new">
              <Plus aria-hidden />
              {t("New agent")}
            </Link>
          </Button>
        )
      }
    >
      {agents.error && all.length === 0 ? (
        <Card>
          <ErrorState
            title={t("The agents could not be loaded")}
            error={agents.error}
            onRetry={() => void agents.refetch()}
          />
        </Card>
      ) : agents.isPending ? (
        <Card>
          <SkeletonList />
        </Card>
      ) : all.length === 0 ? (
        <Card>
          <EmptyState
            icon={<Bot />}
            title={t("No agent answers yet")}
            text={t(
              "Make one: give it a flow or instructions for a model, a voice and a language, and call it from here.",
            )}
            action={
              <Button asChild variant="primary">
                <Link href="/agents?new">{t("Make the first agent")}</Link>
              </Button>
            }
          />
        </Card>
      ) : (
        <>
          <div className="mb-4 flex flex-wrap items-center gap-3">
            <SearchInput label={t("Search agents")} value={text} onChange={setText} />
            {kinds.length > 1 && (
              <Segmented
                label={t("Kind")}
                value={kind}
                onChange={setKind}
                choices={[
                  { value: "", label: t("All") },
                  ...kinds.map((one) => ({ value: one, label: kindLabel(one) })),
                ]}
              />
            )}
            <span className="ms-auto text-faint text-sm">
              {tn("{count} agent", "{count} agents", shown.length)}
            </span>
          </div>
          {shown.length === 0 ? (
            <Card>
              <EmptyState
                icon={<Bot />}
                title={t("No agent fits")}
                text={t("Search for other words, or choose another kind.")}
                action={<Button onClick={showAll}>{t("Show all")}</Button>}
              />
            </Card>
          ) : (
            <ul className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
              {shown.map((one) => (
                <AgentCard
                  key={one.id}
                  agent={one}
                  used={used.get(one.name) ?? 0}
                  writes={writes}
                  onRemove={() => setRemoving(one)}
                />
              ))}
            </ul>
          )}
        </>
      )}
      {removing && <RemoveAgent agent={removing} open onOpenChange={(open) => !open && setRemoving(null)} />}
    </Page>
  );
}

function AgentCard({
  agent,
  used,
  writes,
  onRemove,
}: {
  agent: Agent;
  used: number;
  writes: boolean;
  onRemove: () => void;
}) {
  const [, go] = useLocation();
  const runs =
    agent.kind === "flow" ? agent.flow : agent.kind === "python" ? agent.entry : agent.llm.join(", ");
  return (
    <li className="glass group relative flex min-w-0 flex-col rounded-2xl p-5 transition-colors focus-within:border-line-strong hover:border-line-strong">
      <div className="flex items-start gap-3">
        <Avatar name={agent.name} className="size-11 rounded-2xl text-sm" />
        <div className="min-w-0 flex-1">
          <Link
            href={`/agents?agent=${encodeURIComponent(agent.name)}`}
            dir="auto"
            className="block truncate font-display font-semibold text-fg after:absolute after:inset-0 after:rounded-2xl"
          >
            {agent.name}
          </Link>
          <StatusDot
            status={agent.fault ? "bad" : "ok"}
            label={agent.fault ? t("Cannot answer") : t("Answers calls")}
            className="text-muted text-xs"
          />
        </div>
        <div className="relative z-10 -me-2 -mt-1">
          <DropdownMenu
            trigger={
              <IconButton label={t("More of {name}", { name: agent.name })} size="sm" quiet>
                <EllipsisVertical />
              </IconButton>
            }
            entries={[
              {
                label: t("Call it"),
                icon: <PhoneCall />,
                onSelect: () => go(`/phone?to=${encodeURIComponent(agent.name)}`),
              },
              {
                label: t("Make another like it"),
                icon: <Copy />,
                disabled: !writes,
                onSelect: () => go(`/agents?like=${encodeURIComponent(agent.name)}`),
              },
              "line",
              { label: t("Remove"), icon: <Trash2 />, danger: true, disabled: !writes, onSelect: onRemove },
            ]}
          />
        </div>
      </div>
      {agent.fault ? (
        <p
          dir="auto"
          className="mt-3 line-clamp-2 break-words rounded-lg bg-bad-soft px-2.5 py-1.5 text-bad text-xs"
        >
          {agent.fault}
        </p>
      ) : (
        <p dir="auto" className="mt-3 truncate text-muted text-sm">
          {runs ||
            (agent.kind === "echo" ? t("Plays back what it hears") : t("As the server's settings say"))}
        </p>
      )}
      <div className="mt-auto flex flex-wrap items-center gap-1.5 pt-4">
        <Badge tone="primary">{kindLabel(agent.kind)}</Badge>
        {agent.language && <Badge>{agent.language}</Badge>}
        {agent.voice && <Badge icon={<Mic />}>{agent.voice}</Badge>}
        <Badge tone={used > 0 ? "gold" : "neutral"} icon={<Hash />}>
          {used > 0 ? tn("{count} way in", "{count} ways in", used) : t("by name only")}
        </Badge>
      </div>
    </li>
  );
}
