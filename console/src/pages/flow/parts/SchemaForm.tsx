import { ChevronDown, ChevronUp, Plus, Trash2 } from "lucide-react";
import { t } from "@/app/i18n";
import { Button, Checkbox, Combobox, Field, IconButton, Input, Select, Switch, TextArea } from "@/ui";
import { isObject, type Json, type JsonObject } from "../model/document";
import type { Problem } from "../model/problems";
import { type DocumentSchema, type FieldShape, put } from "../model/schema";
import { labelOf, valueText } from "../words";
import { Control } from "./FieldControl";
import {
  about,
  type FieldProps,
  freshName,
  Group,
  listed,
  type Offers,
  ownError,
  Wrong,
  wrong,
} from "./field";
import { JsonInput } from "./JsonInput";

export interface FormProps {
  schema: DocumentSchema;
  part: JsonObject;
  fields: readonly FieldShape[];
  onChange: (part: JsonObject, field: string) => void;
  problems: readonly Problem[];
  offers: Offers;
  /** Of this part within the node: `slot.options.0`. */
  path?: string;
  readOnly?: boolean;
}

/** A form made from the schema: one control for each field, with what it means and what is wrong with it. */
export function SchemaForm({
  schema,
  part,
  fields,
  onChange,
  problems,
  offers,
  path = "",
  readOnly,
}: FormProps) {
  return (
    <div className="space-y-4">
      {fields.map((field) => (
        <SchemaField
          key={field.name}
          schema={schema}
          field={field}
          value={part[field.name]}
          onChange={(value) => onChange(put(part, field, value), field.name)}
          problems={problems}
          offers={offers}
          path={path ? `${path}.${field.name}` : field.name}
          readOnly={readOnly}
        />
      ))}
    </div>
  );
}

function SchemaField(props: FieldProps) {
  const { field, value, onChange, readOnly } = props;
  const label = labelOf(field.name);
  const error = wrong(props);
  switch (field.control) {
    case "switch":
      return (
        <div>
          <Switch
            checked={value === undefined ? field.usual === true : value === true}
            onChange={onChange}
            label={label}
            hint={field.about}
            disabled={readOnly}
          />
          {error && <Wrong>{error}</Wrong>}
        </div>
      );
    case "choices":
      return (
        <Group label={label} about={field.about} error={error}>
          <div className="flex flex-wrap gap-x-5 gap-y-2">
            {field.values.map((one) => (
              <Checkbox
                key={one}
                label={valueText(one)}
                disabled={readOnly}
                checked={listed(value ?? field.usual).includes(one)}
                onChange={(on) => {
                  const now = listed(value ?? field.usual);
                  onChange(field.values.filter((each) => (each === one ? on : now.includes(each))));
                }}
              />
            ))}
          </div>
        </Group>
      );
    case "lines":
      return <Lines {...props} label={label} error={error} />;
    case "parts":
      return <Parts {...props} label={label} error={ownError(props)} />;
    case "map":
      return <MapField {...props} label={label} error={ownError(props)} />;
    case "union":
      return <Union {...props} label={label} error={ownError(props)} />;
    case "object":
      return (
        <details className="rounded-xl border border-line" open={ownError(props) !== "" || undefined}>
          <summary className="rounded-xl px-3 py-2 font-medium text-fg text-sm">{label}</summary>
          <div className="space-y-4 px-3 pt-1 pb-3">
            {field.about && <p className="text-faint text-xs leading-relaxed">{field.about}</p>}
            <SchemaForm
              {...props}
              part={isObject(value) ? value : {}}
              fields={props.schema.fields(field.schema)}
              onChange={onChange}
            />
            {ownError(props) && <Wrong>{ownError(props)}</Wrong>}
          </div>
        </details>
      );
    case "json":
      return <JsonField {...props} label={label} error={error} />;
    default:
      return (
        <Field label={label} hint={field.about || undefined} error={error} required={field.required}>
          <Control {...props} />
        </Field>
      );
  }
}

/** Several texts, one a line. */
function Lines({
  field,
  value,
  onChange,
  label,
  error,
  readOnly,
}: FieldProps & { label: string; error: string }) {
  const lines = listed(value ?? field.usual);
  return (
    <Field
      label={label}
      hint={[field.about, t("One a line.")].filter(Boolean).join(" ")}
      error={error}
      required={field.required}
    >
      <TextArea
        rows={Math.max(2, lines.length)}
        className="min-h-10"
        dir="auto"
        readOnly={readOnly}
        value={lines.join("\n")}
        onChange={(event) => {
          const text = event.target.value;
          onChange(text === "" ? (field.required ? [] : undefined) : text.split("\n"));
        }}
      />
    </Field>
  );
}

