import { useState } from "react";
import { phoneNumber } from "@/app/format";
import { t } from "@/app/i18n";
import { useAgentChoices } from "@/parts/data";
import { Notice } from "@/parts/Notice";
import { Button, Combobox, Field, Input, Select, Sheet, toast } from "@/ui";
import { TextBox } from "./Composer";
import { type Between, dialled, isE164, type Sender } from "./model";
import { useSending } from "./sending";

/** A text to somebody: by which account and number, and which agent answers what is written back. */
export function WriteSheet({
  senders,
  onClose,
}: {
  senders: readonly Sender[];
  /** With the conversation that it belongs to, once it is sent. */
  onClose: (sent?: Between) => void;
}) {
  const agents = useAgentChoices();
  const [to, setTo] = useState("");
  const [text, setText] = useState("");
  const [account, setAccount] = useState(
    senders.find((one) => one.ready)?.account ?? senders[0]?.account ?? "",
  );
  const [number, setNumber] = useState("");
  const [agent, setAgent] = useState("");
  const [odd, setOdd] = useState("");
  const by = senders.find((one) => one.account === account);
  const send = useSending((sent, wanted) => {
    toast.ok(t("Sent to {number}.", { number: phoneNumber(wanted.to) }));
    onClose({ account: sent.account, number: wanted.to, ours: sent.sender });
  });
  const submit = () => {
    const wanted = dialled(to);
    if (!isE164(wanted)) {
      setOdd(t("With its country code: +4915112345678."));
      return;
    }
    if (text.trim() === "" || send.isPending) return;
    send.mutate({ to: wanted, text, account, sender: number, agent });
  };
  return (
    <Sheet
      open
      onOpenChange={(open) => !open && onClose()}
      unsaved={(text.trim() !== "" || to !== "") && !send.isPending && !send.isSuccess}
      title={t("New message")}
      description={t("A text (SMS) by one of your accounts. It is charged for by the provider.")}
      onSubmit={submit}
      footer={
        <div className="w-full space-y-3">
          {send.error && (
            <p role="alert" className="break-words rounded-lg bg-bad-soft px-3 py-2 text-bad text-sm">
              <bdi>{send.error.message}</bdi>
            </p>
          )}
          <div className="flex justify-end gap-2">
            <Button variant="ghost" onClick={() => onClose()}>
              {t("Cancel")}
            </Button>
            <Button
              type="submit"
              variant="primary"
              loading={send.isPending}
              disabled={text.trim() === "" || to.trim() === ""}
            >
              {t("Send")}
            </Button>
          </div>
        </div>
      }
    >
      <div className="space-y-5">
        <Field
          label={t("To")}
          required
          error={odd || undefined}
          hint={t("With its country code. The account's prefixes have to allow it.")}
        >
          <Input
            type="tel"
            dir="ltr"
            autoFocus
            autoComplete="off"
            placeholder="+4915112345678"
            maxLength={32}
            value={to}
            onChange={(event) => {
              setTo(event.target.value);
              setOdd("");
            }}
          />
        </Field>
        <TextBox value={text} onChange={setText} rows={5} />
        <Field label={t("Account")}>
          <Select
            value={account}
            onChange={(name) => {
              setAccount(name);
              setNumber("");
            }}
            choices={senders.map((one) => ({ value: one.account, label: one.account }))}
          />
        </Field>
        {by && !by.ready && <Notice title={t("This account cannot send at the moment")}>{by.detail}</Notice>}
        <Field
          label={t("From")}
          hint={t("A number of the account that takes texts, so that people can answer.")}
        >
          <Select
            value={number}
            onChange={setNumber}
            placeholder={
              by?.caller
                ? t("{number}, which the account shows", { number: phoneNumber(by.caller) })
                : t("The account decides")
            }
            choices={(by?.senders ?? [])
              .filter((one) => one !== by?.caller)
              .map((one) => ({ value: one, label: phoneNumber(one) }))}
          />
        </Field>
        <Field
          label={t("Who answers what is written back")}
          hint={t("Within a day. Nobody chosen: the agent of the number's route.")}
        >
          <Combobox
            value={agent}
            onChange={setAgent}
            choices={[{ value: "", label: t("As the number's route says") }, ...agents]}
            placeholder={t("As the number's route says")}
          />
        </Field>
      </div>
    </Sheet>
  );
}
