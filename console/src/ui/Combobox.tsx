import { Check, ChevronsUpDown } from "lucide-react";
import { Popover } from "radix-ui";
import { type KeyboardEvent, useId, useMemo, useRef, useState } from "react";
import { t } from "@/app/i18n";
import { cn } from "./cn";
import type { Controlled } from "./Field";
import { controlLook } from "./Input";
import type { Choice } from "./Select";

const MOST_SHOWN = 200;

export interface ComboboxProps extends Controlled {
  value: string;
  onChange: (value: string) => void;
  choices: readonly (Choice & { /** A second, quieter line. */ about?: string })[];
  placeholder?: string;
  /** What is typed may be taken although it is no choice. */
  free?: boolean;
  disabled?: boolean;
  className?: string;
  "aria-label"?: string;
}

/** One of many, found by typing (WAI-ARIA's combobox with a list box). */
export function Combobox({
  value,
  onChange,
  choices,
  placeholder,
  free,
  disabled,
  className,
  ...rest
}: ComboboxProps) {
  const list = useId();
  const input = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const chosen = choices.find((one) => one.value === value);
  const found = useMemo(
    () => matching(choices, open ? typed : "").slice(0, MOST_SHOWN),
    [choices, typed, open],
  );
  const offered =
    free && typed && !choices.some((one) => one.value === typed)
      ? [...found, { value: typed, label: typed }]
      : found;

  function begin() {
    if (open || disabled) return;
    setTyped("");
    setAt(
      Math.max(
        0,
        choices.findIndex((one) => one.value === value),
      ),
    );
    setOpen(true);
  }
  function take(one: Choice | undefined) {
    if (one === undefined || one.disabled) return;
    onChange(one.value);
    setOpen(false);
  }
  /** What was typed is not lost with the list. */
  function leave() {
    const text = typed.trim();
    if (open && free && text !== "" && text !== value) onChange(text);
    setOpen(false);
  }
  function pressed(event: KeyboardEvent) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return begin();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setAt((now) => (now + step + offered.length) % Math.max(1, offered.length));
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      take(offered[at]);
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      setOpen(false);
    } else if (event.key === "Tab") {
      leave();
    }
  }
  return (
    <Popover.Root open={open} onOpenChange={(now) => (now ? setOpen(true) : leave())}>
      <Popover.Anchor asChild>
        <div className={cn("relative min-w-0", className)}>
          <input
            {...rest}
            ref={input}
            role="combobox"
            aria-expanded={open}
            aria-controls={list}
            aria-autocomplete="list"
            aria-activedescendant={open && offered.length > 0 ? `${list}-${at}` : undefined}
            autoComplete="off"
            spellCheck={false}
            disabled={disabled}
            placeholder={placeholder ?? t("Choose…")}
            value={open ? typed : (chosen?.label ?? value)}
            onChange={(event) => {
              setTyped(event.target.value);
              setAt(0);
              setOpen(true);
            }}
            onClick={begin}
            onKeyDown={pressed}
            className={cn(controlLook, "h-10 truncate pe-9")}
          />
          <ChevronsUpDown
            className="pointer-events-none absolute inset-y-0 end-3 my-auto size-4 text-faint"
            aria-hidden
          />
        </div>
      </Popover.Anchor>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          onOpenAutoFocus={(event) => event.preventDefault()}
          onCloseAutoFocus={(event) => event.preventDefault()}
          onInteractOutside={(event) =>
            input.current?.contains(event.target as Node) && event.preventDefault()
          }
          className="z-50 w-(--radix-popover-trigger-width) min-w-56 animate-in rounded-xl border border-line-strong/50 bg-raised p-1 shadow-card"
        >
          <div
            id={list}
            role="listbox"
            aria-label={t("Choices")}
            className="scroll-quiet max-h-72 overflow-y-auto"
          >
            {offered.map((one, index) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the input's, which keeps the focus
              <div
                key={one.value}
                id={`${list}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={one.value === value}
                aria-disabled={one.disabled}
                ref={index === at ? inSight : undefined}
                onPointerMove={() => setAt(index)}
                onClick={() => take(one)}
                className={cn(
                  "flex cursor-default items-center gap-2 rounded-lg px-2.5 py-2 text-sm",
                  index === at && "bg-hover",
                  one.disabled && "opacity-50",
                )}
              >
                <Check
                  className={cn("size-4 shrink-0 text-gold-text", one.value !== value && "invisible")}
                  aria-hidden
                />
                <span className="min-w-0 flex-1">
                  <span dir="auto" className="block truncate text-fg">
                    {one.label}
                  </span>
                  {"about" in one && one.about && (
                    <span dir="auto" className="block truncate text-faint text-xs">
                      {one.about}
                    </span>
                  )}
                </span>
              </div>
            ))}
            {offered.length === 0 && (
              <p className="px-3 py-4 text-center text-muted text-sm">{t("Nothing fits what you typed.")}</p>
            )}
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** Without a value: what a ref or an effect returns is called by React, and Chromium's scrollIntoView returns a promise. */
function inSight(node: HTMLElement | null): void {
  node?.scrollIntoView({ block: "nearest" });
}

/** Choices that have every word of what was typed. */
function matching<T extends Choice & { about?: string }>(choices: readonly T[], typed: string): readonly T[] {
  const words = typed.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return choices;
  return choices.filter((one) => {
    const text = `${one.label} ${one.value} ${one.about ?? ""}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
}
