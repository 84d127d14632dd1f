import { ChevronDown } from "lucide-react";
import type { Ref, SelectHTMLAttributes } from "react";
import { cn } from "./cn";
import { controlLook } from "./Input";

export interface Choice {
  value: string;
  label: string;
  disabled?: boolean;
  /** Choices of one group stand together below its name. */
  group?: string;
}

export interface SelectProps
  extends Omit<SelectHTMLAttributes<HTMLSelectElement>, "onChange" | "size" | "value"> {
  value: string;
  onChange: (value: string) => void;
  choices: readonly Choice[];
  /** A first line for "nothing chosen" (its value is ""). */
  placeholder?: string;
  size?: "sm" | "md";
  ref?: Ref<HTMLSelectElement>;
}

/** One of a few: the browser's own select (right on a phone, for the keyboard and for screen readers), in our look where the browser can. For long lists: Combobox. */
export function Select({
  value,
  onChange,
  choices,
  placeholder,
  size = "md",
  className,
  ...rest
}: SelectProps) {
  const groups = [...new Set(choices.map((one) => one.group ?? ""))];
  const options = (group: string) =>
    choices
      .filter((one) => (one.group ?? "") === group)
      .map((one) => (
        <option key={one.value} value={one.value} disabled={one.disabled}>
          {one.label}
        </option>
      ));
  return (
    <div className={cn("relative min-w-0", className)}>
      <select
        {...rest}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className={cn(
          controlLook,
          "vf-select appearance-none truncate pe-9",
          size === "sm" ? "h-8 rounded-lg" : "h-10",
        )}
      >
        {placeholder !== undefined && <option value="">{placeholder}</option>}
        {groups.map((group) =>
          group ? (
            <optgroup key={group} label={group}>
              {options(group)}
            </optgroup>
          ) : (
            options(group)
          ),
        )}
      </select>
      <ChevronDown
        className="pointer-events-none absolute inset-y-0 end-3 my-auto size-4 text-faint"
        aria-hidden
      />
    </div>
  );
}
