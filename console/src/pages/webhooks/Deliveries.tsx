import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Inbox, RotateCcw } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { api, ok, type Schema, useKeyset } from "@/api";
import { dateTime, ms, number, relative } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { useSession } from "@/app/session";
import {
  Button,
  Card,
  EmptyState,
  ErrorState,
  IconButton,
  Segmented,
  SkeletonList,
  StatusDot,
  Table,
  toast,
} from "@/ui";

type Delivery = Schema["DeliveryShown"];
type State = "" | Delivery["state"];

/** What was sent to an endpoint, or is to be; dead letters may be sent again. */
export function Deliveries({ webhook }: { webhook: string }) {
  const { may } = useSession();
  const queries = useQueryClient();
  const [state, setState] = useState<State>("");
  const path = { id: webhook };
  const list = useKeyset(
    ["webhooks", webhook, "deliveries", state],
    (cursor, signal) =>
      ok(
        api.GET("/api/webhooks/{id}/deliveries", {
          params: { path, query: { cursor: cursor || undefined, state: state || undefined } },
          signal,
        }),
      ),
    { refetchInterval: 10_000 },
  );
  const done = () => queries.invalidateQueries({ queryKey: ["webhooks", webhook] });
  const again = useMutation({
    mutationFn: (delivery: string) =>
      ok(
        api.POST("/api/webhooks/{id}/deliveries/{delivery}/replay", {
          params: { path: { ...path, delivery } },
        }),
      ),
    onSuccess: () => {
      toast.ok(t("It is sent again."));
      return done();
    },
    onError: toast.error,
  });
  const all = useMutation({
    mutationFn: () =>
      ok(
        api.POST("/api/webhooks/{id}/replay", {
          params: { path },
          body: { since: new Date(Date.now() - 30 * 86_400_000).toISOString() },
        }),
      ),
    onSuccess: (told) => {
      toast.ok(
        tn("{count} dead letter is sent again.", "{count} dead letters are sent again.", told.replayed),
      );
      return done();
    },
    onError: toast.error,
  });
  const writes = may("webhooks:write");
  return (
    <Card
      flush
      title={t("Deliveries")}
      actions={
        <>
          <Segmented
            size="sm"
            label={t("State")}
            value={state}
            onChange={setState}
            choices={[
              { value: "", label: t("All") },
              { value: "waiting", label: t("Waiting") },
              { value: "delivered", label: t("Delivered") },
              { value: "dead", label: t("Dead letters") },
            ]}
          />
          {state === "dead" && writes && list.rows.length > 0 && (
            <Button size="sm" icon={<RotateCcw />} loading={all.isPending} onClick={() => all.mutate()}>
              {t("Send all again")}
            </Button>
          )}
        </>
      }
    >
      {list.isPending ? (
        <SkeletonList rows={4} />
      ) : list.isError && list.rows.length === 0 ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : list.rows.length === 0 ? (
        <EmptyState
          className="py-10"
          icon={<Inbox />}
          title={state === "dead" ? t("No dead letters") : t("Nothing was sent yet")}
          text={
            state === "dead"
              ? t("All that was to be sent arrived, or still waits.")
              : t(
                  "Events that fit its topics stand here, with what the endpoint answered. Send a ping to try it.",
                )
          }
        />
      ) : (
        <Table<Delivery>
          label={t("Deliveries")}
          rows={list.rows}
          rowKey={(one) => one.id}
          onEnd={list.more}
          height="26rem"
          rowHeight={56}
          columns={[
            {
              id: "topic",
              header: t("Event"),
              width: "minmax(0,1.4fr)",
              cell: (one) => (
                <span className="block min-w-0">
                  <span dir="auto" className="block truncate">
                    {one.topic}
                  </span>
                  {one.call && (
                    <Link
                      href={`/calls/${one.call}`}
                      className="block truncate text-link text-xs hover:underline"
                    >
                      {t("call {id}", { id: one.call.slice(0, 8) })}
                    </Link>
                  )}
                </span>
              ),
            },
            {
              id: "state",
              header: t("State"),
              width: "minmax(0,1fr)",
              cell: (one) => <StateDot delivery={one} />,
            },
            {
              id: "answer",
              header: t("Answer"),
              wide: true,
              width: "minmax(0,1.3fr)",
              cell: (one) => (
                <span className="text-muted" title={one.fault}>
                  {[one.status ?? "", one.took_ms === null ? "" : ms(one.took_ms), one.fault]
                    .filter(Boolean)
                    .join(" · ") || "–"}
                </span>
              ),
            },
            {
              id: "tries",
              header: t("Tries"),
              wide: true,
              width: "4rem",
              align: "end",
              cell: (one) => number(one.tries),
            },
            {
              id: "at",
              header: t("When"),
              width: "7.5rem",
              cell: (one) => (
                <time dateTime={one.created_at} title={dateTime(one.created_at)} className="text-muted">
                  {relative(one.created_at)}
                </time>
              ),
            },
            {
              id: "again",
              header: <span className="sr-only">{t("Send again")}</span>,
              width: "2.5rem",
              cell: (one) =>
                one.state === "dead" &&
                writes && (
                  <IconButton size="sm" label={t("Send it again")} onClick={() => again.mutate(one.id)}>
                    <RotateCcw />
                  </IconButton>
                ),
            },
          ]}
        />
      )}
    </Card>
  );
}

function StateDot({ delivery }: { delivery: Delivery }) {
  if (delivery.state === "delivered") return <StatusDot status="ok" label={t("Delivered")} />;
  if (delivery.state === "dead") return <StatusDot status="bad" label={t("Given up")} />;
  return <StatusDot status="warn" label={delivery.tries > 0 ? t("Tried again soon") : t("Waiting")} />;
}
