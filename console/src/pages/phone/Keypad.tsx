import { t } from "@/app/i18n";
import { KEYS, type Key, LETTERS } from "@/audio/dtmf";
import { cn } from "@/ui";

const NAMES: Partial<Record<Key, () => string>> = { "*": () => t("Star"), "#": () => t("Hash") };

/** Twelve keys as thumbs and eyes know them. */
export function Keypad({ onPress, small }: { onPress: (key: Key) => void; small?: boolean }) {
  return (
    <div
      dir="ltr"
      role="group"
      aria-label={t("Keypad")}
      className={cn("grid grid-cols-3", small ? "gap-2" : "gap-2.5")}
    >
      {KEYS.map((key) => (
        <button
          key={key}
          type="button"
          aria-label={NAMES[key]?.()}
          onClick={() => onPress(key)}
          className={cn(
            "group flex select-none flex-col items-center justify-center rounded-2xl border border-line bg-linear-to-b from-hover to-transparent font-display text-fg transition-[background-color,border-color,transform] duration-100 [touch-action:manipulation] hover:border-line-strong hover:bg-selected active:scale-95 active:bg-primary-soft",
            small ? "h-13" : "h-17 sm:h-16",
          )}
        >
          <span className={small ? "text-xl leading-6" : "text-[1.7rem] leading-8"}>{key}</span>
          <span className="h-3.5 font-medium font-sans text-[0.625rem] text-faint leading-3.5 tracking-[0.18em]">
            {LETTERS[key]}
          </span>
        </button>
      ))}
    </div>
  );
}
