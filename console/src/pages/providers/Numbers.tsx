import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Hash } from "lucide-react";
import { useState } from "react";
import { api, ok, type Schema } from "@/api";
import { phoneNumber } from "@/app/format";
import { t } from "@/app/i18n";
import { numbersQuery, useAgentChoices } from "@/parts/data";
import { Loaded } from "@/parts/Loaded";
import { Badge, Button, Combobox, EmptyState, toast } from "@/ui";

type Placed = Schema["NumberPlaced"];

/** The numbers that the account has, and which of them lead here. */
export function Numbers({ name }: { name: string }) {
  const list = useQuery({
    queryKey: ["providers", "one", name, "numbers"],
    retry: false,
    queryFn: async ({ signal }) =>
      (await ok(api.GET("/api/telephony/providers/{name}/numbers", { params: { path: { name } }, signal })))
        .numbers,
  });
  return (
    <Loaded query={list} title={t("The numbers could not be loaded")} lines={3}>
      {(numbers) =>
        numbers.length === 0 ? (
          <EmptyState
            icon={<Hash />}
            title={t("The account has no number")}
            text={t("Buy one in the provider's console; it stands here then.")}
          />
        ) : (
          <ul className="divide-y divide-line" aria-label={t("Numbers of the account")}>
            {numbers.map((one) => (
              <NumberLine key={one.number} account={name} number={one} />
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

function NumberLine({ account, number }: { account: string; number: Placed }) {
  const queries = useQueryClient();
  const agents = useAgentChoices();
  const [agent, setAgent] = useState(number.agent ?? "");
  const point = useMutation({
    mutationFn: () =>
      ok(
        api.PUT("/api/telephony/providers/{name}/numbers/{number}", {
          params: { path: { name: account, number: number.number } },
          body: { agent: agent || null, messages: true },
        }),
      ),
    onSuccess: async () => {
      await Promise.all([
        queries.invalidateQueries({ queryKey: ["providers", "one", account, "numbers"] }),
        queries.invalidateQueries({ queryKey: numbersQuery.queryKey }),
      ]);
      toast.ok(t("Calls to {number} come here from now on.", { number: phoneNumber(number.number) }));
    },
    onError: (error) => toast.error(error),
  });
  const same = number.ours && agent === (number.agent ?? "");
  return (
    <li className="grid gap-3 py-4 sm:grid-cols-[1fr_14rem_auto] sm:items-center">
      <div className="min-w-0">
        <p className="figures font-medium" dir="ltr">
          {phoneNumber(number.number)}
        </p>
        <p className="mt-1 flex flex-wrap gap-1.5">
          {number.ours ? (
            <Badge tone="ok">{t("leads here")}</Badge>
          ) : (
            <Badge tone="warn">{number.voice_to ? t("leads elsewhere") : t("leads nowhere")}</Badge>
          )}
          {number.can.includes("sms") && <Badge>SMS</Badge>}
          {number.label && number.label !== number.number && <Badge>{number.label}</Badge>}
        </p>
      </div>
      <Combobox
        aria-label={t("Who answers {number}", { number: number.number })}
        value={agent}
        onChange={setAgent}
        choices={agents}
        placeholder={number.route === null ? t("Who answers?") : t("A route decides")}
      />
      <Button
        size="sm"
        variant={number.ours ? "secondary" : "primary"}
        disabled={same}
        loading={point.isPending}
        onClick={() => point.mutate()}
      >
        {number.ours ? t("Save") : t("Point it here")}
      </Button>
    </li>
  );
}
