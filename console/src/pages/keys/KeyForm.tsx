import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, ok, queries, type Schema } from "@/api";
import { t } from "@/app/i18n";
import { KINDS, limitOf, NO_LIMITS, type QuotaTexts, quotaName, quotaOf, textsOf } from "@/parts/quota";
import { Button, Checkbox, ErrorState, Field, Input, RadioCards, Sheet, toast } from "@/ui";
import { presetOf, presets, SCOPES, type Scope, scopeText } from "./scopes";

type Key = Schema["KeyShown"];
type Made = Schema["KeyMade"];

interface Props {
  /** The key that is changed; null makes a new one. */
  shown: Key | null;
  onClose: () => void;
  /** A new key's text is there this once. */
  onMade: (made: Made) => void;
}

/** Makes a key, or changes what one may. */
export function KeyForm({ shown, onClose, onMade }: Props) {
  const [name, setName] = useState(shown?.name ?? "");
  const [scopes, setScopes] = useState<readonly Scope[]>(() =>
    SCOPES.filter((scope) => shown?.scopes.includes(scope)),
  );
  const [rate, setRate] = useState(String(shown?.rate_limit?.per_second ?? ""));
  const [quota, setQuota] = useState<QuotaTexts>(() => (shown ? textsOf(shown.quota) : NO_LIMITS));
  const [tried, setTried] = useState(false);
  const written = JSON.stringify([name, scopes, rate, quota]);
  const [before] = useState(written);
  const admin = scopes.includes("admin");
  const wrong = {
    name: name.trim() === "" && t("Give it a name by which you will know what uses it."),
    scopes: scopes.length === 0 && t("Choose at least one thing that it may."),
    rate: Number.isNaN(limitOf(rate)) && t("A number of requests a second, or nothing."),
    quota: KINDS.filter((kind) => Number.isNaN(limitOf(quota[kind]))),
  };
  const faulty = Boolean(wrong.name || wrong.scopes || wrong.rate || wrong.quota.length);

  const save = useMutation({
    mutationFn: async () => {
      const perSecond = limitOf(rate);
      const burst = shown?.rate_limit?.burst;
      const body = {
        name: name.trim(),
        scopes: [...scopes],
        quota: quotaOf(quota),
        rate_limit: perSecond ? { per_second: perSecond, ...(burst && { burst }) } : null,
      };
      if (shown === null) return onMade(await ok(api.POST("/api/keys", { body })));
      await ok(api.PATCH("/api/keys/{id}", { params: { path: { id: shown.id } }, body }));
      toast.ok(t("The key {name} is changed; it counts from its next request on.", { name: body.name }));
      onClose();
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ["keys"] }),
  });

  return (
    <Sheet
      open
      onOpenChange={onClose}
      unsaved={written !== before && !save.isPending}
      title={shown ? t("Change the key {name}", { name: shown.name }) : t("New key")}
      description={t("A key lets a program use this server. Let it do no more than it needs.")}
      onSubmit={() => {
        setTried(true);
        if (!faulty) save.mutate();
      }}
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button type="submit" variant="primary" loading={save.isPending}>
            {shown ? t("Save") : t("Make the key")}
          </Button>
        </>
      }
    >
      <div className="space-y-6">
        {save.isError && <ErrorState inline error={save.error} />}
        <Field
          label={t("Name")}
          required
          error={tried && wrong.name}
          hint={t("Who or what uses it: CRM, Website, Grafana.")}
        >
          <Input value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
        </Field>
        <fieldset className="space-y-3">
          <legend className="mb-2 font-medium text-fg text-sm">{t("What it may")}</legend>
          <RadioCards
            label={t("Made for")}
            value={presetOf(scopes)}
            onChange={(chosen) => setScopes(presets().find((one) => one.value === chosen)?.scopes ?? [])}
            choices={presets()}
            className="sm:grid-cols-2"
          />
          <div className="grid gap-x-6 gap-y-3 rounded-xl border border-line bg-sunken p-4">
            {SCOPES.map((scope) => (
              <Checkbox
                key={scope}
                checked={admin || scopes.includes(scope)}
                disabled={admin && scope !== "admin"}
                onChange={(on) =>
                  setScopes(SCOPES.filter((one) => (one === scope ? on : scopes.includes(one))))
                }
                label={scopeText(scope)}
                hint={<code dir="ltr">{scope}</code>}
              />
            ))}
          </div>
          {tried && wrong.scopes && (
            <p role="alert" className="text-bad text-xs">
              {wrong.scopes}
            </p>
          )}
        </fieldset>
        <Field
          label={t("Requests a second")}
          hint={t("In the long run; twice as many at once. Empty: no limit of its own.")}
          error={tried && wrong.rate}
        >
          <Input
            inputMode="decimal"
            value={rate}
            onChange={(event) => setRate(event.target.value)}
            placeholder="∞"
          />
        </Field>
        <fieldset>
          <legend className="mb-1 font-medium text-fg text-sm">{t("At most in a calendar month")}</legend>
          <p className="mb-3 text-faint text-xs">{t("Empty: no limit. The month is UTC's.")}</p>
          <div className="grid gap-4 sm:grid-cols-2">
            {KINDS.map((kind) => (
              <Field
                key={kind}
                label={quotaName(kind)}
                error={tried && wrong.quota.includes(kind) && t("A number from 0 up, or nothing.")}
              >
                <Input
                  inputMode="decimal"
                  value={quota[kind]}
                  onChange={(event) => setQuota({ ...quota, [kind]: event.target.value })}
                  placeholder="∞"
                />
              </Field>
            ))}
          </div>
        </fieldset>
      </div>
    </Sheet>
  );
}
