import { useState } from "react";
import { t } from "@/app/i18n";
import { type PhoneCall, who } from "@/phone/call";
import { softphone } from "@/phone/softphone";
import { target } from "@/phone/target";
import { Button, Combobox, Dialog, Field } from "@/ui";
import { useDirectory } from "./useDirectory";

/** To whom: at once, or after a word with them. */
export function TransferDialog({ call, onClose }: { call: PhoneCall; onClose: () => void }) {
  const directory = useDirectory();
  const [to, setTo] = useState("");
  const good = target(to, location.hostname) !== null;
  const choices = directory.map(({ address, name, note }) => ({ value: address, label: name, about: note }));
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("Transfer {name}", { name: who(call) })}
      description={t(
        "“Transfer now” connects them and you are out. “Speak first” calls there while {name} waits; then connect the two.",
        {
          name: who(call),
        },
      )}
      size="sm"
      footer={
        <>
          <Button
            disabled={!good}
            onClick={() => {
              void softphone.call(to);
              onClose();
            }}
          >
            {t("Speak first")}
          </Button>
          <Button
            variant="primary"
            disabled={!good}
            onClick={() => {
              softphone.transfer(call.id, to);
              onClose();
            }}
          >
            {t("Transfer now")}
          </Button>
        </>
      }
    >
      <Field
        label={t("To")}
        error={
          to !== "" && !good
            ? t("That cannot be dialled: a number, an extension, or sip:name@host.")
            : undefined
        }
      >
        <Combobox value={to} onChange={setTo} choices={choices} free placeholder={t("Number or name")} />
      </Field>
    </Dialog>
  );
}
