import { useQueryClient } from "@tanstack/react-query";
import { api, ok, type Schema } from "@/api";
import { t } from "@/app/i18n";
import { NumberInput } from "@/forms";
import { Input, Select, toast } from "@/ui";
import { ALWAYS, PriceTable } from "./PriceTable";

export type PhonePrice = Required<Schema["PhonePriceShown"]>;

const FRESH: PhonePrice = {
  trunk: "*",
  direction: "out",
  prefix: "",
  per_minute: 0,
  connection: 0,
  first_s: 60,
  step_s: 60,
  since: ALWAYS,
};

/** What minutes on trunks cost. */
export function PhonePrices({ prices, onSaved }: { prices: PhonePrice[]; onSaved: () => void }) {
  const queries = useQueryClient();
  return (
    <PriceTable
      title={t("Telephone minutes")}
      description={t("By trunk, direction and the beginning of the number; the longest that fits counts.")}
      prices={prices}
      fresh={FRESH}
      empty={t("No prices yet: minutes of calls are counted, and cost nothing here.")}
      heads={[
        t("Trunk"),
        t("Direction"),
        t("Beginning of the number"),
        t("A minute"),
        t("Each call"),
        t("Paid for at least, seconds"),
        t("Then by, seconds"),
      ]}
      columns="md:grid-cols-[1fr_1fr_1fr_1fr_1fr_0.8fr_0.8fr_auto]"
      save={async (prices) => {
        await ok(api.PUT("/api/usage/phone-prices", { body: { prices } }));
        toast.ok(t("The prices are saved; they count for calls that end from now on."));
        await queries.invalidateQueries({ queryKey: ["phone prices"] });
        onSaved();
      }}
    >
      {(row, change) => (
        <>
          <Input
            value={row.trunk}
            dir="ltr"
            aria-label={t("Trunk")}
            onChange={(event) => change({ trunk: event.target.value })}
          />
          <Select
            value={row.direction}
            aria-label={t("Direction")}
            onChange={(direction) => change({ direction: direction === "in" ? "in" : "out" })}
            choices={[
              { value: "out", label: t("Out") },
              { value: "in", label: t("In") },
            ]}
          />
          <Input
            value={row.prefix}
            dir="ltr"
            placeholder={t("any")}
            aria-label={t("Beginning of the number")}
            onChange={(event) => change({ prefix: event.target.value })}
          />
          <NumberInput
            value={row.per_minute}
            aria-label={t("A minute")}
            end={t("$/min")}
            step={0.001}
            min={0}
            onChange={(price) => change({ per_minute: price ?? 0 })}
          />
          <NumberInput
            value={row.connection}
            aria-label={t("Each call")}
            end="$"
            step={0.001}
            min={0}
            onChange={(price) => change({ connection: price ?? 0 })}
          />
          <NumberInput
            value={row.first_s}
            aria-label={t("Paid for at least, seconds")}
            end="s"
            min={1}
            onChange={(first) => change({ first_s: first ?? 60 })}
          />
          <NumberInput
            value={row.step_s}
            aria-label={t("Then by, seconds")}
            end="s"
            min={1}
            onChange={(step) => change({ step_s: step ?? 60 })}
          />
        </>
      )}
    </PriceTable>
  );
}
