import { useMutation, useQueryClient } from "@tanstack/react-query";
import { EllipsisVertical, PencilLine, Plus, RefreshCw, Send, Webhook as WebhookIcon } from "lucide-react";
import { useState } from "react";
import { useLocation, useSearch } from "wouter";
import { api, ok, useKeyset } from "@/api";
import { useActions } from "@/app/actions";
import { relative } from "@/app/format";
import { t } from "@/app/i18n";
import { useSession } from "@/app/session";
import { Avatar } from "@/parts/Avatar";
import { Notice } from "@/parts/Notice";
import {
  Badge,
  Button,
  Card,
  cn,
  DropdownMenu,
  EmptyState,
  ErrorState,
  IconButton,
  Page,
  SkeletonList,
  type Status,
  StatusDot,
  toast,
} from "@/ui";
import { Deliveries } from "./Deliveries";
import { SecretDialog } from "./SecretDialog";
import { type Webhook, WebhookSheet } from "./WebhookSheet";

export default function WebhooksPage() {
  const { may } = useSession();
  const queries = useQueryClient();
  const [, go] = useLocation();
  const asked = new URLSearchParams(useSearch());
  const [secret, setSecret] = useState<{ secret: string; url: string } | null>(null);
  const list = useKeyset(
    ["webhooks"],
    (cursor, signal) =>
      ok(api.GET("/api/webhooks", { params: { query: { cursor: cursor || undefined } }, signal })),
    {
      refetchInterval: 15_000,
    },
  );
  const chosen = list.rows.find((one) => one.id === asked.get("endpoint")) ?? list.rows[0];
  const edited = list.rows.find((one) => one.id === asked.get("edit"));
  const close = () => go(chosen ? `/webhooks?endpoint=${chosen.id}` : "/webhooks", { replace: true });
  const writes = may("webhooks:write");
  const changed = () => queries.invalidateQueries({ queryKey: ["webhooks"] });
  const ping = useMutation({
    mutationFn: (id: string) => ok(api.POST("/api/webhooks/{id}/test", { params: { path: { id } } })),
    onSuccess: () => {
      toast.ok(t("A ping is on its way: see its deliveries for what came of it."));
      return changed();
    },
    onError: toast.error,
  });
  const rotate = useMutation({
    mutationFn: (id: string) => ok(api.POST("/api/webhooks/{id}/rotate", { params: { path: { id } } })),
    onSuccess: (made) => {
      setSecret({ secret: made.secret, url: made.url });
      return changed();
    },
    onError: toast.error,
  });
  const wake = useMutation({
    mutationFn: (id: string) =>
      ok(api.PATCH("/api/webhooks/{id}", { params: { path: { id } }, body: { active: true } })),
    onSuccess: changed,
    onError: toast.error,
  });
  const ill = list.rows.filter(
    (one) => one.disabled_at !== null || (one.active && one.failing_since !== null),
  );
  const add = writes && (
    <Button variant="primary" icon={<Plus />} onClick={() => go("/webhooks?new")}>
      {t("New endpoint")}
    </Button>
  );
  useActions(
    writes
      ? [
          {
            id: "webhooks.new",
            label: t("New endpoint"),
            keys: "n",
            icon: <Plus />,
            run: () => go("/webhooks?new"),
          },
        ]
      : [],
  );
  return (
    <Page
      title={t("Webhooks")}
      description={t(
        "Your own programs are told of calls as they happen: signed, in order, and again until they answer.",
      )}
      actions={list.rows.length > 0 && add}
    >
      {list.isPending ? (
        <Card>
          <SkeletonList />
        </Card>
      ) : list.isError && list.rows.length === 0 ? (
        <Card>
          <ErrorState
            title={t("The endpoints could not be loaded")}
            error={list.error}
            onRetry={() => void list.refetch()}
          />
        </Card>
      ) : list.rows.length === 0 ? (
        <Card>
          <EmptyState
            icon={<WebhookIcon />}
            title={t("Nobody is told yet")}
            text={t(
              "Add an https address of yours: it is sent each event whose topic fits, such as call.ended with its outcome.",
            )}
            action={add}
          />
        </Card>
      ) : (
        <div className="space-y-5">
          {ill.map((one) => (
            <Notice
              key={one.id}
              tone="bad"
              title={
                one.disabled_at !== null
                  ? t("{url} was switched off: nothing reached it for days", { url: one.url })
                  : t("Nothing reaches {url} since {when}", {
                      url: one.url,
                      when: relative(one.failing_since),
                    })
              }
              action={
                <>
                  <Button size="sm" onClick={() => ping.mutate(one.id)}>
                    {t("Send a ping")}
                  </Button>
                  {one.disabled_at !== null && (
                    <Button size="sm" variant="primary" onClick={() => wake.mutate(one.id)}>
                      {t("Switch it on again")}
                    </Button>
                  )}
                </>
              }
            >
              {one.fault}
            </Notice>
          ))}
          <ul className="grid gap-4 lg:grid-cols-2">
            {list.rows.map((one) => (
              <EndpointCard
                key={one.id}
                webhook={one}
                chosen={one.id === chosen?.id}
                writes={writes}
                onChoose={() => go(`/webhooks?endpoint=${one.id}`)}
                onEdit={() => go(`/webhooks?edit=${one.id}&endpoint=${one.id}`)}
                onPing={() => ping.mutate(one.id)}
                onRotate={() => rotate.mutate(one.id)}
              />
            ))}
          </ul>
          {chosen && <Deliveries key={chosen.id} webhook={chosen.id} />}
        </div>
      )}
      {(edited || asked.has("new")) && (
        <WebhookSheet
          key={edited?.id ?? "new"}
          webhook={edited}
          onClose={close}
          onSecret={(told, url) => setSecret({ secret: told, url })}
        />
      )}
      {secret && <SecretDialog secret={secret.secret} url={secret.url} onClose={() => setSecret(null)} />}
    </Page>
  );
}

