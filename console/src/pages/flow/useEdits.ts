// What the editor does to what is chosen: by the palette, by menus and by keys.
import { useReactFlow } from "@xyflow/react";
import { type RefObject, useCallback } from "react";
import { newNode } from "./model/beginnings";
import { ANYWHERE, type FlowDocument, nodeOf, type Position, variablesOf } from "./model/document";
import {
  type Alignment,
  addEdge,
  addNode,
  aligned,
  connect,
  copied,
  copiedOf,
  move,
  newEdge,
  paste,
  remove,
} from "./model/edits";
import { arranged, NODE_WIDTH } from "./model/layout";
import type { DocumentSchema } from "./model/schema";
import type { Selection } from "./parts/Canvas";
import type { Edit } from "./useEditor";

export interface Edits {
  add: (type: string, at?: Position) => void;
  removeChosen: () => void;
  /** Nodes that were copied, so far aside; false: it is none. */
  put: (text: string, by: Position) => boolean;
  copyChosen: () => string | null;
  duplicate: () => void;
  arrange: () => void;
  align: (how: Alignment) => void;
  selectAll: () => void;
}

export function useEdits({
  schema,
  document,
  edit,
  selection,
  onSelect,
  readOnly,
  root,
  onAdded,
}: {
  schema: DocumentSchema;
  document: FlowDocument;
  edit: (edit: Edit, key?: string) => void;
  selection: Selection;
  onSelect: (selection: Selection) => void;
  readOnly: boolean;
  root: RefObject<HTMLElement | null>;
  onAdded: () => void;
}): Edits {
  const canvas = useReactFlow();
  const centre = useCallback((): Position => {
    const box = root.current?.querySelector(".react-flow")?.getBoundingClientRect();
    if (box === undefined) return { x: 0, y: 0 };
    const at = canvas.screenToFlowPosition({ x: box.x + box.width / 2, y: box.y + box.height / 2 });
    return { x: at.x - NODE_WIDTH / 2, y: at.y - 60 };
  }, [canvas, root]);
  const add = useCallback(
    (type: string, at?: Position) => {
      const [target] = document.nodes.filter((node) => node.type !== "start");
      if (type === ANYWHERE && target !== undefined) {
        edit((now) => addEdge(now, newEdge("intent", ANYWHERE, target.id))[0]);
        onSelect({ nodes: new Set(), edges: new Set([document.edges.length]) });
        onAdded();
        return;
      }
      const shape = schema.nodes.get(type);
      if (shape === undefined) return;
      const node = newNode(type, schema.least(shape), variablesOf(document)[0]?.name);
      // Behind the node that is chosen there is room; what leads nowhere yet leads to the new one.
      const [only] = selection.nodes.size === 1 ? [...selection.nodes] : [];
      const before = only === undefined ? undefined : canvas.getNode(only);
      const place =
        at ??
        (before === undefined ? centre() : { x: before.position.x + NODE_WIDTH + 88, y: before.position.y });
      const [next, id] = addNode(document, node, place);
      const free =
        at === undefined &&
        only !== undefined &&
        ["start", "say", "set", "code", "collect", "listen", "wait", "tool", "condition"].includes(
          nodeOf(document, only)?.type ?? "",
        ) &&
        !document.edges.some((edge) => edge.source === only && edge.type === "next");
      edit(() => (free && only !== undefined ? connect(next, only, "next", id)[0] : next));
      onSelect({ nodes: new Set([id]), edges: new Set() });
      onAdded();
    },
    [schema, selection.nodes, canvas, centre, document, edit, onSelect, onAdded],
  );
  const removeChosen = useCallback(() => {
    if (readOnly || selection.nodes.size + selection.edges.size === 0) return;
    edit((now) => remove(now, selection.nodes, selection.edges));
    onSelect(NOTHING);
  }, [edit, selection, readOnly, onSelect]);
  const put = useCallback(
    (text: string, by: Position): boolean => {
      const found = copiedOf(text);
      if (found === null || readOnly) return false;
      const [next, ids] = paste(document, found, by);
      edit(() => next);
      onSelect({ nodes: ids, edges: new Set() });
      return true;
    },
    [document, edit, readOnly, onSelect],
  );
  const copyChosen = useCallback(() => {
    const found = copied(placed(document, canvas), selection.nodes);
    return found === null ? null : JSON.stringify(found);
  }, [document, canvas, selection.nodes]);
  const duplicate = useCallback(() => {
    const text = copyChosen();
    if (text !== null) put(text, { x: 48, y: 48 });
  }, [copyChosen, put]);
  const arrange = useCallback(() => {
    if (readOnly) return;
    edit((now) => move(now, arranged(now)));
    setTimeout(() => void canvas.fitView({ duration: 300, maxZoom: 1 }), 50);
  }, [edit, canvas, readOnly]);
  const align = useCallback(
    (how: Alignment) => {
      const boxes = canvas
        .getNodes()
        .filter((node) => selection.nodes.has(node.id))
        .map((node) => ({
          id: node.id,
          x: node.position.x,
          y: node.position.y,
          width: node.measured?.width ?? NODE_WIDTH,
          height: node.measured?.height ?? 120,
        }));
      edit((now) => move(now, aligned(boxes, how)));
    },
    [canvas, selection.nodes, edit],
  );
  const selectAll = useCallback(
    () => onSelect({ nodes: new Set(document.nodes.map((node) => node.id)), edges: new Set() }),
    [document, onSelect],
  );
  return { add, removeChosen, put, copyChosen, duplicate, arrange, align, selectAll };
}

const NOTHING: Selection = { nodes: new Set(), edges: new Set() };

/** Nodes with the places where they are drawn, also those that were put nowhere. */
function placed(document: FlowDocument, canvas: ReturnType<typeof useReactFlow>): FlowDocument {
  const places = new Map(canvas.getNodes().map((node) => [node.id, node.position]));
  return move(document, places);
}
