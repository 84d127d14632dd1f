// An agent calls somebody in your place: whom, which agent, what number they see.
import { useMutation } from "@tanstack/react-query";
import { Bot } from "lucide-react";
import { useState } from "react";
import { useLocation } from "wouter";
import { api, ok } from "@/api";
import { t } from "@/app/i18n";
import { Button, Card, Combobox, ErrorState, Field, Input, Select, toast } from "@/ui";
import { useAgents, useNumbers } from "./useDirectory";

export function AgentCall() {
  const [, go] = useLocation();
  const agents = useAgents();
  const numbers = useNumbers();
  const [to, setTo] = useState("");
  const [agent, setAgent] = useState("");
  const [caller, setCaller] = useState("");
  const place = useMutation({
    mutationFn: () =>
      ok(api.POST("/api/telephony/calls", { body: { to: to.trim(), agent: agent || "demo", caller } })),
    onSuccess: ({ id }) => {
      toast.ok(t("The agent is calling {to}", { to: to.trim() }), {
        label: t("Watch it"),
        onClick: () => go(`/calls/${id}`),
      });
      setTo("");
    },
  });
  const names = agents.data?.items.map(({ name }) => name) ?? [];
  const callers = (numbers.data?.items ?? []).map(({ number, label }) => ({
    value: number,
    label: number,
    about: label,
  }));
  return (
    <Card
      title={t("Have an agent call")}
      description={t("It calls in your place; you watch, and can step in.")}
    >
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (to.trim() !== "") place.mutate();
        }}
      >
        <Field label={t("Whom")}>
          <Input
            value={to}
            onChange={(event) => setTo(event.target.value)}
            placeholder={t("Number, extension or address")}
            maxLength={128}
            dir="ltr"
          />
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t("Agent")}>
            <Select
              value={agent}
              onChange={setAgent}
              choices={[...new Set(["demo", ...names])].map((name) => ({
                value: name === "demo" ? "" : name,
                label: name,
              }))}
            />
          </Field>
          <Field label={t("Shown to them as")}>
            <Combobox
              value={caller}
              onChange={setCaller}
              choices={callers}
              free
              placeholder={t("The trunk's own")}
            />
          </Field>
        </div>
        {place.isError && <ErrorState error={place.error} inline />}
        <Button
          type="submit"
          className="w-full"
          icon={<Bot />}
          loading={place.isPending}
          disabled={to.trim() === ""}
        >
          {t("Have it call")}
        </Button>
      </form>
    </Card>
  );
}
