import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { api, ok, type Schema } from "@/api";
import { t } from "@/app/i18n";
import { useUnsaved } from "@/app/leaving";
import { useSession } from "@/app/session";
import { NumberInput, useForm } from "@/forms";
import { Button, Card, ErrorState, IconButton, Input, Select, SkeletonList, toast } from "@/ui";
import { kindName } from "./figures";
import type { Kind } from "./summing";

type Price = Required<Schema["UsagePrice"]>;
type PhonePrice = Required<Schema["PhonePriceShown"]>;
const ALWAYS = "1970-01-01";
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

/** What things cost: the tables that costs are worked out from. */
export function Prices() {
  const engines = useQuery({
    queryKey: ["prices"],
    queryFn: ({ signal }) => ok(api.GET("/api/usage/prices", { signal })),
    refetchOnWindowFocus: false,
  });
  const phones = useQuery({
    queryKey: ["phone prices"],
    queryFn: ({ signal }) => ok(api.GET("/api/usage/phone-prices", { signal })),
    refetchOnWindowFocus: false,
  });
  // A table is drawn anew once it was saved, and never because it was read again: what is typed stays.
  const [enginesSaved, setEnginesSaved] = useState(0);
  const [phonesSaved, setPhonesSaved] = useState(0);
  return (
    <div className="space-y-5">
      {engines.data ? (
        <EnginePrices
          key={enginesSaved}
          prices={engines.data.prices as Price[]}
          onSaved={() => setEnginesSaved(enginesSaved + 1)}
        />
      ) : (
        <Card>
          {engines.error ? (
            <ErrorState error={engines.error} onRetry={() => void engines.refetch()} />
          ) : (
            <SkeletonList rows={3} />
          )}
        </Card>
      )}
      {phones.data ? (
        <PhonePrices
          key={phonesSaved}
          prices={phones.data.prices as PhonePrice[]}
          onSaved={() => setPhonesSaved(phonesSaved + 1)}
        />
      ) : (
        <Card>
          {phones.error ? (
            <ErrorState error={phones.error} onRetry={() => void phones.refetch()} />
          ) : (
            <SkeletonList rows={3} />
          )}
        </Card>
      )}
    </div>
  );
}

function EnginePrices({ prices, onSaved }: { prices: Price[]; onSaved: () => void }) {
  const queries = useQueryClient();
  const { may } = useSession();
  const form = useForm({
    initial: { prices },
    save: async (values) => {
      await ok(api.PUT("/api/usage/prices", { body: values }));
      toast.ok(t("The prices are saved; costs of before change with them."));
      await queries.invalidateQueries({ queryKey: ["prices"] });
      onSaved();
      await queries.invalidateQueries({ queryKey: ["usage"] });
    },
  });
  const rows = form.values.prices;
  const change = (at: number, part: Partial<Price>) =>
    form.set(
      "prices",
      rows.map((row, index) => (index === at ? { ...row, ...part } : row)),
    );
  return (
    <PriceCard
      title={t("Engines and models")}
      description={t("US dollars for so many units. * is any engine without a price of its own.")}
      form={form}
      empty={rows.length === 0 ? t("No prices yet: costs are those that engines tell by themselves.") : ""}
      onAdd={() =>
        form.set("prices", [
          ...rows,
          { kind: "llm_completion_tokens", engine: "*", price: 0, per: 1_000_000, since: ALWAYS },
        ])
      }
      disabled={!may("admin")}
    >
      {rows.map((row, at) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: rows are edited in place
          key={at}
          className="grid grid-cols-2 items-center gap-2 py-2 md:grid-cols-[1.4fr_1.4fr_1fr_1fr_1fr_auto]"
        >
          <Select
            value={row.kind}
            onChange={(kind) => change(at, { kind: kind as Kind })}
            choices={KINDS.map((kind) => ({ value: kind, label: kindName(kind) }))}
            aria-label={t("Kind")}
          />
          <Input
            value={row.engine}
            dir="ltr"
            aria-label={t("Engine")}
            onChange={(event) => change(at, { engine: event.target.value })}
          />
          <NumberInput
            value={row.price}
            aria-label={t("Price")}
            end="$"
            step={0.001}
            min={0}
            onChange={(price) => change(at, { price: price ?? 0 })}
          />
          <NumberInput
            value={row.per}
            aria-label={t("For so many")}
            min={0}
            onChange={(per) => change(at, { per: per ?? 1 })}
          />
          <Input
            type="date"
            value={row.since === ALWAYS ? "" : row.since}
            aria-label={t("Since")}
            onChange={(event) => change(at, { since: event.target.value || ALWAYS })}
          />
          <IconButton
            label={t("Remove this price")}
            onClick={() =>
              form.set(
                "prices",
                rows.filter((_, index) => index !== at),
              )
            }
          >
            <Trash2 />
          </IconButton>
        </li>
      ))}
    </PriceCard>
  );
}

