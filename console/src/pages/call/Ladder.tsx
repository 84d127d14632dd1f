import { useQuery } from "@tanstack/react-query";
import { Network } from "lucide-react";
import { api, ok } from "@/api";
import { t, tn } from "@/app/i18n";
import { Rungs, rungOf } from "@/parts/Rungs";
import { Button, EmptyState, ErrorState, SkeletonList } from "@/ui";

/** What was said by SIP: who to whom, when, and each message as a whole on demand. */
export function Ladder({ id }: { id: string }) {
  const rungs = useQuery({
    queryKey: ["calls", id, "rungs"],
    queryFn: async ({ signal }) => {
      const shown = await ok(
        api.GET("/api/telephony/calls/{id}/ladder", {
          params: { path: { id }, query: { format: "json" } },
          signal,
        }),
      );
      if (typeof shown === "string") return { leftOut: 0, rungs: [] }; // as text, which was not asked for
      return { leftOut: shown.left_out, rungs: shown.messages.map(rungOf) };
    },
    retry: false,
  });
  if (rungs.isPending) return <SkeletonList rows={5} />;
  if (rungs.isLoadingError)
    return (
      <ErrorState
        error={rungs.error}
        title={t("There is no SIP trace of this call")}
        onRetry={() => void rungs.refetch()}
      />
    );
  if (rungs.data.rungs.length === 0)
    return (
      <EmptyState
        icon={<Network />}
        title={t("Nothing was said by SIP")}
        text={t(
          "Messages of calls are kept in memory for a while: of older calls, and of calls from browsers, there are none.",
        )}
      />
    );
  return (
    <div>
      <Rungs rungs={rungs.data.rungs} />
      <p className="mt-3 flex flex-wrap items-center gap-3 text-faint text-xs">
        {tn("{count} message", "{count} messages", rungs.data.rungs.length)}
        {rungs.data.leftOut > 0 && (
          <span>{tn("{count} was not kept", "{count} were not kept", rungs.data.leftOut)}</span>
        )}
        <Button size="sm" variant="ghost" asChild>
          <a href={`/api/telephony/calls/${id}/pcap`} download>
            {t("As a capture (pcap)")}
          </a>
        </Button>
      </p>
    </div>
  );
}
