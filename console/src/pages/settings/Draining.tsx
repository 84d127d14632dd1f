import { useMutation, useQuery } from "@tanstack/react-query";
import { PhoneOff, Play } from "lucide-react";
import { useState } from "react";
import { api, ok, queries } from "@/api";
import { duration } from "@/app/format";
import { t, tn } from "@/app/i18n";
import { useSession } from "@/app/session";
import { Button, Card, ConfirmDialog, ErrorState, Skeleton, StatusDot, toast } from "@/ui";

/** Whether the server takes new calls; before work on it they are let run out. */
export function Draining() {
  const { may } = useSession();
  const [asking, setAsking] = useState(false);
  const drain = useQuery({
    queryKey: ["drain"],
    queryFn: ({ signal }) => ok(api.GET("/api/drain", { signal })),
    enabled: may("admin"),
    refetchInterval: 5000,
  });
  const renew = () => queries.invalidateQueries({ queryKey: ["drain"] });
  const open = useMutation({
    mutationFn: () => ok(api.DELETE("/api/drain")),
    onSuccess: renew,
    onError: toast.error,
  });
  if (!may("admin")) return null;
  const now = drain.data;
  return (
    <Card
      title={t("New calls")}
      description={t("Before an update, let calls that are up run out while new ones are refused.")}
    >
      {drain.isPending ? (
        <Skeleton className="h-10" />
      ) : drain.isLoadingError ? (
        <ErrorState inline error={drain.error} onRetry={() => void drain.refetch()} />
      ) : (
        <div className="flex flex-wrap items-center justify-between gap-4">
          <div>
            <StatusDot
              status={now?.draining ? "warn" : "ok"}
              label={now?.draining ? t("New calls are refused") : t("New calls are taken")}
            />
            <p className="mt-1 text-faint text-xs">
              {tn("{count} call is up", "{count} calls are up", now?.calls ?? 0)}
              {now?.draining &&
                now.left_s !== null &&
                ` · ${t("{time} left for them", { time: duration(now.left_s) })}`}
            </p>
          </div>
          {now?.draining ? (
            <Button icon={<Play />} loading={open.isPending} onClick={() => open.mutate()}>
              {t("Take calls again")}
            </Button>
          ) : (
            <Button icon={<PhoneOff />} onClick={() => setAsking(true)}>
              {t("Refuse new calls")}
            </Button>
          )}
        </div>
      )}
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        danger
        title={t("Refuse new calls?")}
        text={t(
          "Whoever calls from now on is told that the server is busy (503), until you take calls again. Calls that are up go on.",
        )}
        action={t("Refuse new calls")}
        onConfirm={async () => {
          await ok(api.POST("/api/drain", { body: { stop: false } }));
          await renew();
        }}
      />
    </Card>
  );
}
