import { useMemo } from "react";
import { COLOUR, kindOf } from "../flow/kinds";
import type { FlowDocument } from "../flow/model/document";
import { heightOf, leavingOf, NODE_WIDTH, placesOf } from "../flow/model/layout";

/** A flow in small, beside its name: nodes as coloured cards, edges as lines. */
export function FlowPicture({ document, className }: { document: FlowDocument; className?: string }) {
  const drawn = useMemo(() => picture(document), [document]);
  return (
    <svg aria-hidden="true" viewBox={drawn.box} className={className} preserveAspectRatio="xMidYMid meet">
      {drawn.lines.map((line) => (
        <path
          key={line.id}
          d={line.path}
          fill="none"
          stroke={line.colour}
          strokeOpacity={0.45}
          strokeWidth={5}
        />
      ))}
      {drawn.cards.map((card) => (
        <g key={card.id}>
          <rect
            x={card.x}
            y={card.y}
            width={NODE_WIDTH}
            height={card.height}
            rx={28}
            fill="var(--raised)"
            stroke={card.colour}
            strokeWidth={5}
          />
          <rect
            x={card.x + 22}
            y={card.y + 22}
            width={40}
            height={40}
            rx={12}
            fill={card.colour}
            fillOpacity={0.55}
          />
          <rect
            x={card.x + 80}
            y={card.y + 32}
            width={card.title}
            height={20}
            rx={10}
            fill="var(--muted)"
            fillOpacity={0.5}
          />
        </g>
      ))}
    </svg>
  );
}

function picture(document: FlowDocument) {
  const places = placesOf(document);
  const leaving = leavingOf(document);
  const cards = document.nodes.flatMap((node) => {
    const at = places.get(node.id);
    if (at === undefined) return [];
    const height = Math.max(84, heightOf(node, leaving.get(node.id) ?? []));
    return {
      id: node.id,
      ...at,
      height,
      colour: COLOUR[kindOf(node.type).family],
      title: 60 + ((node.id.length * 17) % 100),
    };
  });
  const by = new Map(cards.map((card) => [card.id, card]));
  const lines = document.edges.flatMap((edge, at) => {
    const [from, to] = [by.get(edge.source), by.get(edge.target)];
    if (from === undefined || to === undefined) return [];
    const [x1, y1, x2, y2] = [from.x + NODE_WIDTH, from.y + from.height / 2, to.x, to.y + 42];
    const bend = Math.max(60, Math.abs(x2 - x1) / 2);
    return {
      id: at,
      colour: from.colour,
      path: `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`,
    };
  });
  const left = Math.min(0, ...cards.map((card) => card.x)) - 30;
  const top = Math.min(0, ...cards.map((card) => card.y)) - 30;
  const right = Math.max(600, ...cards.map((card) => card.x + NODE_WIDTH)) + 30;
  const bottom = Math.max(300, ...cards.map((card) => card.y + card.height)) + 30;
  return { cards, lines, box: `${left} ${top} ${right - left} ${bottom - top}` };
}
