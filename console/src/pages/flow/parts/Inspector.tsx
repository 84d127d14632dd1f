import { ArrowDown, ArrowRight, ArrowUp, Copy, MousePointerClick, Plus, Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import { t, tn } from "@/app/i18n";
import { Button, Combobox, DropdownMenu, EmptyState, Field, IconButton, Input, Select } from "@/ui";
import { EDGE_KINDS, kindOf } from "../kinds";
import { titleOf } from "../model/diff";
import {
  ANYWHERE,
  type FlowDocument,
  type FlowEdge,
  type FlowNode,
  isObject,
  type JsonObject,
  nodeOf,
} from "../model/document";
import { addEdge, connect, declare, lead, newEdge, putEdge, putNode, remove, reorder } from "../model/edits";
import { leavingOf } from "../model/layout";
import { edgeLabel, leadsOn, outcomesOf, outletsOf } from "../model/outcomes";
import type { Problem } from "../model/problems";
import type { DocumentSchema } from "../model/schema";
import { fills } from "../model/variables";
import type { Edit } from "../useEditor";
import type { Selection } from "./Canvas";
import { type Offers, SchemaForm } from "./SchemaForm";

export interface InspectorProps {
  document: FlowDocument;
  schema: DocumentSchema;
  selection: Selection;
  onSelect: (selection: Selection) => void;
  onEdit: (edit: Edit, key?: string) => void;
  onDuplicate: () => void;
  problems: readonly Problem[];
  offers: Offers;
  readOnly: boolean;
}

/** What is chosen: its form, where it leads, and what is wrong with it. */
export function Inspector(props: InspectorProps) {
  const { document, selection, onSelect, onEdit, readOnly } = props;
  const [node] = [...selection.nodes];
  const [number] = [...selection.edges];
  const count = selection.nodes.size + selection.edges.size;
  if (count > 1)
    return (
      <div className="space-y-3">
        <p className="text-muted text-sm">
          {tn("{count} thing is chosen.", "{count} things are chosen.", count)}
        </p>
        {!readOnly && (
          <div className="flex flex-wrap gap-2">
            <Button size="sm" icon={<Copy />} onClick={props.onDuplicate}>
              {t("Duplicate")}
            </Button>
            <Button
              size="sm"
              variant="dangerGhost"
              icon={<Trash2 />}
              onClick={() => {
                onEdit((now) => remove(now, selection.nodes, selection.edges));
                onSelect({ nodes: new Set(), edges: new Set() });
              }}
            >
              {t("Remove")}
            </Button>
          </div>
        )}
      </div>
    );
  if (node === ANYWHERE) return <LeadsTo {...props} source={ANYWHERE} />;
  const found = node === undefined ? undefined : nodeOf(document, node);
  if (found !== undefined) return <NodeForm key={found.id} {...props} node={found} />;
  const edge = number === undefined ? undefined : document.edges[number];
  if (edge !== undefined && number !== undefined) return <EdgeForm {...props} edge={edge} number={number} />;
  return <DocumentForm {...props} />;
}

function NodeForm(props: InspectorProps & { node: FlowNode }) {
  const { schema, node, onSelect, onEdit, problems, offers, readOnly } = props;
  const kind = kindOf(node.type);
  const shape = schema.nodes.get(node.type);
  const own = problems.filter((one) => one.node === node.id && one.edge === null);
  const general = own.filter((one) => one.path === "");
  const fields = useMemo(
    () =>
      shape === undefined
        ? []
        : schema
            .fields(shape, ["id", "label", "note", "position"])
            .sort((one, other) => place(one.name) - place(other.name)),
    [schema, shape],
  );
  const more = useMemo(
    () =>
      shape === undefined
        ? []
        : schema.fields(shape).filter((one) => one.name === "label" || one.name === "note"),
    [schema, shape],
  );
  const put = (part: JsonObject, field: string) =>
    onEdit((now) => {
      const next = putNode(now, node.id, { ...part, id: node.id, type: node.type });
      // A variable that a node fills is declared with it: nobody wants to be told that it is not.
      return fills({ ...part, id: node.id, type: node.type })
        .filter((name) => /^[a-z][a-z0-9_]{0,39}$/.test(name) && field === "variable")
        .reduce((with_, name) => declare(with_, name, kindFor(part)), next);
    }, `${node.id}.${field}`);
  return (
    <div className="space-y-5">
      <header data-family={kind.family} className="flex items-center gap-3">
        <span className="grid size-10 shrink-0 place-items-center rounded-xl bg-(--kind)/16 text-(--kind)">
          <kind.icon className="size-5" aria-hidden />
        </span>
        <div className="min-w-0 flex-1">
          <h3 className="truncate font-display font-semibold text-fg">{kind.title()}</h3>
          <p className="text-faint text-xs leading-snug">{kind.about()}</p>
        </div>
        {!readOnly && (
          <span className="flex shrink-0">
            <IconButton
              label={t("Duplicate")}
              size="sm"
              disabled={node.type === "start"}
              onClick={props.onDuplicate}
            >
              <Copy />
            </IconButton>
            <IconButton
              label={t("Remove")}
              size="sm"
              onClick={() => {
                onEdit((now) => remove(now, new Set([node.id]), new Set()));
                onSelect({ nodes: new Set(), edges: new Set() });
              }}
            >
              <Trash2 />
            </IconButton>
          </span>
        )}
      </header>
      {general.length > 0 && <ProblemList problems={general} />}
      <NameField {...props} />
      <SchemaForm
        schema={schema}
        part={node}
        fields={fields}
        onChange={put}
        problems={own}
        offers={offers}
        readOnly={readOnly}
      />
      {leadsOn(node) && <LeadsTo {...props} source={node.id} />}
      <details className="rounded-xl border border-line">
        <summary className="rounded-xl px-3 py-2 text-muted text-sm">{t("For people who draw")}</summary>
        <div className="px-3 pt-1 pb-3">
          <SchemaForm
            schema={schema}
            part={node}
            fields={more}
            onChange={put}
            problems={own}
            offers={offers}
            readOnly={readOnly}
          />
        </div>
      </details>
    </div>
  );

  function kindFor(part: JsonObject): JsonObject {
    const slot = isObject(part.slot) ? part.slot.kind : "";
    return slot === "number" || slot === "duration" || slot === "money" ? { kind: "number" } : {};
  }
}

const FIRST = [
  "facts",
  "prompt",
  "greeting",
  "text",
  "variable",
  "agent",
  "flow",
  "to",
  "use",
  "values",
  "lines",
  "slot",
  "options",
];

/** What a node is for comes first. */
function place(field: string): number {
  const at = FIRST.indexOf(field);
  return at < 0 ? FIRST.length : at;
}

/** The node's name: taken when one leaves the field, since edges follow it. */
function NameField({ document, node, onEdit, onSelect, readOnly }: InspectorProps & { node: FlowNode }) {
  const [typed, setTyped] = useState(node.id);
  const taken = typed !== node.id && document.nodes.some((one) => one.id === typed);
  const wrong = !/^[A-Za-z0-9_][A-Za-z0-9_-]{0,59}$/.test(typed);
  const error = taken
    ? t("There is a node of this name already.")
    : wrong
      ? t("Letters, digits, '_' and '-', at most 60.")
      : "";
  function take() {
    if (error !== "" || typed === node.id) return;
    onEdit((now) => putNode(now, node.id, { ...node, id: typed }));
    onSelect({ nodes: new Set([typed]), edges: new Set() });
  }
  return (
    <Field label={t("Name")} hint={t("In the document: edges and events have it.")} error={error} required>
      <Input
        value={typed}
        readOnly={readOnly}
        spellCheck={false}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => event.key === "Enter" && take()}
      />
    </Field>
  );
}