/** A list of objects, each a small form. */
function Parts(props: FieldProps & { label: string; error: string }) {
  const { schema, field, value, onChange, path, label, error, readOnly } = props;
  const items = Array.isArray(value) ? value : [];
  const shape = schema.resolved(field.schema.items);
  const fields = schema.fields(shape);
  const put = (at: number, one: Json) => onChange(items.map((each, index) => (index === at ? one : each)));
  const move = (at: number, by: number) => {
    const [one, other] = [items[at], items[at + by]];
    if (one === undefined || other === undefined) return;
    onChange(items.map((each, index) => (index === at ? other : index === at + by ? one : each)));
  };
  return (
    <Group label={label} about={field.about} error={error}>
      <ol className="space-y-2">
        {items.map((item, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
          <li key={at} className="rounded-xl border border-line bg-sunken p-3">
            <div className="mb-2 flex items-center justify-between gap-2">
              <span className="figures text-faint text-xs">{at + 1}</span>
              {!readOnly && (
                <span className="flex">
                  <IconButton
                    label={t("Up")}
                    size="sm"
                    quiet
                    disabled={at === 0}
                    onClick={() => move(at, -1)}
                  >
                    <ChevronUp />
                  </IconButton>
                  <IconButton
                    label={t("Down")}
                    size="sm"
                    quiet
                    disabled={at === items.length - 1}
                    onClick={() => move(at, 1)}
                  >
                    <ChevronDown />
                  </IconButton>
                  <IconButton
                    label={t("Remove")}
                    size="sm"
                    quiet
                    onClick={() => onChange(items.filter((_, index) => index !== at))}
                  >
                    <Trash2 />
                  </IconButton>
                </span>
              )}
            </div>
            <SchemaForm
              {...props}
              part={isObject(item) ? item : {}}
              fields={fields}
              path={`${path}.${at}`}
              onChange={(part) => put(at, part)}
            />
          </li>
        ))}
      </ol>
      {!readOnly && (
        <Button
          size="sm"
          variant="ghost"
          icon={<Plus />}
          className="mt-1"
          onClick={() => onChange([...items, schema.least(shape)])}
        >
          {t("Add")}
        </Button>
      )}
    </Group>
  );
}

/** Names and what stands for each. */
function MapField(props: FieldProps & { label: string; error: string }) {
  const { schema, field, value, onChange, offers, path, label, error, readOnly } = props;
  const map = isObject(value) ? value : {};
  const shape = schema.shape("", schema.values(field.schema), "", true);
  const ofVariables = field.name === "values" || field.name === "save" || field.name === "take";
  const rows = Object.entries(map);
  const replace = (at: number, name: string, one: Json) =>
    onChange(Object.fromEntries(rows.map((row, index) => (index === at ? [name, one] : row))));
  return (
    <Group label={label} about={field.about} error={error}>
      <ul className="space-y-2">
        {rows.map(([name, one], at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: its name is what is typed
          <li key={at} className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)_auto] items-start gap-2">
            {ofVariables ? (
              <Combobox
                aria-label={t("Variable")}
                value={name}
                free
                disabled={readOnly}
                choices={offers.variables.map((each) => ({ value: each, label: each }))}
                onChange={(now) => replace(at, now, one)}
              />
            ) : (
              <Input
                aria-label={t("Name")}
                value={name}
                readOnly={readOnly}
                onChange={(event) => replace(at, event.target.value, one)}
              />
            )}
            {shape.control === "object" ? (
              <SchemaForm
                {...props}
                part={isObject(one) ? one : {}}
                fields={schema.fields(shape.schema)}
                path={`${path}.${name}`}
                onChange={(part) => replace(at, name, part)}
              />
            ) : shape.control === "json" ? (
              <JsonInput
                label={t("Value")}
                value={one}
                readOnly={readOnly}
                onChange={(now) => replace(at, name, now)}
              />
            ) : (
              <Input
                aria-label={t("Value")}
                className="font-mono text-[0.8125rem]"
                value={typeof one === "string" || typeof one === "number" ? one : ""}
                readOnly={readOnly}
                type={shape.control === "number" ? "number" : "text"}
                onChange={(event) =>
                  replace(
                    at,
                    name,
                    shape.control === "number" ? Number(event.target.value) : event.target.value,
                  )
                }
              />
            )}
            <IconButton
              label={t("Remove {name}", { name })}
              quiet
              disabled={readOnly}
              onClick={() => {
                const left = rows.filter((_, index) => index !== at);
                onChange(left.length === 0 && !field.required ? undefined : Object.fromEntries(left));
              }}
            >
              <Trash2 />
            </IconButton>
          </li>
        ))}
      </ul>
      {!readOnly && (
        <Button
          size="sm"
          variant="ghost"
          icon={<Plus />}
          className="mt-1"
          onClick={() =>
            onChange({
              ...map,
              [freshName(map, ofVariables ? offers.variables : [])]:
                shape.control === "json" ? null : schema.least(shape.schema),
            })
          }
        >
          {t("Add")}
        </Button>
      )}
    </Group>
  );
}

/** One of several kinds: which, and then its own fields. */
function Union(props: FieldProps & { label: string; error: string }) {
  const { schema, field, value, onChange, label, error, readOnly } = props;
  const union = schema.union(field.schema);
  if (union === null) return null;
  const part = isObject(value) ? value : {};
  const kind = typeof part[union.tag] === "string" ? String(part[union.tag]) : "";
  const shape = union.kinds.get(kind);
  return (
    <div className="rounded-xl border border-line bg-hover p-3">
      <Field label={label} hint={about(shape) || field.about} error={error} required={field.required}>
        <Select
          value={kind}
          disabled={readOnly}
          placeholder={kind === "" ? t("Choose…") : undefined}
          choices={[...union.kinds.keys()].map((one) => ({ value: one, label: valueText(one) }))}
          onChange={(chosen) => {
            const wanted = union.kinds.get(chosen);
            if (wanted !== undefined) onChange(schema.become(part, union.tag, chosen, wanted));
          }}
        />
      </Field>
      {shape !== undefined && (
        <div className="mt-4">
          <SchemaForm {...props} part={part} fields={schema.fields(shape)} onChange={onChange} />
        </div>
      )}
    </div>
  );
}

/** Any value: a text as it stands, or whatever else JSON has. */
function JsonField({
  value,
  onChange,
  label,
  error,
  field,
  readOnly,
}: FieldProps & { label: string; error: string }) {
  return (
    <Field label={label} hint={field.about} error={error}>
      <JsonInput label={label} value={value} onChange={onChange} readOnly={readOnly} />
    </Field>
  );
}
