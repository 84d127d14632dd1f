// Whom to call: the field, who fits what is typed, the keys, the call.
import { Delete, Phone } from "lucide-react";
import { type KeyboardEvent, useId, useState } from "react";
import { t } from "@/app/i18n";
import { isKey, type Key } from "@/audio/dtmf";
import { found } from "@/phone/directory";
import { softphone } from "@/phone/softphone";
import { usePhone } from "@/phone/usePhone";
import { Button, cn, IconButton } from "@/ui";
import { CallerId } from "./CallerId";
import { Keypad } from "./Keypad";
import { Suggestions } from "./Suggestions";
import { useDirectory } from "./useDirectory";

interface Props {
  typed: string;
  onTyped: (typed: string) => void;
}

export function Dialler({ typed, onTyped }: Props) {
  const phone = usePhone();
  const directory = useDirectory();
  const list = useId();
  const [at, setAt] = useState(-1);
  const fits = found(directory, typed);
  const ready = phone.state === "ready";

  function change(text: string) {
    setAt(-1);
    onTyped(text);
  }
  function press(key: Key) {
    softphone.press(key);
    change(typed + key);
  }
  function call(address = typed) {
    if (address.trim() === "") {
      // As on every phone: an empty call button brings back the last number.
      const last = phone.past.find(({ direction }) => direction === "out");
      if (last !== undefined) change(last.party);
      return;
    }
    void softphone.call(address);
    change("");
  }
  function pressed(event: KeyboardEvent<HTMLInputElement>) {
    if (event.key === "Enter") {
      event.preventDefault();
      call(fits[at]?.address ?? typed);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (fits.length > 0) setAt((at + step + fits.length + 1) % (fits.length + 1));
    } else if (event.key === "Escape") change("");
    else if (isKey(event.key) && !event.ctrlKey && !event.metaKey) softphone.press(event.key);
  }

  return (
    <div>
      <div className="relative">
        <input
          type="text"
          role="combobox"
          aria-expanded={fits.length > 0}
          aria-controls={list}
          aria-activedescendant={fits[at] ? `${list}-${at}` : undefined}
          aria-autocomplete="list"
          aria-label={t("Number or name")}
          placeholder={t("Number or name")}
          autoComplete="off"
          autoCapitalize="off"
          autoCorrect="off"
          spellCheck={false}
          enterKeyHint="go"
          maxLength={128}
          dir="ltr"
          value={typed}
          onChange={(event) => change(event.target.value)}
          onKeyDown={pressed}
          className={cn(
            "figures h-16 w-full rounded-2xl bg-transparent px-12 text-center font-display font-medium text-fg tracking-tight placeholder:font-normal placeholder:text-faint placeholder:text-xl",
            typed.length > 16 ? "text-xl" : "text-[1.75rem]",
          )}
        />
        {typed !== "" && (
          <span className="absolute inset-y-0 end-1 flex items-center">
            <IconButton label={t("Delete the last")} quiet onClick={() => change(typed.slice(0, -1))}>
              <Delete className="rtl:-scale-x-100" />
            </IconButton>
          </span>
        )}
      </div>
      <Suggestions id={list} entries={fits} at={at} onChoose={(entry) => call(entry.address)} typed={typed} />
      <Keypad onPress={press} />
      <Button
        variant="gold"
        className="mt-4 h-15 w-full rounded-2xl text-lg [&_svg]:size-5.5"
        icon={<Phone />}
        disabled={!ready}
        onClick={() => call()}
      >
        {t("Call")}
      </Button>
      <CallerId />
    </div>
  );
}