/** Where what comes of a node leads: with the keyboard, all that the canvas does with the mouse. */
function LeadsTo({ document, source, onEdit, onSelect, readOnly }: InspectorProps & { source: string }) {
  const leaving = leavingOf(document).get(source) ?? [];
  const node = source === ANYWHERE ? { id: ANYWHERE, type: ANYWHERE } : nodeOf(document, source);
  if (node === undefined) return null;
  const outlets = outletsOf(node, leaving).filter(
    (one) => one.kind !== "more" && !(source === ANYWHERE && one.kind === "next"),
  );
  const targets = document.nodes
    .filter((one) => one.type !== "start")
    .map((one) => ({ value: one.id, label: titleOf(one), about: kindOf(one.type).title() }));
  const first = targets[0]?.value;
  return (
    <section aria-label={t("Leads to")} className="rounded-xl border border-line p-3">
      <h3 className="mb-2 font-medium text-fg text-sm">
        {source === ANYWHERE ? t("Anywhere, this leads to") : t("Leads to")}
      </h3>
      <ul className="space-y-2">
        {outlets.map((one) => {
          const at = leaving.find(([edge, number]) =>
            one.kind === "next"
              ? edge.type === "next"
              : one.kind === "outcome"
                ? edge.type === "outcome" && edge.outcome === one.label
                : one.id === `edge:${number}`,
          );
          const label =
            one.kind === "next" ? t("next") : one.label || EDGE_KINDS[one.kind]?.title() || one.kind;
          return (
            <li
              key={one.id}
              className="grid grid-cols-[minmax(0,2fr)_auto_minmax(0,3fr)_auto] items-center gap-1.5"
            >
              <button
                type="button"
                disabled={at === undefined}
                onClick={() => at !== undefined && onSelect({ nodes: new Set(), edges: new Set([at[1]]) })}
                className="truncate rounded-md px-1.5 py-1 text-start text-muted text-xs enabled:hover:bg-hover enabled:hover:text-fg"
                dir="auto"
              >
                {label}
              </button>
              <ArrowRight className="size-3.5 text-faint rtl:-scale-x-100" aria-hidden />
              <Combobox
                aria-label={t("{outcome} leads to", { outcome: label })}
                value={at?.[0].target ?? ""}
                placeholder={t("nowhere")}
                disabled={readOnly}
                choices={targets}
                onChange={(target) =>
                  onEdit((now) =>
                    at === undefined ? connect(now, source, one.id, target)[0] : lead(now, at[1], { target }),
                  )
                }
              />
              <IconButton
                label={t("Lead nowhere: {outcome}", { outcome: label })}
                size="sm"
                quiet
                disabled={at === undefined || readOnly}
                onClick={() => at !== undefined && onEdit((now) => remove(now, new Set(), new Set([at[1]])))}
              >
                <Trash2 />
              </IconButton>
            </li>
          );
        })}
      </ul>
      {!readOnly && first !== undefined && (
        <DropdownMenu
          align="start"
          trigger={
            <Button size="sm" variant="ghost" icon={<Plus />} className="mt-1">
              {t("On something else")}
            </Button>
          }
          entries={Object.entries(EDGE_KINDS)
            .filter(
              ([type]) =>
                type !== "next" &&
                (source !== ANYWHERE || ["intent", "key", "timeout", "error"].includes(type)),
            )
            .map(([type, kind]) => ({
              label: `${kind.title()} · ${kind.about()}`,
              icon: <kind.icon />,
              onSelect: () => {
                const number = document.edges.length;
                onEdit((now) => addEdge(now, newEdge(type, source, first))[0]);
                onSelect({ nodes: new Set(), edges: new Set([number]) });
              },
            }))}
        />
      )}
    </section>
  );
}

