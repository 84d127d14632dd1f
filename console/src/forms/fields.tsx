// Fields that know their form: `<TextField form={form} name="label" label={…} />`.
import { ArrowDown, ArrowUp, Plus, X } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useId, useState } from "react";
import { t } from "@/app/i18n";
import {
  Badge,
  Button,
  type Choice,
  Combobox,
  cn,
  Field,
  IconButton,
  Input,
  Select,
  Switch,
  TextArea,
} from "@/ui";
import type { Form } from "./useForm";

type Named<T, V> = { [K in keyof T]-?: T[K] extends V ? K : never }[keyof T] & string;

interface Base<T extends object, V> {
  form: Form<T>;
  name: Named<T, V>;
  label: ReactNode;
  hint?: ReactNode;
  required?: boolean;
  className?: string;
  aside?: ReactNode;
}

function setter<T extends object, V>(form: Form<T>, name: Named<T, V>) {
  return (value: V) => form.set(name, value as unknown as T[Named<T, V>]);
}

export function TextField<T extends object>({
  form,
  name,
  placeholder,
  type = "text",
  end,
  dir,
  autoFocus,
  ...field
}: Base<T, string> & {
  placeholder?: string;
  type?: "text" | "url" | "tel" | "password" | "date";
  end?: ReactNode;
  dir?: "ltr";
  autoFocus?: boolean;
}) {
  const set = setter<T, string>(form, name);
  return (
    <Field {...field} error={form.error(name)}>
      <Input
        type={type}
        value={form.values[name] as string}
        placeholder={placeholder}
        end={end}
        dir={dir}
        autoComplete="off"
        spellCheck={false}
        autoFocus={autoFocus}
        onChange={(event) => set(event.target.value)}
      />
    </Field>
  );
}

export function AreaField<T extends object>({
  form,
  name,
  rows,
  placeholder,
  code,
  ...field
}: Base<T, string> & { rows?: number; placeholder?: string; code?: boolean }) {
  const set = setter<T, string>(form, name);
  return (
    <Field {...field} error={form.error(name)}>
      <TextArea
        rows={rows}
        value={form.values[name] as string}
        placeholder={placeholder}
        className={cn("max-h-[60dvh]", code && "font-mono text-[0.8125rem]")}
        onChange={(event) => set(event.target.value)}
      />
    </Field>
  );
}

export function NumberField<T extends object>({
  form,
  name,
  min,
  max,
  step,
  end,
  placeholder,
  ...field
}: Base<T, number | null> & {
  min?: number;
  max?: number;
  step?: number;
  end?: ReactNode;
  placeholder?: string;
}) {
  const set = setter<T, number | null>(form, name);
  return (
    <Field {...field} error={form.error(name)}>
      <NumberInput
        value={form.values[name] as number | null}
        onChange={set}
        min={min}
        max={max}
        step={step}
        end={end}
        placeholder={placeholder}
      />
    </Field>
  );
}

/** A number that may be empty (null). */
export function NumberInput({
  value,
  onChange,
  end,
  ...rest
}: {
  value: number | null;
  onChange: (value: number | null) => void;
  min?: number;
  max?: number;
  step?: number;
  end?: ReactNode;
  placeholder?: string;
  "aria-label"?: string;
}) {
  return (
    <Input
      {...rest}
      type="number"
      inputMode="decimal"
      value={value ?? ""}
      end={end}
      onChange={(event) => onChange(event.target.value === "" ? null : event.target.valueAsNumber)}
    />
  );
}

export function SelectField<T extends object>({
  form,
  name,
  choices,
  placeholder,
  ...field
}: Base<T, string> & { choices: readonly Choice[]; placeholder?: string }) {
  const set = setter<T, string>(form, name);
  return (
    <Field {...field} error={form.error(name)}>
      <Select
        value={form.values[name] as string}
        onChange={set}
        choices={choices}
        placeholder={placeholder}
      />
    </Field>
  );
}

export function ComboField<T extends object>({
  form,
  name,
  choices,
  placeholder,
  free,
  ...field
}: Base<T, string> & {
  choices: readonly (Choice & { about?: string })[];
  placeholder?: string;
  free?: boolean;
}) {
  const set = setter<T, string>(form, name);
  return (
    <Field {...field} error={form.error(name)}>
      <Combobox
        value={form.values[name] as string}
        onChange={set}
        choices={choices}
        placeholder={placeholder}
        free={free}
      />
    </Field>
  );
}

export function SwitchField<T extends object>({ form, name, label, hint, className }: Base<T, boolean>) {
  const set = setter<T, boolean>(form, name);
  return (
    <Switch
      checked={form.values[name] as boolean}
      onChange={set}
      label={label}
      hint={form.error(name) ?? hint}
      className={className}
    />
  );
}

