import { CircleAlert } from "lucide-react";
import { cloneElement, type ReactElement, type ReactNode, useId } from "react";
import { cn } from "./cn";

/** What a control in a Field is handed. */
export interface Controlled {
  id?: string;
  /** For what a label cannot be tied to by its `for`: a slider's thumb is no input. */
  "aria-labelledby"?: string;
  "aria-describedby"?: string;
  "aria-invalid"?: boolean | "true" | "false" | "grammar" | "spelling";
  required?: boolean;
}

export interface FieldProps {
  label: ReactNode;
  /** Below the control: what it means. */
  hint?: ReactNode;
  /** What is wrong with it, and how to mend it. */
  error?: ReactNode;
  required?: boolean;
  /** At the end of the label's line. */
  aside?: ReactNode;
  /** The label is read out, not shown. */
  hideLabel?: boolean;
  className?: string;
  /** One control of this kit: Input, TextArea, Select, Combobox, Slider. */
  children: ReactElement<Controlled>;
}

/** A label, its control, a hint and what is wrong: tied together for those who cannot see them. */
export function Field({ label, hint, error, required, aside, hideLabel, className, children }: FieldProps) {
  const made = useId();
  const id = children.props.id ?? made;
  const described = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  return (
    <div className={cn("min-w-0", className)}>
      <div className={cn("mb-1.5 flex items-baseline justify-between gap-3", hideLabel && "sr-only")}>
        <label htmlFor={id} id={`${id}-label`} className="font-medium text-fg text-sm">
          {label}
          {required && (
            <span className="ms-1 text-gold-text" aria-hidden>
              *
            </span>
          )}
        </label>
        {aside && <span className="text-faint text-xs">{aside}</span>}
      </div>
      {cloneElement(children, {
        id,
        "aria-labelledby": `${id}-label`,
        "aria-describedby": described || undefined,
        "aria-invalid": error ? true : undefined,
        required: required || undefined,
      })}
      {hint && (
        <p id={`${id}-hint`} className="mt-1.5 text-faint text-xs leading-relaxed">
          <bdi>{hint}</bdi>
        </p>
      )}
      {error && (
        <p
          id={`${id}-error`}
          role="alert"
          className="mt-1.5 flex items-start gap-1.5 text-bad text-xs leading-relaxed"
        >
          <CircleAlert className="mt-px size-3.5 shrink-0" aria-hidden />
          <bdi>{error}</bdi>
        </p>
      )}
    </div>
  );
}
