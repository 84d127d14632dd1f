import { useMutation } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, Stethoscope, TriangleAlert } from "lucide-react";
import { api, ok } from "@/api";
import { t } from "@/app/i18n";
import { Lacks } from "@/parts/Lacks";
import { Button, EmptyState, ErrorState, Words } from "@/ui";

/** What is found, and the part of the sheet where it is mended. */
const MENDED: Readonly<Record<string, string>> = {
  "public address": "account",
  credentials: "account",
  webhooks: "account",
  numbers: "numbers",
  caller: "calls",
  "calls out": "calls",
};

/** Tries the account at its provider. Nobody is called. */
export function Check({
  name,
  parts,
  onPart,
}: {
  name: string;
  /** Of the sheet: where something can be mended. */
  parts: readonly { value: string; label: string }[];
  onPart: (part: string) => void;
}) {
  const look = useMutation({
    mutationFn: () => ok(api.POST("/api/telephony/providers/{name}/check", { params: { path: { name } } })),
  });
  const place = (found: string) => parts.find((part) => part.value === MENDED[found]);
  const again = (
    <Button variant="primary" icon={<Stethoscope />} loading={look.isPending} onClick={() => look.mutate()}>
      {look.data ? t("Look again") : t("Look now")}
    </Button>
  );
  if (look.error)
    return (
      <ErrorState title={t("It could not be looked at")} error={look.error} onRetry={() => look.mutate()} />
    );
  if (look.data === undefined)
    return (
      <EmptyState
        icon={<Stethoscope />}
        title={t("Does it work?")}
        text={t(
          "Asks the provider with these credentials, and looks whether it can reach this server. Nobody is called. What is not saved yet does not count.",
        )}
        action={again}
      />
    );
  return (
    <div className="space-y-4">
      <ul className="divide-y divide-line" aria-label={t("What was found")}>
        {look.data.checks.map((one) => (
          <li key={`${one.name} ${one.detail}`} className="flex items-start gap-3 py-3 text-sm">
            <Sign ok={one.ok} fatal={one.required} />
            <div className="min-w-0 flex-1">
              <p className="break-words font-medium">
                <bdi>{one.name}</bdi>
              </p>
              {one.detail && (
                <p className="break-words text-muted">
                  <Words text={one.detail} />
                </p>
              )}
              {one.mend && (
                <div className="mt-1">
                  <Lacks text={one.mend} />
                </div>
              )}
              {!one.ok && place(one.name) && (
                <Button size="sm" className="mt-2" onClick={() => onPart(place(one.name)?.value ?? "")}>
                  {t("Open {part}", { part: place(one.name)?.label ?? "" })}
                </Button>
              )}
            </div>
          </li>
        ))}
      </ul>
      {again}
    </div>
  );
}

function Sign({ ok: well, fatal }: { ok: boolean; fatal: boolean }) {
  if (well) return <CircleCheck className="mt-0.5 size-4.5 shrink-0 text-ok" aria-label={t("well")} />;
  return fatal ? (
    <CircleAlert className="mt-0.5 size-4.5 shrink-0 text-bad" aria-label={t("wrong")} />
  ) : (
    <TriangleAlert className="mt-0.5 size-4.5 shrink-0 text-warn" aria-label={t("to be looked at")} />
  );
}