function PhonePrices({ prices, onSaved }: { prices: PhonePrice[]; onSaved: () => void }) {
  const queries = useQueryClient();
  const { may } = useSession();
  const form = useForm({
    initial: { prices },
    save: async (values) => {
      await ok(api.PUT("/api/usage/phone-prices", { body: values }));
      toast.ok(t("The prices are saved; they count for calls that end from now on."));
      await queries.invalidateQueries({ queryKey: ["phone prices"] });
      onSaved();
    },
  });
  const rows = form.values.prices;
  const change = (at: number, part: Partial<PhonePrice>) =>
    form.set(
      "prices",
      rows.map((row, index) => (index === at ? { ...row, ...part } : row)),
    );
  return (
    <PriceCard
      title={t("Telephone minutes")}
      description={t("By trunk, direction and the beginning of the number; the longest that fits counts.")}
      form={form}
      empty={
        rows.length === 0 ? t("No prices yet: minutes of calls are counted, and cost nothing here.") : ""
      }
      onAdd={() =>
        form.set("prices", [
          ...rows,
          {
            trunk: "*",
            direction: "out",
            prefix: "",
            per_minute: 0,
            connection: 0,
            first_s: 60,
            step_s: 60,
            since: ALWAYS,
          },
        ])
      }
      disabled={!may("admin")}
    >
      {rows.map((row, at) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: rows are edited in place
          key={at}
          className="grid grid-cols-2 items-center gap-2 py-2 md:grid-cols-[1fr_1fr_1fr_1fr_1fr_0.8fr_0.8fr_auto]"
        >
          <Input
            value={row.trunk}
            dir="ltr"
            aria-label={t("Trunk")}
            onChange={(event) => change(at, { trunk: event.target.value })}
          />
          <Select
            value={row.direction}
            aria-label={t("Direction")}
            onChange={(direction) => change(at, { direction: direction === "in" ? "in" : "out" })}
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
            onChange={(event) => change(at, { prefix: event.target.value })}
          />
          <NumberInput
            value={row.per_minute}
            aria-label={t("A minute")}
            end={t("$/min")}
            step={0.001}
            min={0}
            onChange={(price) => change(at, { per_minute: price ?? 0 })}
          />
          <NumberInput
            value={row.connection}
            aria-label={t("Each call")}
            end="$"
            step={0.001}
            min={0}
            onChange={(price) => change(at, { connection: price ?? 0 })}
          />
          <NumberInput
            value={row.first_s}
            aria-label={t("Paid for at least, seconds")}
            end="s"
            min={1}
            onChange={(first) => change(at, { first_s: first ?? 60 })}
          />
          <NumberInput
            value={row.step_s}
            aria-label={t("Then by, seconds")}
            end="s"
            min={1}
            onChange={(step) => change(at, { step_s: step ?? 60 })}
          />
          <IconButton
            label={t("Remove this price")}
            onClick={() =>
              form.set(
                "prices",
                rows.filter((_, index) => index !== at),
              )
            }
          >
            <Trash2 />
          </IconButton>
        </li>
      ))}
    </PriceCard>
  );
}

function PriceCard({
  title,
  description,
  form,
  empty,
  onAdd,
  disabled,
  children,
}: {
  title: string;
  description: string;
  form: {
    dirty: boolean;
    busy: boolean;
    fault: string;
    error: (name: "prices") => string | undefined;
    submit: () => Promise<boolean>;
  };
  empty: string;
  onAdd: () => void;
  disabled: boolean;
  children: ReactNode;
}) {
  const fault = form.error("prices") ?? form.fault;
  useUnsaved(form.dirty && !form.busy);
  return (
    <Card
      title={title}
      description={description}
      actions={
        <>
          <Button size="sm" icon={<Plus />} onClick={onAdd} disabled={disabled}>
            {t("Add a price")}
          </Button>
          {form.dirty && (
            <Button size="sm" variant="primary" loading={form.busy} onClick={() => void form.submit()}>
              {t("Save")}
            </Button>
          )}
        </>
      }
    >
      {fault && (
        <p role="alert" className="mb-3 rounded-lg bg-bad-soft px-3 py-2 text-bad text-sm">
          {fault}
        </p>
      )}
      {empty && <p className="text-muted text-sm">{empty}</p>}
      <ul className="divide-y divide-line">{children}</ul>
    </Card>
  );
}
