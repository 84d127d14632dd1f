import { EyeOff, Plus, Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import { t } from "@/app/i18n";
import { Badge, Button, EmptyState, Field, IconButton, Input } from "@/ui";
import { shown } from "../model/diff";
import { type FlowDocument, type Json, variablesOf } from "../model/document";
import { declare } from "../model/edits";
import type { Problem } from "../model/problems";
import type { DocumentSchema } from "../model/schema";
import { variableUses } from "../model/variables";
import type { Edit } from "../useEditor";
import type { Offers } from "./field";
import { SchemaForm } from "./SchemaForm";

export interface VariablesProps {
  document: FlowDocument;
  schema: DocumentSchema;
  onEdit: (edit: Edit, key?: string) => void;
  onShow: (node: string) => void;
  problems: readonly Problem[];
  offers: Offers;
  /** Of a call that is followed. */
  values: ReadonlyMap<string, Json> | null;
  readOnly: boolean;
}

/** All variables: what they hold, who fills them and who reads them. */
export function Variables({
  document,
  schema,
  onEdit,
  onShow,
  problems,
  offers,
  values,
  readOnly,
}: VariablesProps) {
  const uses = useMemo(() => variableUses(document), [document]);
  const declared = variablesOf(document);
  const [open, setOpen] = useState("");
  const [typed, setTyped] = useState("");
  const fields = useMemo(() => schema.fields(schema.variable, ["name"]), [schema]);
  const wrong =
    typed !== "" && !/^[a-z][a-z0-9_]{0,39}$/.test(typed)
      ? t("A small letter first; then small letters, digits and '_'.")
      : uses.some((one) => one.name === typed && one.declared)
        ? t("There is one of this name already.")
        : "";
  const put = (name: string, variable: Json | null, key = "") =>
    onEdit((now) => {
      const all = variablesOf(now).flatMap((one) =>
        one.name === name ? (variable === null ? [] : [variable]) : [one],
      );
      return { ...now, variables: all };
    }, key);
  const add = () => {
    if (typed === "" || wrong !== "") return;
    onEdit((now) => declare(now, typed));
    setOpen(typed);
    setTyped("");
  };
  return (
    <div className="space-y-3">
      {!readOnly && (
        <form
          className="flex items-start gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            add();
          }}
        >
          <Field label={t("New variable")} hideLabel error={wrong} className="flex-1">
            <Input
              value={typed}
              placeholder={t("New variable")}
              onChange={(event) => setTyped(event.target.value)}
              spellCheck={false}
            />
          </Field>
          <Button type="submit" icon={<Plus />} disabled={typed === "" || wrong !== ""}>
            {t("Add")}
          </Button>
        </form>
      )}
      {uses.length === 0 && (
        <EmptyState
          title={t("No variables yet")}
          text={t("What callers answer is kept in variables; an Ask node declares its own.")}
          className="py-8"
        />
      )}
      <ul className="space-y-2">
        {uses.map((one) => {
          const own = declared.find((each) => each.name === one.name);
          const number = declared.findIndex((each) => each.name === one.name);
          const value = values?.get(one.name);
          return (
            <li key={one.name} className="rounded-xl border border-line bg-sunken">
              <div className="flex items-center gap-2 px-3 pt-2">
                <button
                  type="button"
                  aria-expanded={open === one.name}
                  disabled={own === undefined}
                  onClick={() => setOpen(open === one.name ? "" : one.name)}
                  dir="auto"
                  className="min-w-0 flex-1 truncate text-start font-mono text-fg text-sm"
                >
                  {one.name}
                </button>
                {one.secret && <EyeOff className="size-3.5 text-faint" aria-label={t("secret")} />}
                {one.declared ? (
                  <Badge>{one.kind}</Badge>
                ) : readOnly ? (
                  <Badge tone="bad">{t("not declared")}</Badge>
                ) : (
                  <Button size="sm" onClick={() => onEdit((now) => declare(now, one.name))}>
                    {t("Declare")}
                  </Button>
                )}
                {own !== undefined && !readOnly && (
                  <IconButton
                    label={t("Remove {name}", { name: one.name })}
                    size="sm"
                    quiet
                    onClick={() => put(one.name, null)}
                  >
                    <Trash2 />
                  </IconButton>
                )}
              </div>
              <div className="px-3 pb-2.5">
                {value !== undefined && (
                  <p
                    dir="auto"
                    className="my-1 truncate rounded-lg bg-gold-soft px-2 py-1 font-mono text-gold-text text-xs"
                  >
                    {shown(value)}
                  </p>
                )}
                <Where label={t("Filled by")} nodes={one.filled} onShow={onShow} none={t("nobody")} />
                <Where label={t("Read by")} nodes={one.read} onShow={onShow} none={t("nobody")} />
                {open === one.name && own !== undefined && (
                  <div className="mt-3">
                    <SchemaForm
                      schema={schema}
                      part={own}
                      fields={fields}
                      problems={problems.filter((each) => each.variable === number)}
                      offers={offers}
                      readOnly={readOnly}
                      onChange={(part, field) =>
                        put(one.name, { ...part, name: one.name }, `variable ${one.name}.${field}`)
                      }
                    />
                  </div>
                )}
              </div>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Where({
  label,
  nodes,
  onShow,
  none,
}: {
  label: string;
  nodes: string[];
  onShow: (node: string) => void;
  none: string;
}) {
  return (
    <p className="mt-0.5 flex flex-wrap items-center gap-x-1.5 text-xs">
      <span className="text-faint">{label}</span>
      {nodes.length === 0 && <span className="text-muted">{none}</span>}
      {nodes.map((node) => (
        <button
          key={node}
          type="button"
          className="min-h-6 rounded px-1 text-link hover:underline"
          onClick={() => onShow(node)}
        >
          {node}
        </button>
      ))}
    </p>
  );
}
