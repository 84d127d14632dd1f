import { useQueryClient } from "@tanstack/react-query";
import { api, ok, type Schema } from "@/api";
import { t } from "@/app/i18n";
import { NumberInput } from "@/forms";
import { Input, Select, toast } from "@/ui";
import { kindName } from "./figures";
import { ALWAYS, PriceTable } from "./PriceTable";
import type { Kind } from "./summing";

export type EnginePrice = Required<Schema["UsagePrice"]>;

const KINDS: readonly Kind[] = [
  "llm_prompt_tokens",
  "llm_completion_tokens",
  "tts_characters",
  "tts_seconds",
  "stt_seconds",
  "call_seconds",
  "phone_seconds_in",
  "phone_seconds_out",
  "calls",
  "requests",
];

const FRESH: EnginePrice = {
  kind: "llm_completion_tokens",
  engine: "*",
  price: 0,
  per: 1_000_000,
  since: ALWAYS,
};

/** What engines and models cost. */
export function EnginePrices({ prices, onSaved }: { prices: EnginePrice[]; onSaved: () => void }) {
  const queries = useQueryClient();
  return (
    <PriceTable
      title={t("Engines and models")}
      description={t("US dollars for so many units. * is any engine without a price of its own.")}
      prices={prices}
      fresh={FRESH}
      empty={t("No prices yet: costs are those that engines tell by themselves.")}
      heads={[t("Kind"), t("Engine"), t("Price"), t("For so many"), t("Since")]}
      columns="md:grid-cols-[1.4fr_1.4fr_1fr_1fr_1fr_auto]"
      save={async (prices) => {
        await ok(api.PUT("/api/usage/prices", { body: { prices } }));
        toast.ok(t("The prices are saved; costs of before change with them."));
        await queries.invalidateQueries({ queryKey: ["prices"] });
        onSaved();
        await queries.invalidateQueries({ queryKey: ["usage"] });
      }}
    >
      {(row, change) => (
        <>
          <Select
            value={row.kind}
            onChange={(kind) => change({ kind: kind as Kind })}
            choices={KINDS.map((kind) => ({ value: kind, label: kindName(kind) }))}
            aria-label={t("Kind")}
          />
          <Input
            value={row.engine}
            dir="ltr"
            aria-label={t("Engine")}
            onChange={(event) => change({ engine: event.target.value })}
          />
          <NumberInput
            value={row.price}
            aria-label={t("Price")}
            end="$"
            step={0.001}
            min={0}
            onChange={(price) => change({ price: price ?? 0 })}
          />
          <NumberInput
            value={row.per}
            aria-label={t("For so many")}
            min={0}
            onChange={(per) => change({ per: per ?? 1 })}
          />
          <Input
            type="date"
            value={row.since === ALWAYS ? "" : row.since}
            aria-label={t("Since")}
            onChange={(event) => change({ since: event.target.value || ALWAYS })}
          />
        </>
      )}
    </PriceTable>
  );
}
