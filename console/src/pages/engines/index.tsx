import { useQuery } from "@tanstack/react-query";
import {
  AudioLines,
  BrainCircuit,
  CircleCheck,
  Cpu,
  Ear,
  Flame,
  Gauge,
  Layers,
  PackageX,
} from "lucide-react";
import { useState } from "react";
import { useLocation, useSearch } from "wouter";
import { api, ok, type Schema } from "@/api";
import { number } from "@/app/format";
import { t } from "@/app/i18n";
import { type Engine, enginesQuery } from "@/parts/data";
import { Lacks } from "@/parts/Lacks";
import { Notice } from "@/parts/Notice";
import {
  Button,
  Card,
  EmptyState,
  ErrorState,
  Page,
  SearchInput,
  Segmented,
  SkeletonList,
  Stat,
  Tabs,
} from "@/ui";
import { EngineCard } from "./EngineCard";
import { Load } from "./Load";

type Which = "all" | "used" | "ready" | "missing";

export default function EnginesPage() {
  const { data, error, refetch } = useQuery({ ...enginesQuery, refetchInterval: 5000 });
  const [, go] = useLocation();
  const view = new URLSearchParams(useSearch()).get("view") ?? "engines";
  const all = data?.engines ?? [];
  const used = all.filter((one) => one.state !== null);
  const down = used.filter(
    (one) => one.state?.status === "failed" || one.state?.status === "passed_over" || !one.ready,
  );
  return (
    <Page
      title={t("Engines")}
      description={t(
        "What hears, thinks and speaks here: what is ready, what the others need, and how each fares.",
      )}
    >
      {data === undefined ? (
        <Card>
          {error ? (
            <ErrorState
              title={t("The engines could not be loaded")}
              error={error}
              onRetry={() => void refetch()}
            />
          ) : (
            <SkeletonList />
          )}
        </Card>
      ) : (
        <>
          <div className="mb-4 space-y-3 empty:hidden">
            {down.map((one) => (
              <Notice
                key={`${one.kind} ${one.name}`}
                tone="bad"
                title={t("{name} is down: calls go by the next engine, where there is one", {
                  name: one.name,
                })}
              >
                <Lacks text={one.state?.fault ?? one.state?.passed_over ?? one.lacks ?? ""} />
              </Notice>
            ))}
            <Circuits />
          </div>
          <div className="mb-4 grid grid-cols-2 gap-4 lg:grid-cols-4">
            <Stat
              label={t("Ready")}
              icon={<CircleCheck />}
              value={number(all.filter((one) => one.ready).length)}
              hint={t("of {count} that are known", { count: all.length })}
            />
            <Stat
              label={t("In use")}
              icon={<Cpu />}
              value={number(used.length)}
              hint={t("asked for since the start")}
            />
            <Stat
              label={t("Warming")}
              icon={<Flame />}
              value={number(used.filter((one) => one.state?.status === "warming").length)}
              hint={t("they are being started")}
            />
            <Stat
              label={t("Missing something")}
              icon={<PackageX />}
              value={number(all.filter((one) => !one.ready).length)}
              hint={t("a key, weights, a GPU")}
            />
          </div>
          <Tabs
            label={t("Engines, load and modes")}
            value={view}
            onChange={(value) => go(`/engines?view=${value}`, { replace: true })}
            tabs={[
              {
                value: "engines",
                label: t("Engines"),
                icon: <Cpu />,
                badge: all.length,
                content: <List engines={all} />,
              },
              { value: "load", label: t("Load and failovers"), icon: <Gauge />, content: <Load /> },
              ...(data.modes.length > 0
                ? [
                    {
                      value: "modes",
                      label: t("Modes"),
                      icon: <Layers />,
                      content: <Modes modes={data.modes} />,
                    },
                  ]
                : []),
            ]}
          />
        </>
      )}
    </Page>
  );
}

