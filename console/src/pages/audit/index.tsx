import { useQuery } from "@tanstack/react-query";
import { ChevronDown, Eraser, ScrollText } from "lucide-react";
import { useMemo, useState } from "react";
import { useLocation, useSearch } from "wouter";
import { api, ok, type Schema, useKeyset } from "@/api";
import { dateTime, fullDate, relative } from "@/app/format";
import { t } from "@/app/i18n";
import { Avatar } from "@/parts/Avatar";
import { did, inWords, kindOf, subjectOf } from "@/parts/audited";
import { keysQuery } from "@/parts/data";
import {
  Badge,
  Button,
  Card,
  cn,
  EmptyState,
  ErrorState,
  KeyValue,
  Page,
  SearchInput,
  Select,
  SkeletonList,
  Tabs,
  type Tone,
} from "@/ui";
import { Erasures } from "./Erasures";

type Line = Schema["AuditLineShown"];

const ACTIONS = [
  "agent.",
  "key.",
  "number.",
  "route.",
  "calendar.",
  "trunk.",
  "provider.",
  "flow.",
  "webhook.",
  "knowledge.",
  "prices.",
  "phone_prices.",
  "erasure.",
  "console.",
  "call.",
];

const NO_KEYS: Schema["KeyShown"][] = [];

export default function AuditPage() {
  const [, go] = useLocation();
  const view = new URLSearchParams(useSearch()).get("view") ?? "changes";
  return (
    <Page
      title={t("Audit")}
      description={t(
        "Who changed what, from where. Nothing here can be changed, and no secret stands in it.",
      )}
    >
      <Tabs
        label={t("Changes and erasures")}
        value={view}
        onChange={(value) => go(`/audit?view=${value}`)}
        tabs={[
          { value: "changes", label: t("Changes"), icon: <ScrollText />, content: <Changes /> },
          { value: "erasures", label: t("Erasures"), icon: <Eraser />, content: <Erasures /> },
        ]}
      />
    </Page>
  );
}

function Changes() {
  const [, go] = useLocation();
  const asked = new URLSearchParams(useSearch());
  const [action, key] = [asked.get("action") ?? "", asked.get("key") ?? ""];
  const [subject, setSubject] = useState(asked.get("subject") ?? "");
  const { data: keys = NO_KEYS } = useQuery(keysQuery);
  const names = useMemo(() => new Map(keys.map((one) => [one.id, one.name])), [keys]);
  const query = {
    action: action || undefined,
    key: key || undefined,
    subject: asked.get("subject") || undefined,
  };
  const list = useKeyset(["audit", query], (cursor, signal) =>
    ok(api.GET("/api/audit", { params: { query: { ...query, cursor: cursor || undefined } }, signal })),
  );
  function filter(more: Record<string, string>) {
    const next = new URLSearchParams({ action, key, subject, ...more });
    for (const [name, value] of [...next]) if (!value) next.delete(name);
    go(`/audit?${next}`, { replace: true });
  }
  const filtered = Boolean(query.action || query.key || query.subject);
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center gap-3">
        <Select
          className="w-44"
          aria-label={t("Kind of change")}
          value={action}
          onChange={(value) => filter({ action: value })}
          placeholder={t("All changes")}
          choices={ACTIONS.map((one) => ({ value: one, label: kindOf(one.replace(".", "")) }))}
        />
        <Select
          className="w-48"
          aria-label={t("Key")}
          value={key}
          onChange={(value) => filter({ key: value })}
          placeholder={t("By anybody")}
          choices={keys.map((one) => ({ value: one.id, label: one.name }))}
        />
        <form
          className="flex min-w-60 flex-1 gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            filter({ subject });
          }}
        >
          <SearchInput
            className="max-w-none"
            label={t("Done to, as agent:demo")}
            value={subject}
            onChange={(value) => {
              setSubject(value);
              if (!value) filter({ subject: "" });
            }}
          />
          <Button type="submit">{t("Filter")}</Button>
        </form>
      </div>
      <Card flush>
        {list.isPending ? (
          <SkeletonList />
        ) : list.isError && list.rows.length === 0 ? (
          <ErrorState
            title={t("The audit log could not be loaded")}
            error={list.error}
            onRetry={() => void list.refetch()}
          />
        ) : list.rows.length === 0 ? (
          <EmptyState
            icon={<ScrollText />}
            title={filtered ? t("No change fits") : t("Nothing was changed yet")}
            text={
              filtered
                ? t("Choose other filters; a subject is written in full, as agent:demo.")
                : t("Each change of agents, keys, numbers and the like stands here with who made it.")
            }
            action={
              filtered && (
                <Button
                  onClick={() => {
                    setSubject("");
                    go("/audit", { replace: true });
                  }}
                >
                  {t("Show all")}
                </Button>
              )
            }
          />
        ) : (
          <>
            <ol className="divide-y divide-line">
              {list.rows.map((line, at) => (
                <AuditLine
                  key={line.id}
                  line={line}
                  names={names}
                  day={fullDate(line.at) === fullDate(list.rows[at - 1]?.at) ? "" : fullDate(line.at)}
                />
              ))}
            </ol>
            {list.hasNextPage && (
              <div className="border-line border-t p-4 text-center">
                <Button loading={list.isFetchingNextPage} onClick={list.more}>
                  {t("Show older changes")}
                </Button>
              </div>
            )}
          </>
        )}
      </Card>
    </>
  );
}