/** Words, one after the other: typed and closed by Enter or a comma. */
export function WordsField<T extends object>({
  form,
  name,
  placeholder,
  ...field
}: Base<T, string[]> & { placeholder?: string }) {
  const set = setter<T, string[]>(form, name);
  return (
    <Field {...field} error={form.error(name)}>
      <WordsInput value={form.values[name] as string[]} onChange={set} placeholder={placeholder} />
    </Field>
  );
}

export function WordsInput({
  value,
  onChange,
  placeholder,
  ...rest
}: {
  value: readonly string[];
  onChange: (value: string[]) => void;
  placeholder?: string;
  id?: string;
  "aria-label"?: string;
  "aria-describedby"?: string;
}) {
  const [typed, setTyped] = useState("");
  function add() {
    const words = typed
      .split(",")
      .map((word) => word.trim())
      .filter((word) => word && !value.includes(word));
    if (words.length > 0) onChange([...value, ...words]);
    setTyped("");
  }
  function pressed(event: KeyboardEvent<HTMLInputElement>) {
    if ((event.key === "Enter" && typed) || event.key === ",") {
      event.preventDefault();
      add();
    } else if (event.key === "Backspace" && !typed && value.length > 0) onChange(value.slice(0, -1));
  }
  return (
    <div className="flex min-h-10 flex-wrap items-center gap-1.5 rounded-xl border border-line-strong/70 bg-sunken px-2 py-1.5">
      {value.map((word) => (
        <Badge key={word} tone="primary" className="pe-1">
          <span className="inline-flex items-center gap-1">
            <bdi>{word}</bdi>
            <button
              type="button"
              aria-label={t("Remove {what}", { what: word })}
              onClick={() => onChange(value.filter((each) => each !== word))}
              className="grid size-5 place-items-center rounded-full hover:bg-hover"
            >
              <X aria-hidden />
            </button>
          </span>
        </Badge>
      ))}
      <input
        {...rest}
        value={typed}
        placeholder={value.length === 0 ? placeholder : undefined}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={pressed}
        onBlur={add}
        className="h-7 min-w-24 flex-1 bg-transparent px-1 text-sm outline-none placeholder:text-faint"
      />
    </div>
  );
}

/** Things in an order that counts: moved up and down, taken out, added from a list. */
export function OrderInput({
  value,
  onChange,
  choices,
  label,
  empty,
  show,
}: {
  value: readonly string[];
  onChange: (value: string[]) => void;
  choices: readonly (Choice & { about?: string })[];
  label: string;
  /** What counts while nothing is chosen. */
  empty: string;
  /** How one stands, beside its name. */
  show?: (name: string) => ReactNode;
}) {
  const id = useId();
  const [adding, setAdding] = useState(false);
  const move = (at: number, by: number) => {
    const next = [...value];
    const [taken] = next.splice(at, 1);
    if (taken !== undefined) next.splice(at + by, 0, taken);
    onChange(next);
  };
  return (
    <fieldset aria-labelledby={id} className="min-w-0">
      <legend id={id} className="mb-1.5 font-medium text-sm">
        {label}
      </legend>
      {value.length === 0 && <p className="text-faint text-sm">{empty}</p>}
      <ol className="space-y-1.5">
        {value.map((name, at) => (
          <li
            key={name}
            className="flex items-center gap-2 rounded-xl border border-line bg-sunken py-1 ps-3 pe-1"
          >
            <span className="figures w-4 text-faint text-xs">{at + 1}</span>
            <span dir="auto" className="min-w-0 flex-1 truncate text-sm">
              {choices.find((one) => one.value === name)?.label ?? name}
            </span>
            {show?.(name)}
            <IconButton
              size="sm"
              quiet
              label={t("Move {what} up", { what: name })}
              disabled={at === 0}
              onClick={() => move(at, -1)}
            >
              <ArrowUp />
            </IconButton>
            <IconButton
              size="sm"
              quiet
              label={t("Move {what} down", { what: name })}
              disabled={at === value.length - 1}
              onClick={() => move(at, 1)}
            >
              <ArrowDown />
            </IconButton>
            <IconButton
              size="sm"
              quiet
              label={t("Remove {what}", { what: name })}
              onClick={() => onChange(value.filter((each) => each !== name))}
            >
              <X />
            </IconButton>
          </li>
        ))}
      </ol>
      {adding ? (
        <Combobox
          aria-label={t("Add to {what}", { what: label })}
          className="mt-2"
          value=""
          free
          choices={choices.filter((one) => !value.includes(one.value))}
          onChange={(name) => {
            if (name && !value.includes(name)) onChange([...value, name]);
            setAdding(false);
          }}
        />
      ) : (
        <Button size="sm" variant="ghost" className="mt-1.5" icon={<Plus />} onClick={() => setAdding(true)}>
          {t("Add")}
        </Button>
      )}
    </fieldset>
  );
}
