import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { t } from "@/app/i18n";
import { IconButton } from "./Button";
import { toast } from "./Toast";

/** Copies a text. */
export function CopyButton({ text, label, className }: { text: string; label?: string; className?: string }) {
  const [done, setDone] = useState(false);
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setDone(true);
      setTimeout(() => setDone(false), 1500);
    } catch {
      toast.error(t("The browser does not let this page copy. Select the text and press Ctrl+C."));
    }
  }
  return (
    <IconButton
      label={done ? t("Copied") : (label ?? t("Copy"))}
      size="sm"
      onClick={copy}
      className={className}
    >
      {done ? <Check className="text-ok" /> : <Copy />}
    </IconButton>
  );
}

/** A command or an address, with a button that copies it. */
export function CodeLine({ text, label }: { text: string; label?: string }) {
  return (
    <div className="flex min-w-0 items-center gap-2 rounded-xl border border-line bg-sunken py-1 ps-3 pe-1">
      <code
        dir="ltr"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
        tabIndex={0}
        className="scroll-quiet min-w-0 flex-1 overflow-x-auto whitespace-nowrap text-start text-[0.8125rem] text-fg"
      >
        {text}
      </code>
      <CopyButton text={text} label={label} />
    </div>
  );
}