function AuditLine({ line, names, day }: { line: Line; names: ReadonlyMap<string, string>; day: string }) {
  const [open, setOpen] = useState(false);
  const words = inWords(line.change);
  return (
    <>
      {day && <li className="bg-sunken px-5 py-1.5 font-medium text-faint text-xs">{day}</li>}
      <li className="px-5 py-3">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          <Avatar name={line.actor} />
          <div className="min-w-0 flex-1 basis-52">
            <p className="flex flex-wrap items-center gap-2 text-sm">
              <span className="font-medium">{line.actor}</span>
              <Badge tone={toneOf(line.action)}>{did(line.action)}</Badge>
              <bdi className="min-w-0 break-words text-muted">{subjectOf(line, names)}</bdi>
            </p>
            {words && !open && (
              <p dir="auto" className="mt-0.5 truncate text-faint text-xs">
                {words}
              </p>
            )}
          </div>
          <time dateTime={line.at} title={dateTime(line.at)} className="text-faint text-xs">
            {relative(line.at)}
          </time>
          <Button
            size="sm"
            variant="ghost"
            aria-expanded={open}
            icon={<ChevronDown className={cn("transition-transform", open && "rotate-180")} />}
            onClick={() => setOpen(!open)}
          >
            {t("Details")}
          </Button>
        </div>
        {open && (
          <KeyValue
            className="mt-2 ms-12"
            items={[
              [t("When"), dateTime(line.at)],
              [
                t("In the log"),
                <code key="log" className="break-all text-xs">
                  {line.action} {line.subject}
                </code>,
              ],
              [t("Known by"), line.how],
              [t("From"), <bdi key="from">{line.source || "–"}</bdi>],
              [
                t("Request"),
                <code key="request" className="break-all text-xs">
                  {line.request}
                </code>,
              ],
              ...Object.entries(line.change).map(
                ([name, value]) =>
                  [
                    name,
                    <code key={name} className="break-all text-xs">
                      {typeof value === "string" ? value : JSON.stringify(value)}
                    </code>,
                  ] as const,
              ),
            ]}
          />
        )}
      </li>
    </>
  );
}

function toneOf(action: string): Tone {
  if (/\.(remove|revoke|delete)/.test(action)) return "bad";
  if (/\.(add|create|publish|begin)/.test(action)) return "ok";
  return /\.(rotate|change)/.test(action) ? "gold" : "neutral";
}
