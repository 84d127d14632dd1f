// Words that are typed into the conversation.
import { SendHorizontal } from "lucide-react";
import { useState } from "react";
import { t } from "@/app/i18n";
import { IconButton, Input } from "@/ui";

const MOST = 10_000;

export function Composer({ onSend, disabled }: { onSend: (words: string) => void; disabled: boolean }) {
  const [words, setWords] = useState("");
  function send() {
    const said = words.trim();
    if (said === "" || disabled) return;
    onSend(said);
    setWords("");
  }
  return (
    <form
      className="border-line border-t p-3"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Input
        aria-label={t("Your words")}
        placeholder={disabled ? t("Begin, then type here") : t("Type something…")}
        maxLength={MOST}
        value={words}
        disabled={disabled}
        onChange={(event) => setWords(event.target.value)}
        className="h-11"
        end={
          <IconButton
            label={t("Send")}
            size="sm"
            quiet
            type="submit"
            disabled={disabled || words.trim() === ""}
          >
            <SendHorizontal className="rtl:-scale-x-100" />
          </IconButton>
        }
      />
    </form>
  );
}
