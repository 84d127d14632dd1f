import { useMutation } from "@tanstack/react-query";
import { KeyRound, MoreHorizontal, Pencil, Plus, Power, RotateCw, ShieldAlert, Trash2 } from "lucide-react";
import { useState } from "react";
import { api, ok, queries, type Schema, useKeyset } from "@/api";
import { useActions } from "@/app/actions";
import { compact, DASH, date, relative } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { useSession } from "@/app/session";
import { nearest, quotaName } from "@/parts/quota";
import {
  Badge,
  Button,
  Card,
  type Column,
  ConfirmDialog,
  DropdownMenu,
  EmptyState,
  ErrorState,
  IconButton,
  Page,
  Progress,
  SkeletonList,
  StatusDot,
  Switch,
  Table,
  toast,
  Words,
} from "@/ui";
import { KeyForm } from "./KeyForm";
import { KeyMade } from "./KeyMade";

type Key = Schema["KeyShown"];
type Doing =
  | { what: "new" }
  | { what: "change" | "rotate" | "revoke"; key: Key }
  | { what: "made"; made: Schema["KeyMade"] };

const GRACE_S = 86_400;

export default function KeysPage() {
  const { may } = useSession();
  const [revoked, setRevoked] = useState(false);
  const [doing, setDoing] = useState<Doing | null>(null);
  const list = useKeyset(
    ["keys", "list", revoked],
    (cursor, signal) => ok(api.GET("/api/keys", { params: { query: { cursor, revoked } }, signal })),
    { enabled: may("admin") },
  );
  const warning = list.data?.pages[0]?.warning;
  const close = () => setDoing(null);
  const make = () => setDoing({ what: "new" });
  useActions([{ id: "keys.new", label: t("New key"), keys: "n", icon: <Plus />, run: make }]);

  const onOff = useMutation({
    mutationFn: (key: Key) =>
      ok(api.PATCH("/api/keys/{id}", { params: { path: { id: key.id } }, body: { active: !key.active } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["keys"] }),
    onError: toast.error,
  });

  const entries = (key: Key) => [
    { label: t("Change"), icon: <Pencil />, onSelect: () => setDoing({ what: "change", key }) },
    { label: t("Renew its secret"), icon: <RotateCw />, onSelect: () => setDoing({ what: "rotate", key }) },
    {
      label: key.active ? t("Switch off") : t("Switch on"),
      icon: <Power />,
      onSelect: () => onOff.mutate(key),
    },
    "line" as const,
    { label: t("Revoke"), icon: <Trash2 />, danger: true, onSelect: () => setDoing({ what: "revoke", key }) },
  ];
  const columns: Column<Key>[] = [
    {
      id: "name",
      header: t("Name"),
      width: "minmax(9rem,1.6fr)",
      sort: (key) => key.name,
      cell: (key) => (
        <span className="block min-w-0">
          <span dir="auto" className="block truncate font-medium text-fg">
            {key.name}
          </span>
          <span dir="ltr" className="block truncate text-start font-mono text-faint text-xs">
            {key.prefix}…
          </span>
        </span>
      ),
    },
    {
      id: "scopes",
      header: t("May"),
      width: "minmax(0,2fr)",
      wide: true,
      cell: (key) => <Scopes scopes={key.scopes} />,
    },
    {
      id: "quota",
      header: t("This month"),
      width: "minmax(0,1.3fr)",
      wide: true,
      cell: (key) => <Used shown={key} />,
    },
    {
      id: "used",
      header: t("Last used"),
      width: "minmax(0,1fr)",
      wide: true,
      sort: (key) => key.used_at,
      cell: (key) => <span className="text-muted">{key.used_at ? relative(key.used_at) : t("not yet")}</span>,
    },
    {
      id: "state",
      header: t("State"),
      width: "7rem",
      sort: (key) => Number(key.active),
      cell: (key) => <State shown={key} />,
    },
    {
      id: "menu",
      header: <span className="sr-only">{t("What can be done")}</span>,
      width: "2.5rem",
      align: "end",
      cell: (key) =>
        key.revoked_at === null && (
          <DropdownMenu
            trigger={
              <IconButton label={t("More for {name}", { name: key.name })} size="sm" quiet>
                <MoreHorizontal />
              </IconButton>
            }
            entries={entries(key)}
          />
        ),
    },
  ];
  return (
    <Page
      title={t("Keys")}
      description={t(
        "Who may ask this server for what, and how much. A key's text is shown once, when it is made.",
      )}
      actions={
        <Button variant="primary" icon={<Plus />} onClick={make} disabled={!may("admin")}>
          {t("New key")}
        </Button>
      }
    >
      {warning && (
        <p className="mb-5 flex items-start gap-3 rounded-2xl border border-warn/30 bg-warn-soft px-5 py-4 text-fg text-sm leading-relaxed">
          <ShieldAlert className="mt-0.5 size-4.5 shrink-0 text-warn" aria-hidden />
          <span>
            <Words text={warning} />
          </span>
        </p>
      )}
      <Card
        flush
        title={list.data && tn("{count} key", "{count} keys", list.rows.length)}
        actions={<Switch label={t("Show revoked ones")} checked={revoked} onChange={setRevoked} />}
      >
        {!may("admin") ? (
          <EmptyState
            icon={<KeyRound />}
            title={t("Keys are the operator's")}
            text={t(
              "Sign in with the ADMIN_TOKEN, with a key that may do everything, or by the link that voiceforge console prints.",
            )}
          />
        ) : list.isPending ? (
          <SkeletonList />
        ) : list.isLoadingError ? (
          <ErrorState
            error={list.error}
            title={t("The keys could not be loaded")}
            onRetry={() => void list.refetch()}
          />
        ) : list.rows.length === 0 ? (
          <EmptyState
            icon={<KeyRound />}
            title={t("No keys yet")}
            text={t(
              "Make one for each program that uses this server, so that each can be limited and revoked by itself.",
            )}
            action={
              <Button variant="primary" icon={<Plus />} onClick={make}>
                {t("New key")}
              </Button>
            }
          />
        ) : (
          <Table
            label={t("Keys")}
            rows={list.rows}
            rowKey={(key) => key.id}
            rowHeight={60}
            columns={columns}
            onEnd={list.more}
            onOpen={(key) => key.revoked_at === null && setDoing({ what: "change", key })}
            foot={list.isFetchingNextPage && t("Loading more…")}
          />
        )}
      </Card>
      {doing?.what === "new" && (
        <KeyForm shown={null} onClose={close} onMade={(made) => setDoing({ what: "made", made })} />
      )}
      {doing?.what === "change" && <KeyForm shown={doing.key} onClose={close} onMade={close} />}
      {doing?.what === "made" && <KeyMade made={doing.made} onClose={close} />}
      {doing?.what === "rotate" && (
        <ConfirmDialog
          open
          onOpenChange={close}
          title={t("Renew the secret of {name}?", { name: doing.key.name })}
          text={t(
            "It gets a new text, shown once. The old one goes on for a day, so that you can exchange it without a gap.",
          )}
          action={t("Renew")}
          onConfirm={async () => {
            const made = await ok(
              api.POST("/api/keys/{id}/rotate", {
                params: { path: { id: doing.key.id } },
                body: { grace_s: GRACE_S },
              }),
            );
            await queries.invalidateQueries({ queryKey: ["keys"] });
            // After the dialog has closed itself.
            setTimeout(() => setDoing({ what: "made", made }));
          }}
        />
      )}
      {doing?.what === "revoke" && (
        <ConfirmDialog
          open
          onOpenChange={close}
          danger
          title={t("Revoke the key {name}?", { name: doing.key.name })}
          text={t(
            "Whatever uses it is refused from now on, and browsers signed in with it are signed out. This cannot be undone.",
          )}
          action={t("Revoke")}
          onConfirm={async () => {
            await ok(api.DELETE("/api/keys/{id}", { params: { path: { id: doing.key.id } } }));
            await queries.invalidateQueries({ queryKey: ["keys"] });
            toast.ok(t("The key {name} is revoked.", { name: doing.key.name }));
          }}
        />
      )}
    </Page>
  );
}

function Scopes({ scopes }: { scopes: readonly string[] }) {
  if (scopes.includes("admin")) return <Badge tone="gold">{t("Everything")}</Badge>;
  const shown = scopes.slice(0, 3);
  return (
    <span className="flex min-w-0 items-center gap-1.5" title={scopes.join(", ")}>
      {shown.map((scope) => (
        <Badge key={scope} tone="primary">
          {scope}
        </Badge>
      ))}
      {scopes.length > shown.length && (
        <span className="text-faint text-xs">+{scopes.length - shown.length}</span>
      )}
    </span>
  );
}

function Used({ shown }: { shown: Key }) {
  const near = nearest(shown.quota, shown.used);
  if (near === null) {
    const requests = shown.used.requests ?? 0;
    return (
      <span className="text-muted">
        {requests > 0 ? tn("{count} request", "{count} requests", requests) : DASH}
      </span>
    );
  }
  return (
    <span className="block">
      <span className="mb-1 block truncate text-muted text-xs">
        {t("{used} of {limit} {what}", {
          used: compact(near.used),
          limit: compact(near.limit),
          what: quotaName(near.kind),
        })}
      </span>
      <Progress value={near.share} label={quotaName(near.kind)} />
    </span>
  );
}

function State({ shown }: { shown: Key }) {
  if (shown.revoked_at !== null)
    return <span className="text-faint text-xs">{t("revoked {day}", { day: date(shown.revoked_at) })}</span>;
  return shown.active ? (
    <StatusDot status="ok" label={t("Active")} />
  ) : (
    <StatusDot status="idle" label={t("Off")} />
  );
}
