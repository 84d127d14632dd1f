// The keys of a telephone, for agents that ask for them.
import { Grid3x3 } from "lucide-react";
import { useState } from "react";
import { t } from "@/app/i18n";
import { KEYS } from "@/audio/dtmf";
import { Button } from "@/ui";

export function Keypad({ onPress }: { onPress: (key: string) => void }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="sm" icon={<Grid3x3 />} aria-expanded={open} onClick={() => setOpen(!open)}>
        {t("Keypad")}
      </Button>
      {open && (
        <fieldset
          dir="ltr"
          className="order-last flex w-full flex-wrap justify-center gap-1.5"
          aria-label={t("Keypad")}
        >
          {KEYS.map((key) => (
            <Button key={key} size="sm" className="w-10 px-0" onClick={() => onPress(key)}>
              {key}
            </Button>
          ))}
        </fieldset>
      )}
    </>
  );
}
