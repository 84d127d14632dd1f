import { Check, Minus } from "lucide-react";
import {
  Checkbox as RadixCheckbox,
  RadioGroup as RadixRadio,
  Slider as RadixSlider,
  Switch as RadixSwitch,
} from "radix-ui";
import { type ReactNode, useId } from "react";
import { cn } from "./cn";
import type { Controlled } from "./Field";

interface Ticked {
  checked: boolean;
  onChange: (checked: boolean) => void;
  /** Beside it; without one, name it by aria-label. */
  label?: ReactNode;
  hint?: ReactNode;
  disabled?: boolean;
  className?: string;
  "aria-label"?: string;
}

function Labelled({
  id,
  label,
  hint,
  className,
  children,
}: {
  id: string;
  label?: ReactNode;
  hint?: ReactNode;
  className?: string;
  children: ReactNode;
}) {
  if (!label) return children;
  return (
    <div className={cn("flex items-start gap-3", className)}>
      {children}
      <div className="min-w-0 pt-px">
        <label htmlFor={id} className="text-fg text-sm">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="mt-0.5 text-faint text-xs leading-relaxed">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}

/** Something that is on or off from now on. */
export function Switch({ checked, onChange, label, hint, disabled, className, ...rest }: Ticked) {
  const id = useId();
  return (
    <Labelled id={id} label={label} hint={hint} className={className}>
      <RadixSwitch.Root
        id={id}
        checked={checked}
        onCheckedChange={onChange}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="relative inline-flex h-6 w-11 shrink-0 items-center rounded-full border border-line-strong bg-sunken transition-colors disabled:opacity-50 data-[state=checked]:border-transparent data-[state=checked]:bg-primary"
        {...rest}
      >
        <RadixSwitch.Thumb className="block size-4 translate-x-[calc(0.25rem*var(--way,1))] rounded-full bg-muted shadow transition-transform data-[state=checked]:translate-x-[calc(1.375rem*var(--way,1))] data-[state=checked]:bg-white" />
      </RadixSwitch.Root>
    </Labelled>
  );
}

/** One of several things that may be chosen. `mixed`: some of what it stands for. */
export function Checkbox({
  checked,
  mixed,
  onChange,
  label,
  hint,
  disabled,
  className,
  ...rest
}: Ticked & { mixed?: boolean }) {
  const id = useId();
  return (
    <Labelled id={id} label={label} hint={hint} className={className}>
      <RadixCheckbox.Root
        id={id}
        checked={mixed ? "indeterminate" : checked}
        onCheckedChange={(now) => onChange(now === true)}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="grid size-5 shrink-0 place-items-center rounded-md border border-line-strong bg-sunken transition-colors disabled:opacity-50 data-[state=checked]:border-transparent data-[state=checked]:bg-primary data-[state=indeterminate]:bg-primary"
        {...rest}
      >
        <RadixCheckbox.Indicator className="text-white">
          {mixed ? <Minus className="size-3.5" aria-hidden /> : <Check className="size-3.5" aria-hidden />}
        </RadixCheckbox.Indicator>
      </RadixCheckbox.Root>
    </Labelled>
  );
}

export interface SliderProps extends Controlled {
  value: number;
  onChange: (value: number) => void;
  min: number;
  max: number;
  step?: number;
  disabled?: boolean;
  className?: string;
  /** The value in words, read out ("0.5, medium"). */
  words?: string;
  "aria-label"?: string;
}

/** A number in a range. */
export function Slider({
  value,
  onChange,
  min,
  max,
  step = 1,
  disabled,
  className,
  words,
  id,
  ...rest
}: SliderProps) {
  return (
    <RadixSlider.Root
      value={[value]}
      onValueChange={([now]) => now !== undefined && onChange(now)}
      min={min}
      max={max}
      step={step}
      disabled={disabled}
      dir={document.documentElement.dir === "rtl" ? "rtl" : "ltr"}
      className={cn(
        "relative flex h-6 w-full touch-none select-none items-center data-disabled:opacity-50",
        className,
      )}
    >
      <RadixSlider.Track className="relative h-1.5 grow overflow-hidden rounded-full bg-line-strong/60">
        <RadixSlider.Range className="absolute h-full bg-primary" />
      </RadixSlider.Track>
      <RadixSlider.Thumb
        id={id}
        aria-label={rest["aria-label"]}
        aria-labelledby={rest["aria-labelledby"]}
        aria-describedby={rest["aria-describedby"]}
        aria-valuetext={words}
        className="block size-4.5 rounded-full border-2 border-primary bg-white shadow"
      />
    </RadixSlider.Root>
  );
}

export interface RadioCardsProps {
  value: string;
  onChange: (value: string) => void;
  choices: readonly {
    value: string;
    label: ReactNode;
    about?: ReactNode;
    icon?: ReactNode;
    disabled?: boolean;
  }[];
  /** Names the group. */
  label: string;
  className?: string;
}

/** One of a few, each a small card with words of its own. */
export function RadioCards({ value, onChange, choices, label, className }: RadioCardsProps) {
  return (
    <RadixRadio.Root
      value={value}
      onValueChange={onChange}
      aria-label={label}
      className={cn("grid gap-3 sm:grid-cols-3", className)}
    >
      {choices.map((one) => (
        <RadixRadio.Item
          key={one.value}
          value={one.value}
          disabled={one.disabled}
          className="flex flex-col justify-start rounded-xl border border-line-strong/60 bg-hover p-3 text-start transition-colors hover:border-line-strong disabled:opacity-50 data-[state=checked]:border-gold-text data-[state=checked]:bg-gold-soft"
        >
          <span className="flex items-center gap-2 font-medium text-fg text-sm [&_svg]:size-4">
            {one.icon}
            {one.label}
          </span>
          {one.about && <span className="mt-1 block text-muted text-xs leading-relaxed">{one.about}</span>}
        </RadixRadio.Item>
      ))}
    </RadixRadio.Root>
  );
}
