import "@xyflow/react/dist/base.css";
import "../flow.css";
import {
  applyNodeChanges,
  Background,
  BackgroundVariant,
  type Connection,
  ConnectionLineType,
  Controls,
  type FinalConnectionState,
  MarkerType,
  MiniMap,
  type NodeChange,
  type OnConnectEnd,
  ReactFlow,
  type ReactFlowInstance,
  SelectionMode,
  useReactFlow,
} from "@xyflow/react";
import { type DragEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { t } from "@/app/i18n";
import { useTheme } from "@/app/theme";
import { COLOUR, kindOf } from "../kinds";
import type { FlowDocument, Position } from "../model/document";
import { connect, lead, mayLead, move } from "../model/edits";
import { type CardNode, GraphMaker, type LineEdge, numberOf, type Overlay } from "../model/graph";
import { heightOf, leavingOf, NODE_WIDTH } from "../model/layout";
import type { Edit } from "../useEditor";
import { EdgeLine } from "./EdgeLine";
import { NodeCard } from "./NodeCard";

const NODE_TYPES = { card: NodeCard };
const EDGE_TYPES = { line: EdgeLine };
/** What is dragged out of the palette. */
export const DRAGGED = "application/x-voiceforge-node";
const MANY = 120;
/** Smaller than this, the words of a node cannot be read. */
const READABLE = 0.55;

export interface Selection {
  nodes: ReadonlySet<string>;
  edges: ReadonlySet<number>;
}

export interface CanvasProps {
  document: FlowDocument;
  overlay: Overlay;
  selection: Selection;
  onSelect: (selection: Selection) => void;
  onEdit: (edit: Edit, key?: string) => void;
  /** A node out of the palette was dropped here. */
  onDropped: (type: string, at: Position) => void;
  /** An edge from "on something else", or one that ended nowhere. */
  onLoose: (
    from: { source: string; outlet: string },
    target: string | null,
    at: Position,
    screen: Position,
  ) => void;
  small: boolean;
}

/** All of it where that can be read; else its beginning. `room`: the canvas, in pixels. */
function begin(
  drawn: ReactFlowInstance<CardNode, LineEdge>,
  document: FlowDocument,
  room: { width: number; height: number },
): void {
  const nodes = drawn.getNodes();
  const leaving = leavingOf(document);
  const right = Math.max(...nodes.map((node) => node.position.x + NODE_WIDTH));
  const bottom = Math.max(
    ...nodes.map((node) => node.position.y + heightOf(node.data.node, leaving.get(node.id) ?? [])),
  );
  const left = Math.min(...nodes.map((node) => node.position.x));
  const top = Math.min(...nodes.map((node) => node.position.y));
  const whole = Math.min((room.width - 96) / (right - left), (room.height - 96) / (bottom - top), 1);
  if (whole >= READABLE) {
    const x = (room.width - (right - left) * whole) / 2 - left * whole;
    const y = (room.height - (bottom - top) * whole) / 2 - top * whole;
    void drawn.setViewport({ x, y, zoom: whole });
    return;
  }
  const start = nodes.find((node) => node.data.node.type === "start") ?? nodes[0];
  if (start === undefined) return;
  const zoom = 0.78;
  void drawn.setViewport({
    x: 36 - start.position.x * zoom,
    y: room.height * 0.38 - start.position.y * zoom,
    zoom,
  });
}

/** The graph. */
export function Canvas(props: CanvasProps) {
  const { document, overlay, selection, onSelect, onEdit, onDropped, onLoose, small } = props;
  const { screenToFlowPosition } = useReactFlow();
  const theme = useTheme();
  const maker = useRef(new GraphMaker());
  const wanted = useMemo(() => maker.current.nodes(document, overlay), [document, overlay]);
  const lines = useMemo(() => maker.current.edges(document, overlay), [document, overlay]);
  const [nodes, setNodes] = useState<CardNode[]>(wanted);
  const dragging = useRef(false);
  const root = useRef<HTMLDivElement>(null);

  // What is drawn follows the document; what React Flow has measured stays.
  useEffect(() => {
    setNodes((before) => {
      const known = new Map(before.map((node) => [node.id, node]));
      return wanted.map((node) => {
        const was = known.get(node.id);
        const selected = selection.nodes.has(node.id);
        if (was === undefined) return { ...node, selected };
        const moved = was.position.x !== node.position.x || was.position.y !== node.position.y;
        if (!moved && was.data === node.data && was.selected === selected && was.draggable === node.draggable)
          return was;
        return { ...was, ...node, measured: was.measured, selected };
      });
    });
  }, [wanted, selection.nodes]);
  const edges = useMemo(
    () =>
      lines.map((line) => ({
        ...line,
        selected: selection.edges.has(numberOf(line.id)),
        markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16, color: "var(--faint)" },
      })),
    [lines, selection.edges],
  );

  const changed = useCallback(
    (changes: NodeChange<CardNode>[]) => {
      setNodes((before) => applyNodeChanges(changes, before));
      const places = new Map<string, Position>();
      let picked = false;
      const chosen = new Set(selection.nodes);
      for (const change of changes) {
        if (
          change.type === "position" &&
          change.position !== undefined &&
          change.dragging === false &&
          !dragging.current
        )
          places.set(change.id, change.position);
        if (change.type === "select") {
          picked = true;
          if (change.selected) chosen.add(change.id);
          else chosen.delete(change.id);
        }
      }
      if (places.size > 0 && !overlay.readOnly) onEdit((now) => move(now, places), "move by keys");
      if (picked) onSelect({ nodes: chosen, edges: selection.edges });
    },
    [onEdit, onSelect, selection, overlay.readOnly],
  );

  const connected = useCallback(
    (made: Connection) => {
      if (!made.sourceHandle || made.sourceHandle === "more" || made.sourceHandle.startsWith("edge:")) return;
      const outlet = made.sourceHandle;
      onEdit((now) => connect(now, made.source, outlet, made.target)[0]);
    },
    [onEdit],
  );
  const connectEnded = useCallback<OnConnectEnd>(
    (event, state: FinalConnectionState) => {
      const from = state.fromHandle;
      if (from === null || from.type !== "source" || !from.id) return;
      const point = "changedTouches" in event ? event.changedTouches[0] : event;
      if (point === undefined) return;
      const screen = { x: point.clientX, y: point.clientY };
      const target = state.toNode?.id ?? null;
      if (from.id.startsWith("edge:")) {
        // It begins an edge that is there: that one leads elsewhere now.
        const number = numberOf(from.id);
        if (target !== null && mayLead(document, from.nodeId, target))
          onEdit((now) => lead(now, number, { target }));
        return;
      }
      if (from.id === "more" || target === null)
        onLoose({ source: from.nodeId, outlet: from.id }, target, screenToFlowPosition(screen), screen);
    },
    [document, onEdit, onLoose, screenToFlowPosition],
  );
  const dropped = useCallback(
    (event: DragEvent) => {
      const type = event.dataTransfer.getData(DRAGGED);
      if (type === "") return;
      event.preventDefault();
      onDropped(type, screenToFlowPosition({ x: event.clientX, y: event.clientY }));
    },
    [onDropped, screenToFlowPosition],
  );

  return (
    <ReactFlow<CardNode, LineEdge>
      className="vf-flow"
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      edgeTypes={EDGE_TYPES}
      onNodesChange={changed}
      onEdgesChange={(changes) => {
        const chosen = new Set(selection.edges);
        let picked = false;
        for (const change of changes)
          if (change.type === "select") {
            picked = true;
            if (change.selected) chosen.add(numberOf(change.id));
            else chosen.delete(numberOf(change.id));
          }
        if (picked) onSelect({ nodes: selection.nodes, edges: chosen });
      }}
      onNodeDragStart={() => {
        dragging.current = true;
      }}
      onNodeDragStop={(_, __, moved) => {
        dragging.current = false;
        const places = new Map(moved.map((node) => [node.id, node.position]));
        onEdit((now) => move(now, places));
      }}
      onConnect={connected}
      onConnectEnd={connectEnded}
      isValidConnection={(made) => mayLead(document, made.source, made.target)}
      onReconnect={(old, made) => {
        const number = numberOf(old.id);
        onEdit((now) => lead(now, number, { target: made.target }));
      }}
      edgesReconnectable={!overlay.readOnly}
      onDrop={dropped}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(DRAGGED)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
      }}
      onPaneClick={() => onSelect({ nodes: new Set(), edges: new Set() })}
      nodesConnectable={!overlay.readOnly}
      nodesDraggable={!overlay.readOnly}
      deleteKeyCode={null}
      selectionKeyCode="Shift"
      multiSelectionKeyCode={["Meta", "Control"]}
      selectionMode={SelectionMode.Partial}
      connectionLineType={ConnectionLineType.Bezier}
      onlyRenderVisibleElements={document.nodes.length > MANY}
      colorMode={theme}
      minZoom={0.1}
      maxZoom={1.6}
      onInit={(drawn) => {
        const box = root.current?.getBoundingClientRect();
        begin(drawn, document, { width: box?.width ?? 800, height: box?.height ?? 600 });
      }}
      ref={root}
      proOptions={{ hideAttribution: false }}
      snapToGrid
      snapGrid={[8, 8]}
      ariaLabelConfig={{
        "node.a11yDescription.default": t(
          "Press Enter or Space to choose it, the arrow keys to move it, Delete to remove it.",
        ),
        "edge.a11yDescription.default": t("Press Enter or Space to choose it, Delete to remove it."),
        "controls.zoomIn.ariaLabel": t("Zoom in"),
        "controls.zoomOut.ariaLabel": t("Zoom out"),
        "controls.fitView.ariaLabel": t("Show all"),
        "minimap.ariaLabel": t("The whole flow, in small"),
      }}
    >
      <Background variant={BackgroundVariant.Dots} gap={24} size={1.4} />
      {!small && <Controls showInteractive={false} position="bottom-left" />}
      {!small && (
        <MiniMap<CardNode>
          pannable
          zoomable
          position="bottom-right"
          nodeBorderRadius={24}
          nodeColor={(node) => COLOUR[kindOf(node.data.node.type).family]}
        />
      )}
    </ReactFlow>
  );
}