/** All engines, by what they do and how they stand. */
function List({ engines }: { engines: readonly Engine[] }) {
  const [kind, setKind] = useState("");
  const [which, setWhich] = useState<Which>("all");
  const [text, setText] = useState("");
  const shown = engines.filter(
    (one) =>
      (!kind || one.kind === kind) &&
      fits(one, which) &&
      `${one.name} ${one.summary}`.toLocaleLowerCase().includes(text.toLocaleLowerCase()),
  );
  const kinds = [...new Set(engines.map((one) => one.kind))];
  function everything() {
    setKind("");
    setWhich("all");
    setText("");
  }
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center gap-3">
        <SearchInput label={t("Search engines")} value={text} onChange={setText} />
        <Segmented
          label={t("Kind")}
          value={kind}
          onChange={setKind}
          choices={[
            { value: "", label: t("All") },
            ...kinds.map((one) => ({ value: one as string, label: kindName(one) })),
          ]}
        />
        <Segmented
          label={t("Which")}
          value={which}
          onChange={setWhich}
          choices={[
            { value: "all", label: t("All") },
            { value: "used", label: t("In use") },
            { value: "ready", label: t("Ready") },
            { value: "missing", label: t("Missing") },
          ]}
        />
      </div>
      {shown.length === 0 ? (
        <Card>
          <EmptyState
            icon={<Cpu />}
            title={t("No engine fits")}
            text={t("Choose another kind, or search for other words.")}
            action={<Button onClick={everything}>{t("Show all")}</Button>}
          />
        </Card>
      ) : (
        <ul className="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
          {ordered(shown).map((one) => (
            <EngineCard key={`${one.kind} ${one.name}`} engine={one} />
          ))}
        </ul>
      )}
    </>
  );
}

function Modes({ modes }: { modes: Schema["EngineModeShown"][] }) {
  return (
    <Card
      title={t("Modes")}
      description={t("One word for a set of engines, best first, as this server has them.")}
    >
      <ul className="grid gap-4 md:grid-cols-2 xl:grid-cols-4">
        {modes.map((mode) => (
          <li key={mode.name} className="rounded-xl bg-sunken p-4">
            <p className="mb-2 font-display font-semibold">{mode.name}</p>
            <ModeLine icon={<Ear />} names={mode.stt} />
            <ModeLine icon={<BrainCircuit />} names={mode.llm} />
            <ModeLine icon={<AudioLines />} names={mode.tts} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function ModeLine({ icon, names }: { icon: React.ReactNode; names: readonly string[] }) {
  return (
    <p className="flex items-start gap-2 py-0.5 text-sm [&_svg]:mt-0.5 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-gold-text">
      {icon}
      <span className="min-w-0 break-words text-muted">{names.join(", ") || t("nothing here")}</span>
    </p>
  );
}

/** Hosts that failed time and again and are not asked for a while, and whatever else the server finds of engines. */
function Circuits() {
  const { data } = useQuery({
    queryKey: ["health"],
    queryFn: async ({ signal }) => {
      const answer = await api.GET("/api/health", { signal });
      return answer.data ?? (await ok(Promise.resolve(answer)));
    },
    refetchInterval: 15_000,
    retry: false,
  });
  const wrong = (data?.components ?? []).filter(
    (one) => one.ok === false && /circuit|host|engine|voice|model/i.test(String(one.name)),
  );
  return wrong.map((one) => (
    <Notice key={String(one.name)} title={`${String(one.name)}: ${String(one.detail ?? "")}`}>
      <Lacks text={String(one.mend ?? "")} />
    </Notice>
  ));
}

function fits(one: Engine, which: Which): boolean {
  if (which === "used") return one.state !== null;
  if (which === "ready") return one.ready;
  if (which === "missing") return !one.ready;
  return true;
}

/** Those in use first, then what is ready, then the others. */
function ordered(engines: readonly Engine[]): Engine[] {
  const rank = (one: Engine) => (one.state !== null ? 0 : one.ready ? 1 : 2);
  return [...engines].sort(
    (one, two) =>
      rank(one) - rank(two) || one.kind.localeCompare(two.kind) || one.name.localeCompare(two.name),
  );
}

function kindName(kind: Engine["kind"]): string {
  const names: Record<string, string> = {
    stt: t("Hears"),
    tts: t("Speaks"),
    llm: t("Thinks"),
    vad: t("Detects voice"),
    embedding: t("Searches"),
    turn: t("Turns"),
  };
  return names[kind] ?? kind;
}
