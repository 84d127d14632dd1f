import { t } from "@/app/i18n";
import { Dialog } from "@/ui";
import { EDGE_KINDS } from "../kinds";
import { newNode } from "../model/beginnings";
import { type FlowDocument, type Position, variablesOf } from "../model/document";
import { addEdge, addNode, connect, newEdge } from "../model/edits";
import type { DocumentSchema } from "../model/schema";
import type { Selection } from "./Canvas";
import { NodePalette } from "./Palette";

/** An edge that is being drawn. `source`: with its outlet on a second line where it begins at one. */
export interface Loose {
  source: string;
  target: string | null;
  at: Position;
  screen: Position;
}

/** An edge that ended nowhere, or is taken on something else: what for, and to which node. */
export function LooseDialog({
  loose,
  document,
  schema,
  onClose,
  onEdit,
  onSelect,
}: {
  loose: Loose | null;
  document: FlowDocument;
  schema: DocumentSchema;
  onClose: () => void;
  onEdit: (edit: (now: FlowDocument) => FlowDocument) => void;
  onSelect: (selection: Selection) => void;
}) {
  if (loose === null) return null;
  const { target, at } = loose;
  const [source = "", outlet] = loose.source.split("\n");
  if (target !== null)
    return (
      <Dialog open onOpenChange={(open) => !open && onClose()} title={t("When is it taken?")} size="sm">
        <ul className="grid gap-1">
          {Object.entries(EDGE_KINDS)
            .filter(([type]) =>
              source === "*" ? ["intent", "key", "timeout", "error"].includes(type) : true,
            )
            .map(([type, kind]) => (
              <li key={type}>
                <button
                  type="button"
                  className="flex w-full items-center gap-3 rounded-xl px-3 py-2 text-start hover:bg-hover"
                  onClick={() => {
                    const number = document.edges.length;
                    onEdit((now) => addEdge(now, newEdge(type, source, target))[0]);
                    onSelect({ nodes: new Set(), edges: new Set([number]) });
                    onClose();
                  }}
                >
                  <kind.icon className="size-4 text-gold-text" aria-hidden />
                  <span>
                    <span className="block text-fg text-sm">{kind.title()}</span>
                    <span className="block text-faint text-xs">{kind.about()}</span>
                  </span>
                </button>
              </li>
            ))}
        </ul>
      </Dialog>
    );
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("What comes next?")} size="sm">
      <NodePalette
        schema={schema}
        tight
        onAdd={(type) => {
          const shape = schema.nodes.get(type);
          const node = newNode(
            type,
            shape === undefined ? {} : schema.least(shape),
            variablesOf(document)[0]?.name,
          );
          const [next, id] = addNode(document, node, { x: at.x, y: at.y - 24 });
          const made =
            outlet === undefined
              ? addEdge(next, newEdge("expression", source, id))[0]
              : connect(next, source, outlet, id)[0];
          onEdit(() => made);
          onSelect({ nodes: new Set([id]), edges: new Set() });
          onClose();
        }}
      />
    </Dialog>
  );
}
