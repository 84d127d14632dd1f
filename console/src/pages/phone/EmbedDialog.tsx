// The phone on a page of another site: for whom it calls, from where, and the words to paste there.
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, ok } from "@/api";
import { dateTime } from "@/app/format";
import { t } from "@/app/i18n";
import { Button, Combobox, CopyButton, Dialog, ErrorState, Field, Input, Select } from "@/ui";
import { useAgents } from "./useDirectory";

/** Seconds; the longest that the settings allow, usually (webrtc.max_token_s). */
const HOUR = 3600;
const ORIGIN = /^https?:\/\/[^\s/]+$/;

export function EmbedDialog({ onClose }: { onClose: () => void }) {
  const agents = useAgents();
  const [agent, setAgent] = useState("demo");
  const [origin, setOrigin] = useState("");
  const [lasts, setLasts] = useState(HOUR);
  const [calls, setCalls] = useState(10);
  const make = useMutation({
    mutationFn: () =>
      ok(
        api.POST("/api/webrtc/tokens", {
          body: {
            ...(agents.data?.items.some(({ name }) => name === agent) ? { agent } : { to: agent }),
            origins: [origin],
            lasts_s: lasts,
            calls,
          },
        }),
      ),
  });
  const good = ORIGIN.test(origin);
  const choices = [...new Set(["demo", ...(agents.data?.items ?? []).map(({ name }) => name)])];
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("A call button for your site")}
      description={t(
        "One script tag puts a phone on a page of yours. The token lets that page call one destination, for a while.",
      )}
      footer={
        make.isSuccess ? (
          <Button variant="primary" onClick={onClose}>
            {t("Done")}
          </Button>
        ) : (
          <Button
            variant="primary"
            disabled={!good || agent.trim() === ""}
            loading={make.isPending}
            onClick={() => make.mutate()}
          >
            {t("Make the tag")}
          </Button>
        )
      }
    >
      {make.isSuccess ? (
        <Tag token={make.data.token} until={make.data.expires_at} calls={make.data.calls} origin={origin} />
      ) : (
        <div className="space-y-4">
          <Field label={t("Whom it calls")}>
            <Combobox
              value={agent}
              onChange={setAgent}
              choices={choices.map((name) => ({ value: name, label: name }))}
              free
            />
          </Field>
          <Field
            label={t("Your site")}
            hint={t("It must stand in http.cors_origins of the server's settings, too.")}
            error={origin !== "" && !good ? t("Write it as https://shop.example.com.") : undefined}
          >
            <Input
              value={origin}
              dir="ltr"
              placeholder="https://shop.example.com"
              maxLength={255}
              onChange={(event) => setOrigin(event.target.value.trim().replace(/\/$/, ""))}
            />
          </Field>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label={t("Calls may begin for")}>
              <Select
                value={String(lasts)}
                onChange={(text) => setLasts(Number(text))}
                choices={[
                  { value: "600", label: t("10 minutes") },
                  { value: "1800", label: t("30 minutes") },
                  { value: String(HOUR), label: t("1 hour") },
                ]}
              />
            </Field>
            <Field label={t("Calls at most")}>
              <Input
                type="number"
                min={1}
                max={1000}
                value={calls}
                onChange={(event) => setCalls(Math.min(1000, Math.max(1, Number(event.target.value))))}
              />
            </Field>
          </div>
          {make.isError && <ErrorState inline error={make.error} title={t("The token could not be made")} />}
        </div>
      )}
    </Dialog>
  );
}

function Tag(props: { token: string; until: string; calls: number; origin: string }) {
  const { token, until, calls, origin } = props;
  const tag = `<script src="${location.origin}/embed/phone.js" async></script>\n<voiceforge-phone token="${token}"></voiceforge-phone>`;
  return (
    <div className="space-y-3">
      <p className="text-muted text-sm">
        {t(
          "Put this into a page of {origin}. {calls} calls may begin until {time}, or until the server is restarted.",
          {
            origin,
            calls,
            time: dateTime(until),
          },
        )}
      </p>
      <div className="relative">
        <pre
          dir="ltr"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
          tabIndex={0}
          className="scroll-quiet overflow-x-auto whitespace-pre-wrap break-all rounded-xl border border-line bg-sunken p-4 pe-12 text-fg text-xs"
        >
          {tag}
        </pre>
        <span className="absolute end-2 top-2">
          <CopyButton text={tag} />
        </span>
      </div>
      <p className="text-faint text-xs leading-relaxed">
        {t(
          "For more than a try, have your own site make a token for each visitor, with a key: POST /api/webrtc/tokens, and name its path in token-src.",
        )}
      </p>
    </div>
  );
}
