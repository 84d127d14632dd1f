import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Eraser, Phone } from "lucide-react";
import { useState } from "react";
import { api, ok, useKeyset } from "@/api";
import { bytes, dateTime, number, relative } from "@/app/format";
import { t } from "@/app/i18n";
import { faultsOf } from "@/forms";
import {
  Badge,
  Button,
  Card,
  ConfirmDialog,
  EmptyState,
  ErrorState,
  Field,
  Input,
  SkeletonList,
  StatusDot,
  toast,
} from "@/ui";

/** Removing all that is kept of one caller. */
export function Erasures() {
  const queries = useQueryClient();
  const [caller, setCaller] = useState("");
  const [asking, setAsking] = useState(false);
  const [fault, setFault] = useState("");
  const list = useKeyset(
    ["erasures"],
    (cursor, signal) =>
      ok(api.GET("/api/telephony/erasures", { params: { query: { cursor: cursor || undefined } }, signal })),
    { refetchInterval: 10_000 },
  );
  const erase = useMutation({
    mutationFn: () => ok(api.POST("/api/telephony/erasures", { body: { caller } })),
    onSuccess: (begun) => {
      toast.ok(
        begun.state === "done"
          ? t("All that was kept of it is removed.")
          : t("It goes on by itself; see below how far it is."),
      );
      setCaller("");
      return queries.invalidateQueries({ queryKey: ["erasures"] });
    },
    onError: (error) => {
      const told = faultsOf(error, ["caller"]);
      setFault(told.fields.caller ?? told.rest);
    },
  });
  return (
    <div className="space-y-5">
      <Card
        title={t("Erase a caller")}
        description={t(
          "Calls from and to the number, with transcripts, recordings, messages, and what agents have learnt of it.",
        )}
      >
        <form
          className="flex flex-wrap items-end gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            setFault("");
            setAsking(true);
          }}
        >
          <Field label={t("Telephone number")} error={fault} className="min-w-56 flex-1">
            <Input
              type="tel"
              dir="ltr"
              icon={<Phone />}
              value={caller}
              placeholder="+441215550100"
              onChange={(event) => setCaller(event.target.value)}
            />
          </Field>
          <Button
            type="submit"
            variant="danger"
            icon={<Eraser />}
            disabled={!caller.trim()}
            loading={erase.isPending}
          >
            {t("Erase")}
          </Button>
        </form>
      </Card>
      <Card flush title={t("Erasures so far")}>
        {list.isPending ? (
          <SkeletonList rows={3} />
        ) : list.isError && list.rows.length === 0 ? (
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        ) : list.rows.length === 0 ? (
          <EmptyState
            className="py-10"
            icon={<Eraser />}
            title={t("Nobody was erased yet")}
            text={t("When a caller asks for it, give the number above. It cannot be taken back.")}
          />
        ) : (
          <ul className="divide-y divide-line">
            {list.rows.map((one) => (
              <li key={one.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 py-3">
                <bdi className="figures font-medium text-sm">{one.caller}</bdi>
                <StatusDot
                  status={one.state === "done" ? "ok" : one.fault ? "bad" : "warn"}
                  label={one.state === "done" ? t("Done") : t("Running")}
                />
                <span className="flex flex-wrap gap-1.5">
                  {Object.entries(one.removed).map(([what, count]) => (
                    <Badge key={what}>
                      {what === "bytes" ? bytes(count) : `${number(count)} ${what.replaceAll("_", " ")}`}
                    </Badge>
                  ))}
                </span>
                {one.fault && <span className="min-w-0 break-words text-bad text-xs">{one.fault}</span>}
                <span className="ms-auto text-faint text-xs" title={dateTime(one.created_at)}>
                  {one.asked_by} · {relative(one.created_at)}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Card>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t("Erase {caller}?", { caller })}
        text={t("All that is kept of this number is removed, for good. It cannot be taken back.")}
        action={t("Erase")}
        danger
        onConfirm={() => erase.mutateAsync().catch(() => undefined)}
      />
    </div>
  );
}
