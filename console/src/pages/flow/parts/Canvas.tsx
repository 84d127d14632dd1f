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
import type { Edit } from "../useEditor";
import { EdgeLine } from "./EdgeLine";
import { NodeCard } from "./NodeCard";

const NODE_TYPES = { card: NodeCard };
const EDGE_TYPES = { line: EdgeLine };
/** What is dragged out of the palette. */
export const DRAGGED = "application/x-voiceforge-node";
const MANY = 120;

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

/** All of it where that can be read; else its beginning. */
function begin(drawn: ReactFlowInstance<CardNode, LineEdge>, document: FlowDocument, small: boolean): void {
  const readable = small ? 0.6 : 0.55;
  void drawn.fitView({ maxZoom: 1, minZoom: readable, padding: 0.1 });
  const box = drawn.getNodesBounds(drawn.getNodes());
  const shown = drawn.screenToFlowPosition({ x: 0, y: 0 });
  const end = drawn.screenToFlowPosition({ x: innerWidth, y: innerHeight });
  if (drawn.getZoom() > readable || (box.width < end.x - shown.x && box.height < end.y - shown.y)) return;
  const start = document.nodes.find((node) => node.type === "start");
  const at = start === undefined ? undefined : drawn.getNode(start.id)?.position;
  if (at === undefined) return;
  const zoom = small ? 0.7 : 0.8;
  void drawn.setViewport({ x: 40 - at.x * zoom, y: (small ? 200 : 320) - at.y * zoom, zoom });
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
        markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16, color: "var(--muted)" },
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
      onInit={(drawn) => begin(drawn, document, small)}
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
      <Controls showInteractive={false} position="bottom-left" />
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
