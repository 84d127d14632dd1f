import { useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Trash2 } from "lucide-react";
import { useState } from "react";
import { api, ok } from "@/api";
import { dateTime, relative } from "@/app/format";
import { t } from "@/app/i18n";
import { TextField, useForm } from "@/forms";
import { RemoveDialog } from "@/parts/RemoveDialog";
import { Button, EmptyState, ErrorState, IconButton, Sheet, SkeletonList, toast } from "@/ui";

const NOTHING = { name: "", host: "", value: "" };

/** What requests of flows prove themselves with: kept sealed, never shown, sent to one host each. */
export function Secrets({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const list = useQuery({
    queryKey: ["flows", "secrets"],
    queryFn: ({ signal }) => ok(api.GET("/api/flows/secrets", { signal })),
  });
  const [removing, setRemoving] = useState<string | null>(null);
  const again = () => queries.invalidateQueries({ queryKey: ["flows"] });
  const form = useForm({
    initial: NOTHING,
    check: ({ name, host, value }) => ({
      ...(/^[A-Za-z0-9_-]{1,60}$/.test(name) ? {} : { name: t("Letters, digits, '_' and '-', at most 60.") }),
      ...(host.trim() ? {} : { host: t("Give the one host that it is sent to: api.example.com.") }),
      ...(value.length >= 4 ? {} : { value: t("At least 4 characters.") }),
    }),
    save: async ({ name, host, value }) => {
      await ok(
        api.PUT("/api/flows/secrets/{name}", {
          params: { path: { name } },
          body: { host: host.trim(), value },
        }),
      );
      await again();
      toast.ok(t("The secret {name} is kept. It is never shown again.", { name }));
    },
  });
  async function keepIt() {
    if (await form.submit()) form.patch(NOTHING);
  }
  return (
    <Sheet
      open
      sticky={form.values.value !== ""}
      onOpenChange={(open) => !open && onClose()}
      title={t("Secrets of flows")}
      description={t(
        "What requests of flows prove themselves with. Each goes to its own host alone, and none is ever shown.",
      )}
      onSubmit={() => void keepIt()}
    >
      <div className="space-y-6">
        {list.isPending ? (
          <SkeletonList rows={2} />
        ) : list.isError ? (
          <ErrorState inline error={list.error} onRetry={() => void list.refetch()} />
        ) : list.data.length === 0 ? (
          <EmptyState
            icon={<KeyRound />}
            title={t("No secrets yet")}
            text={t("A request of a flow names one by its name; its value stays here.")}
            className="py-6"
          />
        ) : (
          <ul className="divide-y divide-line rounded-xl border border-line bg-sunken">
            {list.data.map((one) => (
              <li key={one.name} className="flex items-center gap-3 px-4 py-2.5">
                <span className="min-w-0 flex-1">
                  <span className="block truncate font-mono text-fg text-sm">{one.name}</span>
                  <span className="block truncate text-faint text-xs">
                    <span dir="ltr">{one.host}</span>
                    {" · "}
                    <span title={dateTime(one.changed_at)}>{relative(one.changed_at)}</span>
                  </span>
                </span>
                <Button
                  size="sm"
                  variant="ghost"
                  onClick={() => form.patch({ name: one.name, host: one.host, value: "" })}
                >
                  {t("New value")}
                </Button>
                <IconButton
                  label={t("Remove {name}", { name: one.name })}
                  size="sm"
                  quiet
                  onClick={() => setRemoving(one.name)}
                >
                  <Trash2 />
                </IconButton>
              </li>
            ))}
          </ul>
        )}
        <div className="space-y-4">
          <TextField form={form} name="name" dir="ltr" label={t("Name")} placeholder="shop_key" />
          <TextField form={form} name="host" dir="ltr" label={t("Host")} placeholder="api.example.com" />
          <TextField form={form} name="value" type="password" dir="ltr" label={t("Value")} />
          {form.fault && <ErrorState inline error={{ message: form.fault }} />}
          <Button type="submit" variant="primary" icon={<KeyRound />} loading={form.busy}>
            {t("Keep it")}
          </Button>
        </div>
      </div>
      <RemoveDialog
        open={removing !== null}
        onOpenChange={(open) => !open && setRemoving(null)}
        name={removing ?? ""}
        text={t("Requests that name it are not made any more.")}
        onConfirm={async () => {
          if (removing === null) return;
          await ok(api.DELETE("/api/flows/secrets/{name}", { params: { path: { name: removing } } }));
          await again();
        }}
      />
    </Sheet>
  );
}
