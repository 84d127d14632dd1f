import { useMutation, useQuery } from "@tanstack/react-query";
import { ArrowRightLeft } from "lucide-react";
import { useState } from "react";
import { api, ok } from "@/api";
import { t } from "@/app/i18n";
import { useSession } from "@/app/session";
import { Button, Combobox, Dialog, ErrorState, Field, Switch, toast } from "@/ui";

/** Connects the caller with somebody else in the agent's place. */
export function HandOver({ call, disabled }: { call: string; disabled: boolean }) {
  const { may } = useSession();
  const [open, setOpen] = useState(false);
  const [to, setTo] = useState("");
  const [warm, setWarm] = useState(false);
  const phones = useQuery({
    queryKey: ["extensions"],
    queryFn: ({ signal }) => ok(api.GET("/api/telephony/extensions", { signal })),
    enabled: open && may("calls:read"),
  });
  const transfer = useMutation({
    mutationFn: () =>
      ok(
        api.POST("/api/telephony/calls/{id}/transfer", {
          params: { path: { id: call } },
          body: { to: to.trim(), warm },
        }),
      ),
    onSuccess: () => {
      toast.ok(t("The caller talks with {to}.", { to: to.trim() }));
      setOpen(false);
    },
  });
  const choices = (phones.data ?? []).map(({ extension, registered }) => ({
    value: extension,
    label: extension,
    about: registered ? t("Extension, can be called now") : t("Extension, not connected"),
  }));
  return (
    <>
      <Button icon={<ArrowRightLeft />} disabled={disabled} onClick={() => setOpen(true)}>
        {t("Transfer")}
      </Button>
      <Dialog
        open={open}
        onOpenChange={(now) => {
          setOpen(now);
          transfer.reset();
        }}
        title={t("Connect the caller elsewhere")}
        description={t("The agent leaves when somebody answers there; where nobody does, it goes on.")}
        size="sm"
        footer={
          <Button
            variant="primary"
            icon={<ArrowRightLeft />}
            loading={transfer.isPending}
            disabled={to.trim() === ""}
            onClick={() => transfer.mutate()}
          >
            {t("Transfer now")}
          </Button>
        }
      >
        <div className="space-y-4">
          <Field label={t("To")} hint={t("An extension, a number or sip:name@host.")}>
            <Combobox value={to} onChange={setTo} choices={choices} free placeholder={t("Number or name")} />
          </Field>
          <Switch
            checked={warm}
            onChange={setWarm}
            label={t("Tell them first what the call is about")}
            hint={t("Whoever answers hears a summary, and takes the call or does not.")}
          />
          {transfer.isError && <ErrorState inline error={transfer.error} title={t("Nobody took the call")} />}
        </div>
      </Dialog>
    </>
  );
}