function EndpointCard({
  webhook,
  chosen,
  writes,
  onChoose,
  onEdit,
  onPing,
  onRotate,
}: {
  webhook: Webhook;
  chosen: boolean;
  writes: boolean;
  onChoose: () => void;
  onEdit: () => void;
  onPing: () => void;
  onRotate: () => void;
}) {
  const { status, label } = standing(webhook);
  return (
    <li
      className={cn(
        "glass relative min-w-0 rounded-2xl p-5 focus-within:border-line-strong hover:border-line-strong",
        chosen && "border-gold-text/60",
      )}
    >
      <div className="flex items-start gap-3">
        <Avatar name={hostOf(webhook.url)} className="size-11 rounded-2xl text-sm" />
        <div className="min-w-0 flex-1">
          <button
            type="button"
            aria-pressed={chosen}
            onClick={onChoose}
            dir="auto"
            className="block max-w-full truncate text-start font-display font-semibold after:absolute after:inset-0 after:rounded-2xl"
          >
            {webhook.description || hostOf(webhook.url)}
          </button>
          <p className="truncate text-faint text-xs" dir="ltr">
            {webhook.url}
          </p>
        </div>
        {writes && (
          <div className="relative z-10 -me-2 -mt-1">
            <DropdownMenu
              trigger={
                <IconButton label={t("More of {name}", { name: hostOf(webhook.url) })} size="sm" quiet>
                  <EllipsisVertical />
                </IconButton>
              }
              entries={[
                { label: t("Change"), icon: <PencilLine />, onSelect: onEdit },
                { label: t("Send a ping"), icon: <Send />, onSelect: onPing },
                { label: t("Rotate its secret"), icon: <RefreshCw />, onSelect: onRotate },
              ]}
            />
          </div>
        )}
      </div>
      <div className="mt-4 flex flex-wrap items-center gap-1.5">
        <StatusDot status={status} label={label} className="me-2" />
        {webhook.topics.map((topic) => (
          <Badge key={topic} tone="primary">
            {topic === "*" ? t("all events") : topic}
          </Badge>
        ))}
        {webhook.rotating && <Badge tone="gold">{t("both secrets count")}</Badge>}
        <span className="ms-auto text-faint text-xs">
          {webhook.delivered_at
            ? t("delivered {when}", { when: relative(webhook.delivered_at) })
            : t("nothing delivered yet")}
        </span>
      </div>
    </li>
  );
}

function standing(webhook: Webhook): { status: Status; label: string } {
  if (webhook.disabled_at !== null) return { status: "bad", label: t("Switched off by failures") };
  if (!webhook.active) return { status: "idle", label: t("Switched off") };
  if (webhook.failing_since !== null) return { status: "bad", label: t("Failing") };
  return webhook.delivered_at
    ? { status: "ok", label: t("Reached") }
    : { status: "idle", label: t("Waiting for an event") };
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}
