import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "./cn";

export interface TabsProps {
  value: string;
  onChange: (value: string) => void;
  /** `badge`: a count behind the label. */
  tabs: readonly {
    value: string;
    label: ReactNode;
    icon?: ReactNode;
    badge?: ReactNode;
    content?: ReactNode;
  }[];
  /** Names the row of tabs. */
  label: string;
  className?: string;
}

/** Views of one thing. Each tab brings its content, which is drawn only while it is chosen. */
export function Tabs({ value, onChange, tabs, label, className }: TabsProps) {
  const dir = document.documentElement.dir === "rtl" ? "rtl" : "ltr";
  return (
    <Radix.Root value={value} onValueChange={onChange} dir={dir} className={cn("min-w-0", className)}>
      <Radix.List
        aria-label={label}
        className="scroll-quiet mb-5 flex gap-1 overflow-x-auto border-line border-b [scrollbar-width:none]"
      >
        {tabs.map((one) => (
          <Radix.Trigger
            key={one.value}
            value={one.value}
            className="-mb-px inline-flex items-center gap-2 whitespace-nowrap border-transparent border-b-2 px-3 py-2.5 font-medium text-muted text-sm transition-colors hover:text-fg focus-visible:-outline-offset-2 data-[state=active]:border-gold-text data-[state=active]:text-fg [&_svg]:size-4"
          >
            {one.icon}
            {one.label}
            {one.badge !== undefined && (
              <span className="figures rounded-full bg-hover px-1.5 text-faint text-xs">{one.badge}</span>
            )}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((one) => (
        <Radix.Content key={one.value} value={one.value} className="min-w-0 rounded-lg outline-offset-4">
          {one.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}

export interface SegmentedProps<T extends string> {
  value: T;
  onChange: (value: T) => void;
  choices: readonly { value: T; label: ReactNode; icon?: ReactNode }[];
  label: string;
  size?: "sm" | "md";
  className?: string;
}

/** One of two to five, side by side: a mode, a span of time. */
export function Segmented<T extends string>({
  value,
  onChange,
  choices,
  label,
  size = "md",
  className,
}: SegmentedProps<T>) {
  return (
    // Chromium does not clip a fieldset that scrolls: what it is in does.
    <div className={cn("inline-flex min-w-0 max-w-full overflow-x-auto rounded-xl", className)}>
      <fieldset className="inline-flex shrink-0 gap-0.5 rounded-xl border border-line-strong/60 bg-sunken p-0.5">
        <legend className="sr-only">{label}</legend>
        {choices.map((one) => (
          <button
            key={one.value}
            type="button"
            aria-pressed={one.value === value}
            onClick={() => onChange(one.value)}
            className={cn(
              "inline-flex items-center gap-1.5 whitespace-nowrap rounded-[0.625rem] px-3 font-medium text-muted text-sm transition-colors hover:text-fg [&_svg]:size-4",
              size === "sm" ? "h-7" : "h-8.5",
              one.value === value && "bg-primary text-primary-fg hover:text-primary-fg",
            )}
          >
            {one.icon}
            {one.label}
          </button>
        ))}
      </fieldset>
    </div>
  );
}
