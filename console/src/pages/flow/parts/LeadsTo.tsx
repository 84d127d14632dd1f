import { ArrowRight, Plus, Trash2 } from "lucide-react";
import { t } from "@/app/i18n";
import { Button, Combobox, DropdownMenu, IconButton } from "@/ui";
import { EDGE_KINDS, kindOf } from "../kinds";
import { titleOf } from "../model/diff";
import { ANYWHERE, nodeOf } from "../model/document";
import { addEdge, connect, lead, newEdge, remove } from "../model/edits";
import { leavingOf } from "../model/layout";
import { outletsOf } from "../model/outcomes";

import type { InspectorProps } from "./Inspector";

/** Where what comes of a node leads: with the keyboard, all that the canvas does with the mouse. */
export function LeadsTo({
  document,
  source,
  onEdit,
  onSelect,
  readOnly,
}: InspectorProps & { source: string }) {
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
