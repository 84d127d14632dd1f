import { useMutation } from "@tanstack/react-query";
import { ArrowRight, Ban, Bot, Phone } from "lucide-react";
import { useState } from "react";
import { api, ok } from "@/api";
import { dateTime } from "@/app/format";
import { t } from "@/app/i18n";
import { Button, Card, ErrorState, Field, Input } from "@/ui";

/** Who would answer a number at a moment, and why; nobody is called. */
export function Resolver() {
  const [to, setTo] = useState("");
  const [at, setAt] = useState("");
  const asked = useMutation({
    mutationFn: () =>
      ok(
        api.GET("/api/telephony/routes/resolve", {
          params: { query: { to, at: at ? new Date(at).toISOString() : undefined } },
        }),
      ),
  });
  const found = asked.data;
  return (
    <Card title={t("Who would answer?")} description={t("Try a number at any moment. Nobody is called.")}>
      <form
        className="flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          asked.mutate();
        }}
      >
        <Field label={t("Dialled")} className="min-w-44 flex-1">
          <Input
            dir="ltr"
            value={to}
            placeholder="+49 30 123456"
            onChange={(event) => setTo(event.target.value)}
          />
        </Field>
        <Field label={t("When")} className="min-w-44">
          <Input type="datetime-local" value={at} onChange={(event) => setAt(event.target.value)} />
        </Field>
        <Button type="submit" variant="primary" loading={asked.isPending} disabled={!to.trim()}>
          {t("Look it up")}
        </Button>
      </form>
      {asked.error && <ErrorState inline error={asked.error} className="mt-4" />}
      {found && (
        <div className="mt-5 rounded-xl border border-line bg-sunken p-4" aria-live="polite">
          <p className="flex flex-wrap items-center gap-2 text-sm">
            <bdi className="figures text-muted">{found.to}</bdi>
            <ArrowRight className="size-4 text-faint rtl:rotate-180" aria-hidden />
            {found.outcome === "agent" ? (
              <Bot className="size-4 text-ok" aria-hidden />
            ) : found.outcome === "refused" ? (
              <Ban className="size-4 text-bad" aria-hidden />
            ) : (
              <Phone className="size-4 text-ok" aria-hidden />
            )}
            <span className="font-medium">
              {found.outcome === "agent"
                ? found.agent
                : found.outcome === "refused"
                  ? t("refused with {code}: {reason}", { code: found.code ?? "", reason: found.reason ?? "" })
                  : t("rings {who}", { who: found.ring ?? "" })}
            </span>
            <span className="ms-auto text-faint text-xs">{dateTime(found.at)}</span>
          </p>
          {found.why.length > 0 && (
            <ol className="mt-3 list-decimal space-y-1 ps-5 text-muted text-sm">
              {found.why.map((line) => (
                <li key={line} className="break-words">
                  {line}
                </li>
              ))}
            </ol>
          )}
        </div>
      )}
    </Card>
  );
}