function EdgeForm(props: InspectorProps & { edge: FlowEdge; number: number }) {
  const { document, schema, edge, number, onEdit, onSelect, problems, offers, readOnly } = props;
  const kind = EDGE_KINDS[edge.type];
  const shape = schema.edges.get(edge.type);
  const own = problems.filter((one) => one.edge === number);
  const fields = useMemo(
    () => (shape === undefined ? [] : schema.fields(shape, ["source", "target"])),
    [schema, shape],
  );
  const nodes = document.nodes.map((one) => ({
    value: one.id,
    label: titleOf(one),
    about: kindOf(one.type).title(),
  }));
  const from = edge.source === ANYWHERE ? undefined : nodeOf(document, edge.source);
  const known = from === undefined ? [] : outcomesOf(from);
  const several = document.edges.filter((one) => one.source === edge.source).length > 1;
  const step = (by: -1 | 1) => {
    const [, at] = reorder(document, number, by);
    onEdit((now) => reorder(now, number, by)[0]);
    onSelect({ nodes: new Set(), edges: new Set([at]) });
  };
  return (
    <div className="space-y-5">
      <header className="flex items-center gap-3">
        <span className="grid size-10 shrink-0 place-items-center rounded-xl bg-hover text-gold-text">
          {kind !== undefined && <kind.icon className="size-5" aria-hidden />}
        </span>
        <div className="min-w-0 flex-1">
          <h3 className="truncate font-display font-semibold text-fg">{edgeLabel(edge) || kind?.title()}</h3>
          <p className="text-faint text-xs leading-snug">{kind?.about()}</p>
        </div>
        {!readOnly && (
          <span className="flex shrink-0">
            {several && (
              <>
                <IconButton label={t("Tried earlier")} size="sm" onClick={() => step(-1)}>
                  <ArrowUp />
                </IconButton>
                <IconButton label={t("Tried later")} size="sm" onClick={() => step(1)}>
                  <ArrowDown />
                </IconButton>
              </>
            )}
            <IconButton
              label={t("Remove")}
              size="sm"
              onClick={() => {
                onEdit((now) => remove(now, new Set(), new Set([number])));
                onSelect({ nodes: new Set(), edges: new Set() });
              }}
            >
              <Trash2 />
            </IconButton>
          </span>
        )}
      </header>
      <ProblemList problems={own.filter((one) => one.path === "")} />
      <Field label={t("Taken when")}>
        <Select
          value={edge.type}
          disabled={readOnly}
          choices={Object.entries(EDGE_KINDS).map(([value, one]) => ({ value, label: one.title() }))}
          onChange={(type) =>
            onEdit((now) => {
              const made = newEdge(type, edge.source, edge.target);
              const outcome = known[0];
              const whole = type === "outcome" && outcome !== undefined ? { ...made, outcome } : made;
              return putEdge(now, number, edge.forget === true ? { ...whole, forget: true } : whole);
            })
          }
        />
      </Field>
      <div className="grid grid-cols-2 gap-3">
        <Field label={t("From")}>
          <Combobox
            value={edge.source}
            disabled={readOnly}
            choices={[{ value: ANYWHERE, label: t("Anywhere") }, ...nodes]}
            onChange={(source) => onEdit((now) => lead(now, number, { source }))}
          />
        </Field>
        <Field label={t("To")}>
          <Combobox
            value={edge.target}
            disabled={readOnly}
            choices={nodes.filter((one) => nodeOf(document, one.value)?.type !== "start")}
            onChange={(target) => onEdit((now) => lead(now, number, { target }))}
          />
        </Field>
      </div>
      {edge.type === "outcome" && known.length > 0 && (
        <Field label={t("Outcome")}>
          <Combobox
            value={typeof edge.outcome === "string" ? edge.outcome : ""}
            free
            disabled={readOnly}
            choices={known.map((one) => ({ value: one, label: one }))}
            onChange={(outcome) => onEdit((now) => putEdge(now, number, { ...edge, outcome }))}
          />
        </Field>
      )}
      <SchemaForm
        schema={schema}
        part={edge}
        fields={
          edge.type === "outcome" && known.length > 0
            ? fields.filter((one) => one.name !== "outcome")
            : fields
        }
        problems={own}
        offers={offers}
        readOnly={readOnly}
        onChange={(part, field) =>
          onEdit(
            (now) =>
              putEdge(now, number, { ...part, type: edge.type, source: edge.source, target: edge.target }),
            `edge ${number}.${field}`,
          )
        }
      />
    </div>
  );
}

