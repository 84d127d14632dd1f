import { ArrowDown, ArrowUp, Trash2 } from "lucide-react";
import { useMemo } from "react";
import { t } from "@/app/i18n";
import { Combobox, Field, IconButton, Select } from "@/ui";
import { EDGE_KINDS, kindOf } from "../kinds";
import { titleOf } from "../model/diff";
import { ANYWHERE, type FlowEdge, nodeOf } from "../model/document";
import { lead, newEdge, putEdge, remove, reorder } from "../model/edits";
import { edgeLabel, outcomesOf } from "../model/outcomes";
import type { InspectorProps } from "./Inspector";
import { ProblemList } from "./ProblemList";
import { SchemaForm } from "./SchemaForm";

/** When an edge is taken, from where and to where. */
export function EdgeForm(props: InspectorProps & { edge: FlowEdge; number: number }) {
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
          <h3 dir="auto" className="truncate font-display font-semibold text-fg">
            {edgeLabel(edge) || kind?.title()}
          </h3>
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
