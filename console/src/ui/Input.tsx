import { Search, X } from "lucide-react";
import type { InputHTMLAttributes, ReactNode, Ref, TextareaHTMLAttributes } from "react";
import { t } from "@/app/i18n";
import { IconButton } from "./Button";
import { cn } from "./cn";

export const controlLook =
  "w-full min-w-0 rounded-xl border border-line-strong/70 bg-sunken px-3 text-fg text-sm placeholder:text-faint transition-colors hover:border-line-strong focus-visible:border-transparent aria-invalid:border-bad disabled:cursor-not-allowed disabled:opacity-55";

export interface InputProps extends InputHTMLAttributes<HTMLInputElement> {
  /** Inside, before the text. */
  icon?: ReactNode;
  /** Inside, at the end: a unit, a small button. */
  end?: ReactNode;
  ref?: Ref<HTMLInputElement>;
}

/** Icon and end stand at the page's sides; a field with a direction of its own (numbers: `ltr`) has others. */
function room(icon: boolean, end: boolean, dir: string | undefined): string {
  const turned = dir === "ltr";
  if (icon && end) return turned ? "ps-9 pe-12 rtl:ps-12 rtl:pe-9" : "ps-9 pe-12";
  if (icon) return turned ? "ps-9 rtl:ps-3 rtl:pe-9" : "ps-9";
  if (end) return turned ? "pe-12 rtl:ps-12 rtl:pe-3" : "pe-12";
  return "";
}

/** One line of text. */
export function Input({ icon, end, className, ...rest }: InputProps) {
  const input = (
    <input {...rest} className={cn(controlLook, "h-10", room(!!icon, !!end, rest.dir), className)} />
  );
  if (!icon && !end) return input;
  return (
    <div className="relative min-w-0">
      {icon && (
        <span
          className="pointer-events-none absolute inset-y-0 start-3 grid place-items-center text-faint [&_svg]:size-4"
          aria-hidden
        >
          {icon}
        </span>
      )}
      {input}
      {end && <span className="absolute inset-y-0 end-2 flex items-center text-faint text-xs">{end}</span>}
    </div>
  );
}

export interface TextAreaProps extends TextareaHTMLAttributes<HTMLTextAreaElement> {
  ref?: Ref<HTMLTextAreaElement>;
}

/** Several lines of text; grows with them. */
export function TextArea({ className, rows = 4, ...rest }: TextAreaProps) {
  return (
    <textarea
      rows={rows}
      {...rest}
      className={cn(controlLook, "field-sizing-content min-h-20 py-2 leading-relaxed", className)}
    />
  );
}

export interface SearchInputProps {
  value: string;
  onChange: (value: string) => void;
  /** Read out, and shown while it is empty. */
  label: string;
  className?: string;
}

/** What a list is searched by; Escape empties it. */
export function SearchInput({ value, onChange, label, className }: SearchInputProps) {
  return (
    <div className={cn("min-w-40 max-w-sm flex-1", className)}>
      <Input
        type="text"
        role="searchbox"
        aria-label={label}
        placeholder={label}
        value={value}
        icon={<Search />}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && onChange("")}
        end={
          value && (
            <IconButton label={t("Clear")} size="sm" quiet onClick={() => onChange("")}>
              <X />
            </IconButton>
          )
        }
      />
    </div>
  );
}
