import { Copy, MousePointerClick, Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import { t, tn } from "@/app/i18n";
import { Button, EmptyState, Field, IconButton, Input } from "@/ui";
import { kindOf } from "../kinds";
import {
  ANYWHERE,
  type FlowDocument,
  type FlowNode,
  isObject,
  type JsonObject,
  nodeOf,
} from "../model/document";
import { declare, putNode, remove } from "../model/edits";
import { leadsOn } from "../model/outcomes";
import type { Problem } from "../model/problems";
import type { DocumentSchema } from "../model/schema";
import { fills } from "../model/variables";
import type { Edit } from "../useEditor";
import type { Selection } from "./Canvas";
import { EdgeForm } from "./EdgeForm";
import type { Offers } from "./field";
import { LeadsTo } from "./LeadsTo";
import { ProblemList } from "./ProblemList";
import { SchemaForm } from "./SchemaForm";

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
