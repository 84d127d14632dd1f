import { ChevronRight } from "lucide-react";
import { t } from "@/app/i18n";
import { type Form, SettingsFields, TextField } from "@/forms";
import { Notice } from "@/parts/Notice";
import { CodeLine } from "@/ui";
import { type Account, type AccountForm, atFirst, type Kind, ownSettings, triedAgainst } from "./model";

/** What the provider wants to know of us, and where it reaches this server. */
export function Credentials({
  form,
  kind,
  account,
}: {
  form: Form<AccountForm>;
  kind: Kind;
  account?: Account;
}) {
  const { settings } = form.values;
  const { first, more } = atFirst(ownSettings(kind, settings));
  const webhooks = Object.entries(account?.webhooks ?? {});
  const ours = {
    key: "public_url",
    kind: "text" as const,
    label: t("Where the provider reaches this server"),
    hint: t("https://voice.example.com, without a path. Empty: as http.public_url says."),
    usual: account?.public_url || undefined,
  };
  return (
    <div className="space-y-6">
      {account === undefined && (
        <TextField
          form={form}
          name="name"
          required
          autoFocus
          dir="ltr"
          label={t("Name")}
          hint={t("Yours for it: numbers and figures know it by that.")}
        />
      )}
      <SettingsFields
        settings={[...first, ...(kind.needs_public_url ? [ours] : [])]}
        value={settings}
        onChange={(next) => form.set("settings", next)}
      />
      {more.length > 0 && (
        <details className="group rounded-2xl border border-line px-4 py-3">
          <summary className="flex cursor-pointer items-center gap-2 font-medium text-fg text-sm">
            <ChevronRight
              className="size-4 text-faint transition-transform group-open:rotate-90 rtl:-scale-x-100"
              aria-hidden
            />
            {t("More settings")}
            <span className="text-faint text-xs">{t("most accounts need none of them")}</span>
          </summary>
          <div className="pt-4 pb-1">
            <SettingsFields
              settings={more}
              value={settings}
              onChange={(next) => form.set("settings", next)}
            />
          </div>
        </details>
      )}
      <p className="text-faint text-xs">{triedAgainst(kind)}</p>
      {webhooks.length > 0 && (
        <Notice tone="info" title={t("Addresses for the provider's own console")}>
          <p>
            {t("Numbers that are pointed here under Numbers need none of them: they are set by themselves.")}
          </p>
          <dl className="mt-2 space-y-2">
            {webhooks.map(([what, address]) => (
              <div key={what}>
                <dt className="text-faint text-xs">{what}</dt>
                <dd dir="ltr">
                  <CodeLine text={address} />
                </dd>
              </div>
            ))}
          </dl>
        </Notice>
      )}
    </div>
  );
}
