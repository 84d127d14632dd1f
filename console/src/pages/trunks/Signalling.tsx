import { useQuery } from "@tanstack/react-query";
import { Network } from "lucide-react";
import { useState } from "react";
import { api, ok } from "@/api";
import { t } from "@/app/i18n";
import { Rungs, rungOf } from "@/parts/Rungs";
import { EmptyState, ErrorState, Field, Input, Select, Sheet, SkeletonList } from "@/ui";

const ASKED_MS = 3000;
const SHOWN = 100;
const METHODS = ["INVITE", "REGISTER", "OPTIONS", "BYE", "REFER", "SUBSCRIBE"];

/** What is said by SIP just now, of calls and of all else: why a trunk does not register, say. */
export function Signalling({ onClose }: { onClose: () => void }) {
  const [peer, setPeer] = useState("");
  const [method, setMethod] = useState("");
  const wanted = peer.trim();
  const messages = useQuery({
    queryKey: ["sip", wanted, method],
    queryFn: async ({ signal }) => {
      const query = { limit: SHOWN, ...(wanted && { peer: wanted }), ...(method && { method }) };
      const found = await ok(api.GET("/api/telephony/sip", { params: { query }, signal }));
      return found.messages.map(rungOf).reverse();
    },
    refetchInterval: ASKED_MS,
    placeholderData: (before) => before,
    retry: false,
  });
  return (
    <Sheet
      open
      size="lg"
      onOpenChange={(open) => !open && onClose()}
      title={t("SIP messages")}
      description={t("The latest that were said, the newest first; passwords are masked.")}
    >
      <div className="mb-4 grid gap-4 sm:grid-cols-2">
        <Field label={t("With whom")}>
          <Input
            value={peer}
            dir="ltr"
            placeholder="192.0.2.20"
            maxLength={300}
            onChange={(event) => setPeer(event.target.value)}
          />
        </Field>
        <Field label={t("About what")}>
          <Select
            value={method}
            onChange={setMethod}
            choices={[
              { value: "", label: t("Everything") },
              ...METHODS.map((one) => ({ value: one, label: one })),
            ]}
          />
        </Field>
      </div>
      {messages.isPending ? (
        <SkeletonList />
      ) : messages.isError ? (
        <ErrorState inline error={messages.error} onRetry={() => void messages.refetch()} />
      ) : messages.data.length === 0 ? (
        <EmptyState
          icon={<Network />}
          title={t("Nothing was said by SIP")}
          text={t("Messages are kept in memory for a while, as they come and go.")}
        />
      ) : (
        <Rungs rungs={messages.data} />
      )}
    </Sheet>
  );
}