/** Nothing is chosen: the flow itself. */
function DocumentForm({ document, schema, onEdit, problems, offers, readOnly }: InspectorProps) {
  const fields = useMemo(
    () => schema.fields(schema.document, ["format", "name", "variables", "nodes", "edges"]),
    [schema],
  );
  const own = problems.filter((one) => one.node === "" && one.variable === null && one.edge === null);
  return (
    <div className="space-y-5">
      {document.nodes.length <= 1 && (
        <EmptyState
          icon={<MousePointerClick />}
          title={t("Draw the first node")}
          text={t("Press a node of the palette, or drag it here; then lead the start to it.")}
          className="px-0 py-4"
        />
      )}
      <p className="text-muted text-sm">
        {t("Choose a node or an edge to change it. What is below counts for the whole flow.")}
      </p>
      <ProblemList problems={own.filter((one) => one.path === "")} />
      <SchemaForm
        schema={schema}
        part={document}
        fields={fields}
        problems={own}
        offers={offers}
        readOnly={readOnly}
        onChange={(part, field) =>
          onEdit(
            (now) => ({ ...part, name: now.name, nodes: now.nodes, edges: now.edges }),
            `document.${field}`,
          )
        }
      />
    </div>
  );
}

export function ProblemList({ problems }: { problems: readonly Problem[] }) {
  if (problems.length === 0) return null;
  return (
    <ul className="space-y-2">
      {problems.map((one) => (
        <li
          key={`${one.field} ${one.what}`}
          className={`rounded-xl px-3 py-2 text-xs leading-relaxed ${one.severity === "error" ? "bg-bad-soft text-bad" : "bg-warn-soft text-warn"}`}
        >
          <span className="block font-medium">{one.what}</span>
          {one.remedy && <span className="block text-muted">{one.remedy}</span>}
        </li>
      ))}
    </ul>
  );
}
