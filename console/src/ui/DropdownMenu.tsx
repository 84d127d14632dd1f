import { DropdownMenu as Radix } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { cn } from "./cn";

export type MenuEntry =
  | {
      label: string;
      icon?: ReactNode;
      onSelect: () => void;
      danger?: boolean;
      disabled?: boolean;
      /** Of choices: this one counts. */
      checked?: boolean;
      /** The keys that do the same. */
      keys?: string;
    }
  | { heading: string }
  | "line";

export interface DropdownMenuProps {
  /** What opens it: a Button or IconButton. */
  trigger: ReactElement;
  entries: readonly MenuEntry[];
  align?: "start" | "end";
  /** Above the entries: who is signed in, say. */
  head?: ReactNode;
}

/** What can be done with one thing. */
export function DropdownMenu({ trigger, entries, align = "end", head }: DropdownMenuProps) {
  return (
    <Radix.Root dir={document.documentElement.dir === "rtl" ? "rtl" : "ltr"}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className="scroll-quiet z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-52 animate-in overflow-y-auto rounded-xl border border-line-strong/50 bg-raised p-1 text-sm shadow-card"
        >
          {head && <div className="border-line border-b px-3 py-2.5">{head}</div>}
          {entries.map((entry, index) => {
            // biome-ignore lint/suspicious/noArrayIndexKey: a menu's entries are fixed while it is open
            if (entry === "line") return <Radix.Separator key={index} className="my-1 h-px bg-line" />;
            if ("heading" in entry)
              return (
                <Radix.Label key={entry.heading} className="px-3 pt-2 pb-1 font-medium text-faint text-xs">
                  {entry.heading}
                </Radix.Label>
              );
            return (
              <Radix.Item
                key={entry.label}
                disabled={entry.disabled}
                onSelect={entry.onSelect}
                className={cn(
                  "flex cursor-default select-none items-center gap-2.5 rounded-lg px-3 py-2 text-fg outline-none data-disabled:opacity-50 data-highlighted:bg-hover [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-muted",
                  entry.danger && "text-bad data-highlighted:bg-bad-soft [&_svg]:text-bad",
                  entry.checked && "bg-selected",
                )}
              >
                {entry.icon}
                <span className="min-w-0 flex-1 truncate">{entry.label}</span>
                {entry.keys && <kbd className="text-faint text-xs">{entry.keys}</kbd>}
                {entry.checked && (
                  <span className="text-gold-text" aria-hidden>
                    ✓
                  </span>
                )}
              </Radix.Item>
            );
          })}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
